import type { AddressInfo, ListenOptions } from 'node:net';
import type { Exports } from '../nbd/export.ts';
import { listen } from '../nbd/server.ts';
import { volumeExports } from '../nbd/volume-exports.ts';
import { Control } from './control.ts';
import { type HostVolumeOptions, openHostVolume } from './host-volume.ts';
import { answerRequest, type VolumeAnswer, type VolumeRequest } from './requests.ts';

/** A volume that is being served. */
export interface Served {
  /** Where clients find it: the path of a Unix socket, or a host and port. */
  readonly address: string | AddressInfo;
  readonly description: VolumeAnswer;
  readonly store: string;
  /** Ends connections and what is under way, and makes all durable. */
  close(): Promise<void>;
}

/** Opens what can fail after something else was opened, which it then closes. */
const orClose = async <Result>(open: () => Promise<Result>, close: () => Promise<void>): Promise<Result> => {
  try {
    return await open();
  } catch (error) {
    await close();
    throw error;
  }
};

/**
 * Serves a file over NBD, with its snapshots. Listens first: where that cannot be, no file is touched.
 * @throws SnapshotError, StorageError, the system's errors; then no file is left of those that it made
 */
export const serveVolume = async (file: string, where: ListenOptions, options: HostVolumeOptions): Promise<Served> => {
  let serve: (exports: Exports) => void = () => undefined;
  const exports = new Promise<Exports>((resolve) => {
    serve = resolve;
  });
  const nbd = await listen(exports, where);
  const host = await orClose(() => openHostVolume(file, options), nbd.close);
  const control = await orClose(
    () => Control.open(host.file),
    async () => {
      await nbd.close();
      await host.abandon();
    },
  );
  serve(volumeExports(host.volume));
  control.serve(host);
  return {
    address: nbd.server.address() ?? '',
    description: await answerRequest(host, { do: 'list' }),
    store: host.store,
    close: async () => {
      await nbd.close();
      // Who finds no control opens the file: not before all is durable, and it is held no more.
      await control.close();
      await host.close();
    },
  };
};

/** Does what is asked with a file that nobody serves. @throws SnapshotError, StorageError, the system's errors */
export const changeVolume = async (
  file: string,
  request: VolumeRequest,
  options: HostVolumeOptions,
): Promise<VolumeAnswer> => {
  const host = await openHostVolume(file, options);
  try {
    const answer = await answerRequest(host, request);
    if (request.do !== 'restore') return answer;
    await host.volume.settled();
    return await answerRequest(host, { do: 'list' });
  } finally {
    await host.close();
  }
};

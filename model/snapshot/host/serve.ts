import type { AddressInfo, ListenOptions } from 'node:net';
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

/** Serves a file over NBD, with its snapshots. @throws SnapshotError, StorageError, the system's errors */
export const serveVolume = async (file: string, where: ListenOptions, options: HostVolumeOptions): Promise<Served> => {
  const host = await openHostVolume(file, options);
  const control = await orClose(() => Control.open(host.file), host.close);
  // Who finds no control opens the file: not before all is durable, and it is held no more.
  const closeBoth = async (): Promise<void> => {
    await control.close();
    await host.close();
  };
  const nbd = await orClose(() => listen(volumeExports(host.volume), where), closeBoth);
  control.serve(host.volume);
  return {
    address: nbd.server.address() ?? '',
    description: await answerRequest(host.volume, { do: 'list' }),
    store: host.store,
    close: async () => {
      await nbd.close();
      await closeBoth();
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
    const answer = await answerRequest(host.volume, request);
    if (request.do !== 'restore') return answer;
    await host.volume.settled();
    return await answerRequest(host.volume, { do: 'list' });
  } finally {
    await host.close();
  }
};

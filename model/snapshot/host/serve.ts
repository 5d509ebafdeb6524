import type { AddressInfo, ListenOptions } from 'node:net';
import type { Exports } from '../nbd/export.ts';
import { listen } from '../nbd/server.ts';
import { volumeExports } from '../nbd/volume-exports.ts';
import { SnapshotError } from '../storage.ts';
import { Control } from './control.ts';
import { type HostVolume, type HostVolumeOptions, openHostVolume } from './host-volume.ts';
import { listVolume } from './list-volume.ts';
import { answerRequest, describeVolume, type VolumeAnswer, type VolumeRequest } from './requests.ts';

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

/** How often it is told how far the work with a file is that nobody serves, in milliseconds. */
const tellingInterval = 2000;

/** Waits until nothing is left to copy or restore, or the work stands still. @param tell gets the bytes that are left in the file or to be restored, now and then */
const settled = async (host: HostVolume, tell: (answer: VolumeAnswer) => void): Promise<void> => {
  const timer = setInterval(() => tell(describeVolume(host)), tellingInterval);
  try {
    await host.volume.settled();
  } finally {
    clearInterval(timer);
  }
};

/**
 * Does what is asked with a file that nobody serves. A list changes nothing, but to adopt the volume. A snapshot stands alone when this ends, and what is restored is so: whoever writes the file then takes nothing of either.
 * @param tell is told now and then how far that is
 * @throws SnapshotError, also for a snapshot that was taken and could not be copied whole; StorageError, the system's errors
 */
export const changeVolume = async (
  file: string,
  request: VolumeRequest,
  options: HostVolumeOptions,
  tell: (answer: VolumeAnswer) => void = () => undefined,
): Promise<VolumeAnswer> => {
  if (request.do === 'list' && options.adopt !== true) return listVolume(file, options.store);
  const host = await openHostVolume(file, options);
  try {
    const answer = await answerRequest(host, request);
    if (request.do !== 'restore' && request.do !== 'snapshot') return answer;
    await settled(host, tell);
    const after = describeVolume(host);
    if (request.do === 'restore') return after;
    const left = after.snapshots.find(({ name }) => name === request.name)?.bytesInSource ?? 0;
    if (left > 0)
      throw new SnapshotError(
        `Snapshot '${request.name}' was taken, but ${left.toLocaleString('en-US')} bytes of it are in ${file} only: ${after.stalled ?? 'the copy did not end'}. Whoever writes that file but through a server spoils the snapshot: remove it, or make room and serve the file until 'volume list' says that it stands alone.`,
      );
    const { pauseMilliseconds } = answer;
    return pauseMilliseconds === undefined ? after : { ...after, pauseMilliseconds };
  } finally {
    await host.close();
  }
};

import { resolve } from 'node:path';
import { trueName } from '../../model/snapshot/host/file-hold.ts';
import type { HostVolumeOptions } from '../../model/snapshot/host/host-volume.ts';
import type { VolumeAnswer } from '../../model/snapshot/host/requests.ts';
import { UsageError } from './errors.ts';

const bytes = (count: number | null): string => (count === null ? 'none' : count.toLocaleString('en-US'));

/** Options that a server keeps as it began with them. */
export const serverOptions = ['store', 'store-limit', 'block-size', 'places', 'adopt'] as const;

/**
 * Refuses options that another process, which serves the file, does not have: it keeps those that it began with.
 * @throws UsageError naming the first, and what the server has
 */
export const refuseOthers = async (file: string, served: VolumeAnswer, options: HostVolumeOptions): Promise<void> => {
  const refuse = (option: string, its: string): never => {
    throw new UsageError(
      `${file} is being served, and its server has ${its}; nothing was done. Leave out ${option}, or end the server first.`,
    );
  };
  const { store, blockSize, places, limit, adopt } = options;
  if (store !== undefined && (await trueName(resolve(store))) !== (await trueName(served.store)))
    refuse('--store', `the store ${served.store}`);
  if (limit !== Number.POSITIVE_INFINITY && limit !== served.storeLimit)
    refuse('--store-limit', `${bytes(served.storeLimit)} as the limit of its store`);
  if (blockSize !== undefined && blockSize !== served.blockSize)
    refuse('--block-size', `blocks of ${bytes(served.blockSize)} bytes`);
  if (places !== undefined && places !== served.places) refuse('--places', `${bytes(served.places)} places`);
  if (adopt === true) refuse('--adopt', `opened it with the store ${served.store} already`);
};

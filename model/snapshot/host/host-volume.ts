import { constants } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { Pace } from '../background.ts';
import { SnapshotError } from '../storage.ts';
import { SuperblockKeeper } from '../superblock-keeper.ts';
import { Volume } from '../volume.ts';
import { FileStorage } from './file-storage.ts';
import { hostPace } from './pace.ts';

export interface HostVolumeOptions {
  /** The store; `FILE.snapshots` when left out. */
  readonly store?: string | undefined;
  /** For a store that is yet to be made. Bytes. */
  readonly blockSize: number;
  readonly places: number;
  /** Most bytes of content that the store may hold. */
  readonly limit: number;
  /** Makes the file with this size when it is not there. */
  readonly size?: number | undefined;
  /** The clock, in nanoseconds since 1970; the host's when left out. */
  readonly now?: () => bigint;
  /** How the background copy gives way; as `hostPace` when left out. */
  readonly pace?: Pace;
}

const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
};

const makeFile = async (path: string, size: number): Promise<void> => {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  await file.truncate(size);
  await file.sync();
  await file.close();
};

/** Makes a store under another name first, so that one that is there is always whole. */
const makeStore = async (path: string, sourceSize: number, { blockSize, places }: HostVolumeOptions): Promise<void> => {
  const begun = `${path}.new`;
  await rm(begun, { force: true });
  await makeFile(begun, 0);
  const storage = await FileStorage.open(begun, { grows: true });
  await SuperblockKeeper.format(storage, () => storage.flush(), { sourceSize, blockSize, pageSize: 4096, places });
  await storage.close();
  await rename(begun, path);
};

/** A volume whose source and store are files of the host. */
export interface HostVolume {
  readonly volume: Volume;
  readonly store: string;
  close(): Promise<void>;
}

/** Opens a file as a volume, making its store when there is none. @throws SnapshotError, StorageError, the system's errors */
export const openHostVolume = async (path: string, options: HostVolumeOptions): Promise<HostVolume> => {
  if (options.size !== undefined && !(await exists(path))) await makeFile(path, options.size);
  const status = await stat(path);
  if (!status.isFile()) throw new SnapshotError(`${path} is no regular file; a volume is a file of the host.`);
  if (status.size === 0)
    throw new SnapshotError(`${path} is empty; a volume has at least a byte. Give a size, as in --size 1G.`);
  const store = options.store ?? `${path}.snapshots`;
  if (!(await exists(store))) await makeStore(store, status.size, options);
  const source = await FileStorage.open(path, { grows: false });
  const storeFile = await FileStorage.open(store, { grows: true });
  const closeFiles = (): Promise<unknown> => Promise.all([source.close(), storeFile.close()]);
  try {
    const { now = () => BigInt(Date.now()) * 1_000_000n, pace = hostPace } = options;
    const limit = Math.floor(options.limit / options.blockSize);
    const volume = await Volume.open(source, storeFile, { pace, now, limit });
    const retry = setInterval(() => volume.tryAgain(), 1000);
    const close = async (): Promise<void> => {
      clearInterval(retry);
      await volume.close();
      await closeFiles();
    };
    return { volume, store, close };
  } catch (error) {
    await closeFiles();
    if (error instanceof SnapshotError) throw new SnapshotError(`${store}: ${error.message}`);
    throw error;
  }
};

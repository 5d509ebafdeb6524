import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Pace } from '../background.ts';
import { type Geometry, layoutOf } from '../layout.ts';
import { SnapshotError } from '../storage.ts';
import { SuperblockKeeper } from '../superblock-keeper.ts';
import { Volume } from '../volume.ts';
import { isServed } from './control.ts';
import { FileHold, trueName } from './file-hold.ts';
import { FileMark, forgetMark, markPath } from './file-mark.ts';
import { FileStorage } from './file-storage.ts';
import { Made } from './made.ts';
import { begunName, keepNames, removeBegun } from './names.ts';
import { Opened } from './opened.ts';
import { hostPace } from './pace.ts';
import { refuseOtherSize, refuseStoreBeside } from './refusals.ts';

export interface HostVolumeOptions {
  /** The store; `FILE.snapshots` when left out. */
  readonly store?: string | undefined;
  /** Of a new store, 65,536 bytes when left out; one that is there must have the same. */
  readonly blockSize?: number | undefined;
  /** Of a new store, 32 when left out; one that is there must have the same. */
  readonly places?: number | undefined;
  /** Most bytes of content that the store may hold. */
  readonly limit: number;
  /** Makes the file with this size when it is not there. */
  readonly size?: number | undefined;
  /** Takes the file to be the store's volume, where its mark does not say so. */
  readonly adopt?: boolean;
  /** The clock, in nanoseconds since 1970; the host's when left out. */
  readonly now?: () => bigint;
  /** How the background copy gives way; as `hostPace` when left out. */
  readonly pace?: Pace;
}

/** Most bytes of writes that wait in memory for copies of what they change, and of those copies. */
const writtenAhead = Math.min(512 * 2 ** 20, totalmem() / 16);

export const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
};

/** @param begun runs when the file is there, and empty still */
const makeFile = async (path: string, size: number, begun = async (): Promise<void> => {}): Promise<void> => {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await begun();
    await file.truncate(size);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw Object.assign(error as Error, { path });
  } finally {
    await file.close();
  }
};

export const geometryOf = (sourceSize: number, { blockSize = 65_536, places = 32 }: HostVolumeOptions): Geometry => ({
  sourceSize,
  blockSize,
  pageSize: 4096,
  places,
});

const noLinks = new Set(['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK']);

/** Gives a file the name of one that is yet to be made, where the file system has links; else it replaces what is there. */
const giveName = async (begun: string, path: string): Promise<void> => {
  try {
    await link(begun, path);
  } catch (error) {
    if (!noLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await rename(begun, path);
  }
};

/** Makes a store under another name first, so that one that is there is always whole. Nobody else ever has it: it is held before it has its name. */
const makeStore = async (path: string, geometry: Geometry): Promise<FileHold> => {
  const begun = begunName(path, randomUUID());
  let held: FileHold | null = null;
  try {
    // As long as its maps: one that is shorter was cut.
    await makeFile(begun, layoutOf(geometry).slotsOffset);
    held = await FileHold.take(begun);
    const storage = await FileStorage.open(begun, { grows: true, name: path });
    try {
      await SuperblockKeeper.format(storage, () => storage.flush(), geometry);
    } finally {
      await storage.close();
    }
    await giveName(begun, path);
    await keepNames(path);
    return held;
  } catch (error) {
    await held?.release();
    // Whoever asked knows of no other name.
    throw error instanceof SnapshotError ? error : Object.assign(error as Error, { path });
  } finally {
    // What cannot be removed is so at the next opening; the store has its name, and its hold must reach the caller.
    await rm(begun, { force: true }).catch(() => undefined);
  }
};

/** What a store is made for. @throws SnapshotError where that is not what was asked for */
const checkGeometry = async (
  store: FileStorage,
  { blockSize, places }: HostVolumeOptions,
): Promise<Geometry | null> => {
  const geometry = (await SuperblockKeeper.open(store, () => store.flush()))?.current ?? null;
  if (geometry === null) return null;
  if (blockSize !== undefined && blockSize !== geometry.blockSize)
    throw new SnapshotError(
      `It has blocks of ${geometry.blockSize} bytes, not ${blockSize}; a store keeps its block size.`,
    );
  if (places !== undefined && places !== geometry.places)
    throw new SnapshotError(`It has ${geometry.places} places for snapshots, not ${places}; a store keeps its places.`);
  return geometry;
};

/** How often a locked file that nobody answers for is tried, each 100 milliseconds: what a killed server has left at work is soon done. */
const mostTries = 100;

/** Holds the volume's file, waiting for programs of a server that was killed. @throws as `FileHold.take` */
export const holdVolume = async (path: string): Promise<FileHold> => {
  if (!(await stat(path)).isFile())
    throw new SnapshotError(`${path} is no regular file; a volume is a file of the host.`);
  let tries = 0;
  return FileHold.take(path, async () => {
    tries += 1;
    if (tries === mostTries || (await isServed(path))) return false;
    await setTimeout(100);
    return true;
  });
};

/** A volume whose source and store are files of the host. */
export interface HostVolume {
  readonly volume: Volume;
  /** The file and its store, by their names without links. */
  readonly file: string;
  readonly store: string;
  /** Most bytes of content that the store may hold. */
  readonly limit: number;
  close(): Promise<void>;
  /** Closes it as if it had not been opened: files that were made for it are removed. Only where nobody was let at it. */
  abandon(): Promise<void>;
}

/**
 * Opens a file as a volume, making its store when there is none; nobody else can until it is closed.
 * @throws SnapshotError, StorageError, the system's errors; then no file is left of those that it made
 */
export const openHostVolume = async (given: string, options: HostVolumeOptions): Promise<HostVolume> => {
  if (options.store !== undefined) await refuseStoreBeside(given, options.store);
  if (options.size !== undefined) await refuseOtherSize(given, options.size);
  const isNew = options.size !== undefined && !(await exists(given));
  if (isNew) {
    layoutOf(geometryOf(options.size, options));
    await makeFile(given, options.size, () => forgetMark(given));
    await keepNames(given);
  }
  const path = await trueName(given);
  const opened = new Opened();
  const made = new Made(opened);
  try {
    const { tie } = opened.add(await holdVolume(path), (held) => held.release());
    const marked = await exists(markPath(path));
    // One that has a mark was another's meanwhile.
    if (isNew && !marked) made.add(path);
    if (!marked) made.add(markPath(path));
    return await openHeld(path, tie, options, opened, made);
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
};

const openHeld = async (
  path: string,
  tie: number | null,
  options: HostVolumeOptions,
  opened: Opened,
  made: Made,
): Promise<HostVolume> => {
  const status = await stat(path);
  if (status.size === 0)
    throw new SnapshotError(`${path} is empty; a volume has at least a byte. Give a size, as in --size 1G.`);
  const source = opened.add(await FileStorage.open(path, { grows: false, tie }), (file) => file.close());
  const store = options.store ?? `${path}.snapshots`;
  const isThere = await exists(store);
  const held = isThere ? await FileHold.take(store) : await makeStore(store, geometryOf(status.size, options));
  opened.add(held, (hold) => hold.release());
  if (!isThere) made.add(store);
  await removeBegun(store);
  const storeFile = opened.add(await FileStorage.open(store, { grows: true }), (file) => file.close());
  try {
    const { now = () => BigInt(Date.now()) * 1_000_000n, pace = hostPace() } = options;
    const geometry = await checkGeometry(storeFile, options);
    const mark = await FileMark.open(path, options.adopt ?? false);
    const limit = Math.floor(options.limit / (geometry?.blockSize ?? 1));
    const elapsed = (): bigint => process.hrtime.bigint();
    const volume = await Volume.open(source, storeFile, { pace, now, elapsed, limit, mark, ahead: writtenAhead });
    const retry = setInterval(() => volume.tryAgain(), 1000);
    opened.add(volume, async () => {
      clearInterval(retry);
      await volume.close();
    });
    const close = (kept: boolean): Promise<void> => {
      made.kept = kept;
      return opened.close();
    };
    return { volume, file: path, store, limit: options.limit, close: () => close(true), abandon: () => close(false) };
  } catch (error) {
    if (error instanceof SnapshotError) throw new SnapshotError(`${store}: ${error.message}`);
    throw error;
  }
};

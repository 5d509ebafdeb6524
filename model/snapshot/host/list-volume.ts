/** Snapshots of a file that nobody serves, listed without a change of anything. */
import { stat } from 'node:fs/promises';
import { layoutOf } from '../layout.ts';
import { lookAt } from '../looking.ts';
import { SnapshotError } from '../storage.ts';
import { FileHold, trueName } from './file-hold.ts';
import { FileMark, markPath } from './file-mark.ts';
import { FileStorage } from './file-storage.ts';
import { exists, geometryOf, holdVolume } from './host-volume.ts';
import { Opened } from './opened.ts';
import { refuseStoreBeside } from './refusals.ts';
import { describeVolume, type VolumeAnswer } from './requests.ts';

const limit = Number.POSITIVE_INFINITY;

/** What is said where there is no store. @throws SnapshotError where there should be one */
const withoutStore = async (file: string, size: number, store: string, named: boolean): Promise<VolumeAnswer> => {
  if (named) throw new SnapshotError(`There is no store ${store}; a list makes none.`);
  if (await exists(markPath(file)))
    throw new SnapshotError(
      `There is no store ${store}, but ${markPath(file)} says that the volume had one: name it, as in --store PATH. If it was moved away to begin without snapshots, serve the file or take a snapshot, which makes a new one.`,
    );
  const status = { snapshots: [], usedBlocks: 0, copies: 0, heldWrites: 0, restoring: null, stalled: null };
  return describeVolume({ volume: { layout: layoutOf(geometryOf(size, { limit })), status }, store, limit });
};

/**
 * Holds the file and its store while they are looked at, and writes neither, nor the mark.
 * @param named the store; `FILE.snapshots` when undefined
 * @throws SnapshotError, StorageError, the system's errors
 */
export const listVolume = async (given: string, named: string | undefined): Promise<VolumeAnswer> => {
  if (named !== undefined) await refuseStoreBeside(given, named);
  const file = await trueName(given);
  const store = named ?? `${file}.snapshots`;
  const opened = new Opened();
  try {
    opened.add(await holdVolume(file), (held) => held.release());
    const { size } = await stat(file);
    if (size === 0) throw new SnapshotError(`${file} is empty; a volume has at least a byte.`);
    if (!(await exists(store))) return await withoutStore(file, size, store, named !== undefined);
    opened.add(await FileHold.take(store), (held) => held.release());
    const open = async (path: string, grows: boolean): Promise<FileStorage> =>
      opened.add(await FileStorage.open(path, { grows, readOnly: true }), (storage) => storage.close());
    const [source, kept] = [await open(file, false), await open(store, true)];
    const volume = await lookAt(source, kept, FileMark.of(file, false)).catch((error: unknown) => {
      throw error instanceof SnapshotError ? new SnapshotError(`${store}: ${error.message}`) : error;
    });
    return describeVolume({ volume, store, limit });
  } finally {
    await opened.close();
  }
};

import type { Room } from '../room.ts';
import { isZero } from '../slot-contents.ts';
import type { Snapshot } from '../snapshots.ts';
import { SnapshotError } from '../storage.ts';
import type { Volume } from '../volume.ts';
import type { Export, Exports, Extent } from './export.ts';

const allocation = 'base:allocation';
const copied = 'portcullis:copied';
const changedSince = 'portcullis:changed-since:';
/** In base:allocation: a hole, which reads as zeros. */
const holeAndZero = 3;
/** Most bytes that are looked at for zeros in one request. */
const longestLook = 8 * 2 ** 20;
/** Most blocks that are asked about in one go. */
const longestWalk = 2 ** 18;

/** The first extents of a range, by what holds for each of its blocks; neighbours of the same flags are one. */
const byBlock = (
  blockSize: number,
  offset: number,
  length: number,
  most: number,
  flagsOf: (block: number) => number,
): readonly Extent[] => {
  const extents: { length: number; readonly flags: number }[] = [];
  const last = Math.min(offset + length, (Math.floor(offset / blockSize) + longestWalk) * blockSize);
  for (let at = offset; at < last; ) {
    const block = Math.floor(at / blockSize);
    const end = Math.min((block + 1) * blockSize, last);
    const flags = flagsOf(block);
    const before = extents.at(-1);
    if (before?.flags === flags) before.length += end - at;
    else if (extents.length === most) break;
    else extents.push({ length: end - at, flags });
    at = end;
  }
  return extents;
};

const allocationOf = async (
  read: Export['read'],
  blockSize: number,
  offset: number,
  length: number,
  most: number,
  room: Room,
): Promise<readonly Extent[]> => {
  const content = Buffer.allocUnsafe(Math.min(length, longestLook));
  const free = room.count(content.length);
  try {
    await read(offset, content, room);
    return byBlock(blockSize, offset, content.length, most, (block) => {
      const begin = Math.max(block * blockSize, offset) - offset;
      const end = Math.min((block + 1) * blockSize - offset, content.length);
      return isZero(content.subarray(begin, end)) ? holeAndZero : 0;
    });
  } finally {
    free();
  }
};

const exportOf = (volume: Volume, snapshot: Snapshot | null): Export => {
  const { sourceSize: size, blockSize } = volume.layout;
  const read = (offset: number, into: Uint8Array, room: Room): Promise<void> =>
    snapshot === null ? volume.read(offset, into) : volume.readSnapshot(snapshot, offset, into, room);
  // A name may be given to another snapshot while a client goes on: its contexts are those that it was offered.
  const { names } = volume;
  const older = new Map(
    (snapshot === null ? names : names.slice(0, names.indexOf(snapshot.record.name))).map((name) => [
      changedSince + name,
      volume.snapshot(name),
    ]),
  );
  const requireLive = (one: Snapshot | null): void => {
    if (one !== null && one.record.state !== 'live')
      throw new SnapshotError(`Snapshot '${one.record.name}' is no more; what changed since is not known.`);
  };
  return {
    description: snapshot === null ? 'the volume' : `snapshot '${snapshot.record.name}'`,
    size,
    readOnly: snapshot !== null,
    read,
    write: (offset, data, client) => volume.write(offset, data, client),
    zero: (offset, length, mayDiscard, client) => volume.zero(offset, length, mayDiscard, client),
    flush: () => volume.flush(),
    contexts: () => [allocation, copied, ...older.keys()],
    extents: async (context, offset, length, most, room) => {
      requireLive(snapshot);
      if (context === allocation) return allocationOf(read, blockSize, offset, length, most, room);
      if (context === copied) {
        const of = snapshot ?? volume.newestSnapshot;
        return byBlock(blockSize, offset, length, most, (block) => (of !== null && volume.isCopied(of, block) ? 1 : 0));
      }
      const from = older.get(context);
      if (from === undefined) throw new SnapshotError(`There is no metadata context '${context}'.`);
      requireLive(from);
      return byBlock(blockSize, offset, length, most, (block) => (volume.isChanged(from, snapshot, block) ? 1 : 0));
    },
  };
};

/** The volume under the empty name, and each live snapshot under its own. */
export const volumeExports = (volume: Volume): Exports => ({
  names: () => ['', ...volume.names],
  find: (name) => {
    if (name === '') return exportOf(volume, null);
    try {
      return exportOf(volume, volume.snapshot(name));
    } catch (error) {
      if (error instanceof SnapshotError) return null;
      throw error;
    }
  },
});

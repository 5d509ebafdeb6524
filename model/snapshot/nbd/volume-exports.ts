import { isZero } from '../copier.ts';
import type { Snapshot } from '../snapshots.ts';
import { SnapshotError } from '../storage.ts';
import type { Volume } from '../volume.ts';
import { type Export, type Exports, type Extent, joinExtents } from './export.ts';

const allocation = 'base:allocation';
const copied = 'portcullis:copied';
const changedSince = 'portcullis:changed-since:';
/** In base:allocation: a hole, which reads as zeros. */
const holeAndZero = 3;
/** Most bytes that are looked at for zeros in one request. */
const longestLook = 8 * 2 ** 20;

/** The extents of a range by what holds for each of its blocks. */
const byBlock = (
  blockSize: number,
  offset: number,
  length: number,
  flagsOf: (block: number) => number,
): readonly Extent[] => {
  const extents: Extent[] = [];
  for (let at = offset; at < offset + length; ) {
    const block = Math.floor(at / blockSize);
    const end = Math.min((block + 1) * blockSize, offset + length);
    extents.push({ length: end - at, flags: flagsOf(block) });
    at = end;
  }
  return joinExtents(extents);
};

const allocationOf = async (
  read: (offset: number, into: Uint8Array) => Promise<void>,
  blockSize: number,
  offset: number,
  length: number,
): Promise<readonly Extent[]> => {
  const content = Buffer.allocUnsafe(Math.min(length, longestLook));
  await read(offset, content);
  return byBlock(blockSize, offset, content.length, (block) => {
    const begin = Math.max(block * blockSize, offset) - offset;
    const end = Math.min((block + 1) * blockSize - offset, content.length);
    return isZero(content.subarray(begin, end)) ? holeAndZero : 0;
  });
};

const exportOf = (volume: Volume, snapshot: Snapshot | null): Export => {
  const { sourceSize: size, blockSize } = volume.layout;
  const read = (offset: number, into: Uint8Array): Promise<void> =>
    snapshot === null ? volume.read(offset, into) : volume.readSnapshot(snapshot, offset, into);
  const older = (): readonly string[] => {
    const all = volume.names;
    return snapshot === null ? all : all.slice(0, all.indexOf(snapshot.record.name));
  };
  return {
    description: snapshot === null ? 'the volume' : `snapshot '${snapshot.record.name}'`,
    size,
    readOnly: snapshot !== null,
    read,
    write: (offset, data) => volume.write(offset, data),
    zero: (offset, length, mayDiscard) => volume.zero(offset, length, mayDiscard),
    flush: () => volume.flush(),
    contexts: () => [allocation, copied, ...older().map((name) => changedSince + name)],
    extents: async (context, offset, length) => {
      if (context === allocation) return allocationOf(read, blockSize, offset, length);
      if (context === copied) {
        const of = snapshot ?? volume.newestSnapshot;
        return byBlock(blockSize, offset, length, (block) => (of !== null && volume.isCopied(of, block) ? 1 : 0));
      }
      const from = volume.snapshot(context.slice(changedSince.length));
      return byBlock(blockSize, offset, length, (block) => (volume.isChanged(from, snapshot, block) ? 1 : 0));
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

import { requireBound, type SourceMark } from './binding.ts';
import type { Layout } from './layout.ts';
import { Live } from './live.ts';
import { loadParts } from './parts.ts';
import { Restoring } from './restoring.ts';
import { statusOf, type VolumeStatus } from './status.ts';
import type { Storage } from './storage.ts';

/**
 * What can be said of a volume that nobody has open, from what its store holds. Neither the source nor the store is written: what a power cut interrupted stays so.
 * @throws SnapshotError, also where the store is another source's; StorageError; what reading the mark throws
 */
export const lookAt = async (
  source: Storage,
  store: Storage,
  mark: SourceMark,
): Promise<{ readonly layout: Layout; readonly status: VolumeStatus }> => {
  const parts = await loadParts(source, store, Number.POSITIVE_INFINITY, null);
  const { snapshots, layout, keeper } = parts;
  await requireBound(keeper, mark);
  const live = new Live(parts, 0);
  const { restore } = snapshots.superblock;
  const restored = snapshots.all.find(({ number }) => number === restore?.snapshot);
  if (restore !== null && restored !== undefined) {
    const map = snapshots.newMap(layout.places, restore.number);
    await map.load();
    live.restoring = new Restoring(restored, map, parts);
  }
  return { layout, status: statusOf(parts, live, null) };
};

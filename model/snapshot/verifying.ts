import type { Parts } from './parts.ts';
import { inSlices } from './slices.ts';

/** Reads all that restoring a snapshot needs of it. @throws as `Volume.verify` */
export const verify = async (name: string, { snapshots, reader, layout }: Parts): Promise<void> => {
  const snapshot = snapshots.live(name);
  await inSlices(layout.blocks, async (first, end) => {
    for (let block = first; block < end; block += 1)
      if (snapshots.changedBetween(snapshot, null, block) && snapshots.ownerOf(snapshot, block) !== null)
        await reader.readBlock(snapshot, block);
  });
};

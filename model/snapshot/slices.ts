import { setImmediate } from 'node:timers/promises';

/** Blocks that are looked at before others have their turn: a volume may have many millions. */
export const looksTogether = 2 ** 14;

/** Walks through blocks in ascending order, in slices between which others have their turn. A volume of few blocks is one slice. */
export const inSlices = async (
  blocks: number,
  walk: (first: number, end: number) => void | Promise<void>,
): Promise<void> => {
  for (let first = 0; first < blocks; first += looksTogether) {
    if (first > 0) await setImmediate();
    await walk(first, Math.min(first + looksTogether, blocks));
  }
};

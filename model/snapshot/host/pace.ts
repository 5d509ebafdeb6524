import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Pace } from '../background.ts';

const blocksWhenIdle = 32;
const blocksUnderLoad = 4;
const restUnderLoad = 20;

/** Copies as fast as the host can while nobody asks for anything, and a few blocks every 20 ms otherwise. */
export const hostPace: Pace = {
  turn: async (requests) => {
    if (requests === 0) {
      await setImmediate();
      return blocksWhenIdle;
    }
    await setTimeout(restUnderLoad);
    return blocksUnderLoad;
  },
};

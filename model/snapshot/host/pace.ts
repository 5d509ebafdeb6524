import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Pace } from '../background.ts';

const blocksWhenIdle = 64;
const blocksUnderLoad = 32;

/** Copies as fast as the host can while nobody asks for anything; otherwise rests after some blocks for as long as they took. */
export const hostPace = (): Pace => {
  let begun = performance.now();
  return {
    turn: async (requests) => {
      if (requests === 0) await setImmediate();
      else await setTimeout(performance.now() - begun);
      begun = performance.now();
      return requests === 0 ? blocksWhenIdle : blocksUnderLoad;
    },
  };
};

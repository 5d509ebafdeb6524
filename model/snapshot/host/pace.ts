import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Pace } from '../background.ts';

const blocksWhenIdle = 64;
const blocksUnderLoad = 32;

/** The host's time, in milliseconds. */
export interface HostTime {
  now(): number;
  /** Resolves when others had their turn. */
  giveWay(): Promise<void>;
  rest(milliseconds: number): Promise<void>;
}

const hostTime: HostTime = {
  now: () => performance.now(),
  giveWay: () => setImmediate(),
  // A process that has nothing else to do ends.
  rest: (milliseconds) => setTimeout(milliseconds, undefined, { ref: false }),
};

/** Copies as fast as the host can while nobody asks for anything; otherwise rests before some blocks for as long as the last ones took. */
export const hostPace = (time = hostTime): Pace => {
  let begun = 0;
  let took = 0;
  return {
    turn: async (requests) => {
      if (requests === 0) await time.giveWay();
      else await time.rest(took);
      begun = time.now();
      return requests === 0 ? blocksWhenIdle : blocksUnderLoad;
    },
    worked: () => {
      took = time.now() - begun;
    },
  };
};

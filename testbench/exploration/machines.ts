/** The machines that are explored, and how far. */
import type { SmallMachine } from './explore.ts';
import { type PageMachineOptions, pageMachine } from './page-machine.ts';
import { turnMachine } from './turn-machine.ts';

export interface Explored {
  readonly name: string;
  machine(): SmallMachine;
  /** States after which a quick run ends; none: only a thorough run explores it. */
  readonly quick: number | null;
  /** States after which a thorough run ends, where that is before all of them. */
  readonly thorough?: number;
}

const pages = (
  name: string,
  quick: number | null,
  options: Partial<PageMachineOptions>,
  more: Partial<Explored> = {},
): Explored => ({
  name,
  quick,
  machine: () =>
    pageMachine({
      ...{ name, units: 1, reads: 0, writes: 0, beats: 1, stalls: false, alias: false, cookieWidth: 3 },
      ...options,
    }),
  ...more,
});

const all = Number.POSITIVE_INFINITY;
const some = 15_000;

export const exploredMachines: readonly Explored[] = [
  pages('a read at a time', all, { reads: 1 }),
  pages('a write of one beat at a time', some, { writes: 1 }),
  pages('two reads', null, { reads: 2 }),
  pages('a read at a time, frames that share an index', null, { reads: 1, alias: true }),
  pages('a read at a time, memory and processor that stall', null, { reads: 1, stalls: true }),
  pages('a write of two beats at a time', null, { writes: 1, beats: 2 }),
  pages('two writes of two beats', null, { writes: 2, beats: 2 }),
  pages('a read and a write', null, { reads: 1, writes: 1 }, { thorough: 2_000_000 }),
  pages('two units that read, cookies of 2 bits', null, { units: 2, reads: 1, cookieWidth: 2 }),
  pages('two units that read', null, { units: 2, reads: 1 }),
  {
    name: 'two units that write one beat to both memories',
    quick: some,
    machine: () => turnMachine({ name: 'turns', writes: 1, beats: 1, overlapIsFault: true }),
  },
  {
    name: 'two units that write two beats to both memories',
    quick: null,
    machine: () => turnMachine({ name: 'turns', writes: 1, beats: 2, overlapIsFault: true }),
  },
];

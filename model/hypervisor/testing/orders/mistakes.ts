/** Mistakes in the hypervisor that some order of steps must bring to light. */
import { FrameTable } from '../../memory/frame-table.ts';
import { Tables } from '../../memory/tables.ts';
import { noHooks } from './platform.ts';
import type { Beside, SweptPages } from './world.ts';

export interface Mistake {
  readonly name: string;
  /** Whether it is found in a second or two. */
  readonly soon: boolean;
  /** What is to be done beside the sweep. */
  readonly beside: Beside;
  /** With which less it does not show. */
  readonly hiddenWith?: readonly Beside[];
  readonly copies?: 'second';
  /** Makes it; gives what takes it away again. */
  plant(world: SweptPages): () => void;
}

const frameBytes = 4096;
const scanned = 1n << 10n;

/** Replaces a method of all objects of a class. */
const replaced = <Class extends object, Name extends keyof Class>(
  prototype: Class,
  name: Name,
  by: (old: Class[Name]) => Class[Name],
): (() => void) => {
  const old = prototype[name];
  prototype[name] = by(old);
  return () => {
    prototype[name] = old;
  };
};

const nothing = (): void => {};

export const mistakes: readonly Mistake[] = [
  {
    name: 'pages are not scanned again when nobody can write them any more',
    soon: true,
    beside: { writes: 1 },
    plant: ({ made, hypervisor }) => {
      const { layout } = hypervisor.memory.areas;
      const records = layout.areas.frameTable.firstFrame * frameBytes;
      for (const [memory, scanner] of made.scanners.entries())
        scanner.skips = (frame) =>
          (made.content.word(0, records + 8 * (memory * layout.frames + frame)) & scanned) !== 0n;
      return nothing;
    },
  },
  {
    name: 'pages are not taken back by their cookie',
    soon: true,
    beside: { writes: 1 },
    plant: ({ made }) => {
      made.hooks = { ...noHooks, bump: () => 'none' };
      return nothing;
    },
  },
  {
    name: 'a mapping of a grant is not counted',
    soon: true,
    beside: { maps: 1 },
    plant: () => replaced(FrameTable.prototype, 'reference', () => async () => {}),
  },
  {
    name: 'pages that others reach are swept too',
    soon: true,
    beside: { opens: 1 },
    plant: ({ made }) =>
      replaced(
        FrameTable.prototype,
        'record',
        (record) =>
          async function (this: FrameTable, ...given) {
            const found = await record.apply(this, given);
            return made.steps.actor === 'sweep' ? { ...found, references: 0 } : found;
          },
      ),
  },
  {
    name: 'frames are not cleared before they are given',
    soon: true,
    beside: { writes: 1 },
    plant: ({ made }) => {
      const isClearing = (data: Uint8Array): boolean => data.length === frameBytes && data.every((byte) => byte === 0);
      made.hooks = { ...noHooks, store: (data) => (isClearing(data) ? undefined : data) };
      return nothing;
    },
  },
  {
    name: 'the low half of an entry is written before the high half',
    soon: false,
    beside: { writes: 1, maps: 1 },
    plant: () =>
      replaced(Tables.prototype, 'write', () => async ({ machine }, address, { low, high }) => {
        await machine.write64(address, low);
        await machine.write64(address + 8, high);
      }),
  },
  {
    name: 'walks by the second copy are not sent again',
    soon: false,
    beside: { writes: 1 },
    copies: 'second',
    plant: ({ made }) => {
      made.hooks = { ...noHooks, bump: () => 'one' };
      return nothing;
    },
  },
  {
    name: 'of several accesses by one translation only the first is sent again',
    soon: false,
    beside: { writes: 1, closes: 1 },
    hiddenWith: [{ writes: 1 }, { closes: 1 }],
    plant: ({ made }) => {
      made.hooks = { ...noHooks, bump: (all) => (all ? 'all' : 'first') };
      return nothing;
    },
  },
];

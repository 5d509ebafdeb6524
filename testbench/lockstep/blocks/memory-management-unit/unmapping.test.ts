/** What it costs to take pages back from units that use them, in cycles of software at the keeper's register port; and by interrupts instead. */
import { describe, expect, test } from 'vitest';
import { type Kind, kinds } from './machines.ts';
import {
  bumpAll,
  bumpEach,
  type Manner,
  machineInUse,
  shootdown,
  shootdownParts,
  unmap,
  useLast,
} from './shootdown.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const unitCounts = [1, 2, 4] as const;
/** Cycles from an interrupt to the first instruction of its handler. */
const entries = [0, 100, 1000] as const;

/** Cycles from the first write to the answer to the last: every unit reads the page before, and cannot afterwards. */
const cyclesOf = (kind: Kind, units: number, pages: number, all = false): number => {
  const machine = machineInUse(kind, units, pages);
  const begin = machine.cycle;
  unmap(machine, pages);
  if (all) bumpAll(machine);
  else bumpEach(machine, pages);
  const cycles = machine.cycle - begin;
  for (const responses of useLast(machine, pages)) expect(responses).toEqual([3]);
  return cycles;
};

const partsOf = (kind: Kind, pages: number, manner: Manner) => {
  const parts = shootdownParts(kind, pages, manner);
  expect(parts.after).toEqual([3]);
  return parts;
};

describe.each(kinds)('%s', (kind) => {
  test.each(thorough || kind === 'model' ? [1, 16, 512] : [1, 16])(
    'taking %i pages back costs the same for any number of units, and less than the least that interrupts for each can',
    (pages) => {
      const cookies = cyclesOf(kind, 1, pages);
      expect(cookies).toBe(7 * pages);
      const parts = partsOf(kind, pages, 'page by page');
      expect(parts).toMatchObject({ write: 3, read: 3, invalidate: cookies });
      for (const units of unitCounts.slice(1)) {
        expect(cyclesOf(kind, units, pages)).toBe(cookies);
        for (const entry of entries) {
          const { elapsed, processors } = shootdown(parts, units, entry);
          expect(elapsed).toBeGreaterThan(cookies);
          expect(elapsed).toBe(9 + entry + cookies);
          expect(processors).toBe(elapsed + (units - 1) * (entry + cookies + 3));
        }
      }
    },
    600_000,
  );

  test('taking all pages back by one write costs the same for any number of units and pages, and less than interrupts that empty whole TLBs', () => {
    for (const pages of [1, 16]) {
      for (const units of unitCounts) expect(cyclesOf(kind, units, pages, true)).toBe(7);
      const parts = partsOf(kind, pages, 'whole TLB');
      expect(shootdown(parts, 4, 0)).toEqual({ elapsed: 16, processors: 46 });
    }
  });
});

/** What it costs to take pages back from units that use them, in cycles of software at register ports: by cookies, and by interrupts instead. */
import { describe, expect, test } from 'vitest';
import { type Kind, kinds } from './machines.ts';
import { bumping, type Manner, machineInUse, shootdown, unmap, useLast } from './shootdown.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const unitCounts = [1, 2, 4] as const;
/** Cycles from an interrupt to the first instruction of its handler. */
const entries = [0, 100, 1000] as const;

/** Each unit is refused the last page. */
const refused = (units: number): readonly (readonly number[])[] => Array.from({ length: units }, () => [3]);

/** Cycles from the first write to the answer to the last: every unit reads the page before, and cannot afterwards. */
const cookies = (kind: Kind, units: number, pages: number, manner: Manner): number => {
  const machine = machineInUse({ kind, units, pages });
  unmap(machine, pages);
  const begin = machine.cycle;
  machine.together([bumping(machine, pages, manner)]);
  const cycles = machine.cycle - begin;
  expect(useLast(machine, pages)).toEqual(refused(units));
  return cycles;
};

/** The last acknowledgement is seen by a read that comes after it: reads are three cycles apart. */
const seenAfter = (entry: number): number => 3 * Math.ceil((entry - 1) / 3);

interface Compared {
  readonly kind: Kind;
  readonly pages: number;
  readonly manner: Manner;
  /** Cycles of the writes to `bump`, as of cookies. */
  readonly writes: number;
}

const expectShootdown = ({ kind, pages, manner, writes }: Compared, entry: number): void => {
  const alone = { elapsed: writes, processors: writes, after: refused(1) };
  expect(shootdown({ kind, units: 1, pages, manner, entry })).toEqual(alone);
  for (const units of unitCounts.slice(1)) {
    const elapsed = 9 + writes + seenAfter(entry);
    const processors = elapsed + (units - 1) * (entry + writes + 3);
    const expected = { elapsed, processors, after: refused(units) };
    expect(shootdown({ kind, units, pages, manner, entry }), `${units} units, ${entry} cycles`).toEqual(expected);
  }
};

describe.each(kinds)('%s', (kind) => {
  test.each(thorough || kind === 'model' ? [1, 16, 512] : [1, 16])(
    'taking %i pages back costs the same for any number of units, and less than interrupts for each',
    (pages) => {
      const manner = 'page by page';
      const writes = 7 * pages;
      for (const units of unitCounts) expect(cookies(kind, units, pages, manner)).toBe(writes);
      for (const entry of pages < 512 || thorough ? entries : [100])
        expectShootdown({ kind, pages, manner, writes }, entry);
    },
    600_000,
  );

  test('taking all pages back by one write costs the same for any number of units and pages, and less than interrupts that empty whole TLBs', () => {
    const manner = 'whole TLB';
    for (const pages of [1, 16]) {
      for (const units of unitCounts) expect(cookies(kind, units, pages, manner)).toBe(7);
      for (const entry of entries) expectShootdown({ kind, pages, manner, writes: 7 }, entry);
    }
  }, 600_000);

  test('a unit whose processor acknowledges an interrupt and invalidates nothing goes on using the page', () => {
    const { after } = shootdown({ kind, units: 2, pages: 1, manner: 'page by page', entry: 0, invalidates: false });
    expect(after).toEqual([[3], [0]]);
  }, 600_000);
});

/**
 * Random scenarios of memories that refuse again and again, and are taken out of use and brought back again and again, while pages in both are read, moved
 * and taken back: what a read remembers of a memory that refused it is made, used and forgotten often.
 */
import fc, { type Arbitrary } from 'fast-check';
import { memoryIdWidth } from '../../../../rtl/memory-management-unit/interface.ts';
import { stalls as runLengths, transactionLists } from '../../../axi/arbitrary.ts';
import { subordinateBehaviours } from '../../../axi/behaviour.ts';
import type { SubordinateBehaviour } from '../../../axi/subordinate-behaviour.ts';
import { longestTimeout } from './hanging.ts';
import type { SystemParameters } from './parameters.ts';
import { bump, command, indexOf, ready, tablesAt, timeouts, until, write } from './programmes.ts';
import { keeperRegisters, statusBits } from './registers.ts';
import { emptyScenario, type Step, type SystemScenario, type UnitTraffic } from './scenario.ts';
import { type Leaf, leafEntry, pageBytes, upperTables } from './tables.ts';

type P = SystemParameters;

/** Few, so that what is moved or refused is in use. */
const pages = 2;
const frames = 3;
const firstFrame = [0x200, 0x300] as const;

/** Mostly reads: a write that one memory refuses takes it out of use, and then nothing is asked of the other instead. */
const traffic = (p: P, size: number): Arbitrary<UnitTraffic> =>
  fc.record({
    transactions: fc
      .array(
        transactionLists({
          dataWidth: p.dataWidth,
          idWidth: p.idWidth,
          ranges: [{ base: 0, size: pages * pageBytes }],
          maximum: 16,
          longest: 16,
          exclusives: false,
        }),
        { minLength: Math.ceil(size / 4), maxLength: Math.ceil(size / 2), size: 'max' },
      )
      .map((lists) =>
        lists
          .flat()
          .filter(({ direction, seed }) => direction === 'read' || seed % 16 === 0)
          .map((each) => (p.sideband ? { ...each, user: 0 } : each)),
      ),
    outstanding: fc.constantFrom(16, 16, 4, 2),
    lead: fc.nat(1),
    stalls: fc.record({ w: runLengths, b: runLengths, r: runLengths }),
  });

/** A frame of each memory; seldom of one alone, or compared. */
const leaves: Arbitrary<Leaf> = fc
  .record({
    first: fc.nat(frames - 1),
    second: fc.nat(frames - 1),
    enabled: fc.constantFrom(3, 3, 3, 3, 3, 3, 1, 2),
    compare: fc.constantFrom(false, false, false, true),
  })
  .map(({ first, second, enabled, compare }) => ({
    first: (enabled & 1) !== 0 ? firstFrame[0] + first : null,
    second: (enabled & 2) !== 0 ? firstFrame[1] + second : null,
    compare,
  }));

/** Of each frame of a memory some part is refused, or none. Half of all accesses are to the first 256 bytes. */
const refusals = (memory: 0 | 1): Arbitrary<SubordinateBehaviour['errors']> =>
  fc
    .array(
      fc.record({
        line: fc.constantFrom(0, 0, 1, 2, 16),
        lines: fc.constantFrom(0, 1, 2, 16),
        code: fc.constantFrom(2 as const, 3 as const),
      }),
      { minLength: frames, maxLength: frames },
    )
    .map((list) =>
      list.flatMap(({ line, lines, code }, frame) =>
        lines === 0 ? [] : [{ base: (firstFrame[memory] + frame) * pageBytes + line * 64, size: lines * 64, code }],
      ),
    );

/** What software does next; a page keeps the frame it had until its entry is changed. */
type Deed =
  | { readonly kind: 'move'; readonly page: number; readonly leaf: Leaf }
  | { readonly kind: 'take back'; readonly page: number; readonly times: number; readonly all: boolean }
  | { readonly kind: 'fail'; readonly memory: 0 | 1; readonly rests: readonly [number, number] }
  | { readonly kind: 'rest'; readonly cycles: number };

const deeds: Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('move' as const), page: fc.nat(pages - 1), leaf: leaves }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('take back' as const),
      page: fc.nat(pages - 1),
      times: fc.integer({ min: 1, max: 8 }),
      all: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      memory: fc.constantFrom(0 as const, 1 as const, 1 as const),
      rests: fc.tuple(fc.nat(20), fc.nat(20)),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('rest' as const), cycles: fc.nat(60) }) },
);

/** It is taken out of use, if it is not, and comes back with what it held: nothing is copied. */
const failAndReturn = (memory: 0 | 1, [before, after]: readonly [number, number]): readonly Step[] => [
  command(memory, 'takeOut'),
  { kind: 'rest', cycles: before },
  command(memory, 'reset'),
  until(statusBits.wasReset << memory, statusBits.wasReset << memory),
  command(memory, 'restore'),
  { kind: 'rest', cycles: after },
  command(memory, 'onLine'),
];

const stepsOf = (p: P, begin: readonly Leaf[], list: readonly Deed[]): readonly Step[] => {
  const now = [...begin];
  return list.flatMap((deed): readonly Step[] => {
    switch (deed.kind) {
      case 'move': {
        const before = now[deed.page] as Leaf;
        now[deed.page] = deed.leaf;
        return [{ kind: 'store', ...leafEntry(deed.page, deed.leaf) }, bump(indexOf(p, before))];
      }
      case 'take back':
        return Array.from({ length: deed.times }, () => bump(indexOf(p, now[deed.page] as Leaf), deed.all));
      case 'fail':
        return failAndReturn(deed.memory, deed.rests);
      case 'rest':
        return [deed];
      default:
        throw new Error(`unknown deed ${deed satisfies never}`);
    }
  });
};

/** @param size as of other scenarios; these take about as long at a quarter of it */
export const failingScenarios = (p: P, size = 25): Arbitrary<SystemScenario> =>
  fc
    .record({
      begin: fc.array(leaves, { minLength: pages, maxLength: pages }),
      list: fc.array(deeds, { minLength: Math.ceil(size / 2), maxLength: 2 * size, size: 'max' }),
      limit: fc.constantFrom(0, 0, 0, 3),
      traffic: fc.array(traffic(p, size), { minLength: 1, maxLength: p.units }),
      behaviours: fc.tuple(
        subordinateBehaviours({ idWidth: memoryIdWidth(p) }),
        subordinateBehaviours({ idWidth: memoryIdWidth(p) }),
      ),
      errors: fc.tuple(refusals(0), refusals(1)),
      memoryReset: fc.record({ rise: fc.nat(2), fall: fc.nat(2) }),
      registerStalls: fc.record({ b: runLengths, r: runLengths }),
    })
    .map(({ begin, list, limit, behaviours: [first, second], errors, ...rest }) =>
      emptyScenario({
        ...rest,
        tables: [...upperTables, ...begin.map((leaf, page) => leafEntry(page, leaf))],
        settings: [
          ready,
          ...timeouts(p.units, longestTimeout % 2 ** p.timerWidth),
          write('keeper', keeperRegisters.errorLimit, limit),
          ...Array.from({ length: p.units }, (_, unit) => tablesAt(unit)).flat(),
        ],
        software: stepsOf(p, begin, list),
        memories: [
          { ...first, latencies: first.latencies.map((each) => each % 8), errors: errors[0] },
          { ...second, latencies: second.latencies.map((each) => each % 8), errors: errors[1] },
        ],
        mayHang: false,
      }),
    );

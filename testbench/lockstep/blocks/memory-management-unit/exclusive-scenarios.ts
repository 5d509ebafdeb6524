/** Random scenarios of mostly exclusive accesses, to pages in one memory that are moved and taken back meanwhile. */
import fc, { type Arbitrary } from 'fast-check';
import { memoryIdWidth } from '../../../../rtl/memory-management-unit/interface.ts';
import { stalls as runLengths, transactionLists } from '../../../axi/arbitrary.ts';
import { subordinateBehaviours } from '../../../axi/behaviour.ts';
import type { SystemParameters } from './parameters.ts';
import { bump, indexOf, ready, tablesAt, timeouts } from './programmes.ts';
import { emptyScenario, type Lengths, type Step, type SystemScenario, type UnitTraffic } from './scenario.ts';
import { type Leaf, leafEntry, pageBytes, upperTables } from './tables.ts';

type P = SystemParameters;

/** Few, so that what is moved is in use. */
const pages = 2;
/** Of a unit: half of them are its patience, which processors now and then exceed. */
const timeout = 100;

/** Going for some beats and stopping for some cycles, in turn; seldom for so long that the processor counts as stopped. */
const pauses: Arbitrary<Lengths> = fc.oneof(
  { weight: 1, arbitrary: runLengths },
  {
    weight: 7,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.integer({ min: 1, max: 7 }),
          fc.oneof(
            { weight: 9, arbitrary: fc.integer({ min: 1, max: 12 }) },
            { weight: 1, arbitrary: fc.integer({ min: timeout / 2, max: timeout }) },
          ),
        ),
        { minLength: 1, maxLength: 6 },
      )
      .map((pairs) => pairs.flat()),
  },
);

const traffic = (p: P, size: number): Arbitrary<UnitTraffic> =>
  fc.record({
    transactions: fc
      .array(
        transactionLists({
          dataWidth: p.dataWidth,
          idWidth: p.idWidth,
          ranges: [{ base: 0, size: pages * pageBytes }],
          maximum: 8,
          longest: 16,
          exclusives: 'mostly',
        }),
        { minLength: Math.ceil(size / 12), maxLength: Math.ceil(size / 6), size: 'max' },
      )
      .map((lists) => lists.flat().map((each) => (p.sideband ? { ...each, user: 0 } : each))),
    outstanding: fc.constantFrom(16, 16, 4, 2),
    lead: fc.nat(1),
    stalls: fc.record({ w: pauses, b: runLengths, r: pauses }),
  });

/** One of a few frames of one memory; seldom a frame of each. */
const leaves: Arbitrary<Leaf> = fc
  .record({ frame: fc.nat(3), enabled: fc.constantFrom(1, 1, 1, 1, 2, 2, 3, 3) })
  .map(({ frame, enabled }) => ({
    first: (enabled & 1) !== 0 ? 0x200 + frame : null,
    second: (enabled & 2) !== 0 ? 0x300 + frame : null,
  }));

interface Moved {
  readonly page: number;
  readonly leaf: Leaf;
  readonly rest: number;
}

/** Pages that have a frame, get another, and are taken back, one after the other. */
const moves = (p: P, begin: readonly Leaf[], list: readonly Moved[]): readonly Step[] => {
  const now = [...begin];
  return list.flatMap(({ page, leaf, rest }) => {
    const before = now[page] as Leaf;
    now[page] = leaf;
    return [
      { kind: 'store' as const, ...leafEntry(page, leaf) },
      bump(indexOf(p, before)),
      { kind: 'rest' as const, cycles: rest },
    ];
  });
};

/** @param size as of other scenarios; these take about as long at a quarter of it */
export const exclusiveScenarios = (p: P, size = 25): Arbitrary<SystemScenario> =>
  fc
    .record({
      begin: fc.array(leaves, { minLength: pages, maxLength: pages }),
      list: fc.array(fc.record({ page: fc.nat(pages - 1), leaf: leaves, rest: fc.oneof(fc.nat(30), fc.nat(120)) }), {
        minLength: Math.ceil(size / 2),
        maxLength: size,
        size: 'max',
      }),
      traffic: fc.array(traffic(p, size), { minLength: 1, maxLength: p.units }),
      memories: fc.tuple(
        subordinateBehaviours({ idWidth: memoryIdWidth(p) }),
        subordinateBehaviours({ idWidth: memoryIdWidth(p) }),
      ),
      registerStalls: fc.record({ b: runLengths, r: runLengths }),
    })
    .map(({ begin, list, memories: [first, second], ...rest }) =>
      emptyScenario({
        ...rest,
        tables: [...upperTables, ...begin.map((leaf, page) => leafEntry(page, leaf))],
        settings: [
          ready,
          ...timeouts(p.units, timeout % 2 ** p.timerWidth),
          ...Array.from({ length: p.units }, (_, unit) => tablesAt(unit)).flat(),
        ],
        software: moves(p, begin, list),
        memories: [
          { ...first, latencies: first.latencies.map((each) => each % 8), exclusive: true },
          { ...second, latencies: second.latencies.map((each) => each % 8), exclusive: true },
        ],
        mayHang: false,
      }),
    );

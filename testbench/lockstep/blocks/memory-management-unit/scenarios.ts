/** Random scenarios: everything at once, software keeping no rules; now and then mostly exclusive accesses, or memories that refuse and fail again and again. */
import fc, { type Arbitrary } from 'fast-check';
import { memoryIdWidth } from '../../../../rtl/memory-management-unit/interface.ts';
import { stalls as runLengths, transactionLists } from '../../../axi/arbitrary.ts';
import { subordinateBehaviours } from '../../../axi/behaviour.ts';
import type { SubordinateBehaviour } from '../../../axi/subordinate-behaviour.ts';
import { softwareSteps, tables, virtualRanges } from './arbitrary.ts';
import { exclusiveScenarios } from './exclusive-scenarios.ts';
import { failingScenarios } from './failing-scenarios.ts';
import { longestTimeout, mayHang } from './hanging.ts';
import type { SystemParameters } from './parameters.ts';
import { ready, tablesAt, timeouts, write } from './programmes.ts';
import { keeperRegisters, unitRegisters } from './registers.ts';
import type { ResetEvent, Step, SystemScenario, UnitTraffic } from './scenario.ts';

type P = SystemParameters;

const patience = 1200;
/** Beats of the longest bursts. */
const longest = 24;

/** Now and then a processor does not go on for longer than its unit has patience: then it goes as it did for a while, and stops. */
const stops = runLengths.map((lengths) => {
  if (lengths[1] !== 6) return lengths;
  const before = Array.from({ length: 8 }, () => lengths).flat();
  return [...before, ...(before.length % 2 === 0 ? [1] : []), 30 * lengths.length];
});

const traffic = (p: P, size: number): Arbitrary<UnitTraffic> =>
  fc
    .record({
      lists: fc.array(
        transactionLists({
          dataWidth: p.dataWidth,
          idWidth: p.idWidth,
          ranges: virtualRanges(p),
          maximum: 12,
          longest,
        }),
        { minLength: Math.ceil(size / 16), maxLength: Math.ceil(size / 4), size: 'max' },
      ),
      domains: fc.array(fc.oneof(fc.nat(1), fc.nat(2 ** p.domainWidth - 1)), { minLength: 1, maxLength: 5 }),
      outstanding: fc.oneof(
        { weight: 3, arbitrary: fc.constant(16) },
        { weight: 1, arbitrary: fc.nat(3).map((n) => n + 1) },
      ),
      lead: fc.nat(3),
      stalls: fc.record({ w: stops, b: runLengths, r: stops }),
    })
    .map(({ lists, domains, ...rest }) => ({
      ...rest,
      transactions: lists
        .flat()
        .map((each, index) => (p.sideband ? { ...each, user: domains[index % domains.length] ?? 0 } : each)),
    }));

const resets: Arbitrary<readonly ResetEvent[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 7, arbitrary: fc.constant<ResetEvent[]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ after: fc.nat(600), cycles: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
  },
);

const errors: Arbitrary<SubordinateBehaviour['errors']> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc
        .record({
          frame: fc.constantFrom(0x100, 0x108, 0x200, 0x201, 0x300, 0x301),
          line: fc.oneof(fc.constant(0), fc.nat(7)),
          code: fc.constantFrom(2 as const, 3 as const),
        })
        .map(({ frame, line, code }) => ({ base: frame * 4096 + line * 64, size: 64, code })),
      { maxLength: 3 },
    ),
  },
);

const behaviours = (p: P): Arbitrary<SubordinateBehaviour> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 2, arbitrary: subordinateBehaviours({ idWidth: memoryIdWidth(p) }) },
        { weight: 1, arbitrary: subordinateBehaviours({ idWidth: memoryIdWidth(p), faultHorizon: 1500 }) },
      ),
      errors,
    )
    .map(([behaviour, list]) => ({ ...behaviour, errors: list }));

const begin = (p: P): Arbitrary<readonly Step[]> =>
  fc
    .record({
      cycles: fc.constantFrom(longestTimeout, 150, 60, 0),
      limit: fc.constantFrom(0, 1, 3),
      enabled: fc.constantFrom(3, 3, 3, 1, 2),
      domains: fc.array(fc.nat(1), { minLength: p.units, maxLength: p.units }),
      direct: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1),
      waits: fc.constantFrom(true, true, true, false),
    })
    .map(({ cycles, limit, enabled, domains, direct, waits }) => [
      ...(waits ? [ready] : []),
      ...timeouts(p.units, cycles % 2 ** p.timerWidth),
      write('keeper', keeperRegisters.errorLimit, limit),
      write('keeper', keeperRegisters.interruptEnable, 7),
      ...domains.flatMap((domain, unit) => [
        ...tablesAt(unit, enabled),
        write(unit, unitRegisters.domain, domain),
        write(unit, unitRegisters.interruptEnable, 3),
        write(unit, unitRegisters.control, direct, 0, true),
      ]),
    ]);

/** @param size transactions of a unit in the longest scenarios. */
export const everythingAtOnce = (p: P, size = 100): Arbitrary<SystemScenario> =>
  fc
    .record({
      initialReset: fc.integer({ min: 1, max: 2 }),
      tables: tables(p),
      settings: begin(p),
      software: softwareSteps(p, Math.ceil(size / 4)),
      traffic: fc.array(traffic(p, size), { minLength: 1, maxLength: p.units }),
      memories: fc.tuple(behaviours(p), behaviours(p)),
      memoryReset: fc.record({ rise: fc.nat(4), fall: fc.nat(4) }),
      resets,
      registerStalls: fc.record({ b: runLengths, r: runLengths }),
      patience: fc.constant(patience),
      rest: fc.nat(20),
      readBack: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    })
    .map((scenario) => ({ ...scenario, mayHang: mayHang(p, scenario) }));

/** @param size as above */
export const systemScenarios = (p: P, size = 100): Arbitrary<SystemScenario> =>
  fc.oneof(
    { weight: 9, arbitrary: everythingAtOnce(p, size) },
    { weight: 1, arbitrary: exclusiveScenarios(p, Math.ceil(size / 4)) },
    { weight: 1, arbitrary: failingScenarios(p, Math.ceil(size / 4)) },
  );

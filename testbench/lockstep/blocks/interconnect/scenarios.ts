/** Random scenarios of the interconnect. */
import fc, { type Arbitrary } from 'fast-check';
import { type InterconnectParameters, regionsOf, subordinateIdWidth } from '../../../../rtl/interconnect/interface.ts';
import { stalls, transactionLists } from '../../../axi/arbitrary.ts';
import { subordinateBehaviours } from '../../../axi/behaviour.ts';
import type { SubordinateBehaviour } from '../../../axi/subordinate-behaviour.ts';
import { trafficRanges } from './address-map.ts';
import type { InterconnectScenario, ManagerPart, ResetEvent } from './scenario.ts';

type P = InterconnectParameters;

const managerParts = (p: P, size: number): Arbitrary<ManagerPart> =>
  fc.record({
    transactions: fc
      .array(
        transactionLists({
          dataWidth: p.dataWidth,
          idWidth: p.idWidth,
          ranges: trafficRanges(p),
          maximum: 8,
          longest: 40,
        }),
        { minLength: 1, maxLength: Math.max(1, Math.ceil(size / 4)), size: 'max' },
      )
      .map((lists) => lists.flat()),
    outstanding: fc.oneof(
      { withCrossShrink: true },
      { weight: 3, arbitrary: fc.constant(64) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 8 }) },
    ),
    lead: fc.nat(3),
    stalls: fc.record({ w: stalls, b: stalls, r: stalls }),
  });

/** A subordinate that errs somewhere in its first or last page, or nowhere. */
const subordinateParts = (p: P, subordinate: number): Arbitrary<SubordinateBehaviour> => {
  const region = regionsOf(p)[subordinate];
  if (region === undefined) throw new Error(`there is no subordinate ${subordinate}`);
  const errors = fc.array(
    fc.record({
      base: fc.nat(63).map((line) => region.base + 64 * line),
      size: fc.integer({ min: 1, max: 8 }).map((lines) => 64 * lines),
      code: fc.constantFrom(2 as const, 3 as const),
    }),
    { maxLength: 2 },
  );
  return fc
    .tuple(subordinateBehaviours({ idWidth: subordinateIdWidth(p) }), errors)
    .map(([behaviour, list]) => ({ ...behaviour, errors: list }));
};

const resets: Arbitrary<readonly ResetEvent[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 6, arbitrary: fc.constant<ResetEvent[]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.record({ after: fc.nat(400), cycles: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
  },
);

/** @param size transactions of a manager in the longest scenarios. */
export const interconnectScenarios = (p: P, size = 40): Arbitrary<InterconnectScenario> =>
  fc.record({
    initialReset: fc.integer({ min: 1, max: 2 }),
    managers: fc.tuple(...Array.from({ length: p.managers }, () => managerParts(p, size))),
    subordinates: fc.tuple(
      ...Array.from({ length: p.subordinates }, (_, subordinate) => subordinateParts(p, subordinate)),
    ),
    resets,
  });

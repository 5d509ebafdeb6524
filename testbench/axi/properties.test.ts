import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { elaborate, portLayout } from '../../rtl/hdl/index.ts';
import { axi4Properties } from '../../rtl/parts/axi/properties.ts';
import { axi4Rules } from '../../rtl/parts/axi/rules.ts';
import { compile } from '../simulator/index.ts';
import { stalls, transactionLists } from './arbitrary.ts';
import { subordinateBehaviours } from './behaviour.ts';
import { Axi4Checker } from './checker.ts';
import { legalTraffic, type PlantedViolation, plantedViolations, type Signals } from './planted-violations.ts';
import { runWire, wireLayout, wirePrefix } from './wire.ts';

const limits = { maxOutstanding: 2, dataAhead: 2, exclusiveReads: 2 };
const small = elaborate(axi4Properties({ addressWidth: 32, dataWidth: 32, idWidth: 2, ...limits }));
const layout = portLayout(small);
const asserting = compile(small);
const silent = compile(small, { checkProperties: false });

const recordOf = (signals: Signals, aresetn: number): Uint32Array => {
  const record = new Uint32Array(layout.inputWords);
  for (const { name, word } of layout.inputs) record[word] = signals[name] ?? (name.endsWith('ready') ? 1 : 0);
  record[layout.inputs.find(({ name }) => name === 'aresetn')?.word ?? 0] = aresetn;
  return record;
};
const records = ({
  cycles,
  atReset,
  inReset,
}: Pick<PlantedViolation, 'cycles' | 'atReset' | 'inReset'>): Uint32Array[] => [
  recordOf({}, 0),
  recordOf({}, 0),
  ...(atReset === true ? [] : [recordOf({}, 1)]),
  ...(inReset === true ? [recordOf({}, 0)] : []),
  ...cycles.map((signals) => recordOf(signals, inReset === true ? 0 : 1)),
];

/** What the outputs say; during reset those of the rules of reset alone mean something. */
const violations = (outputs: Uint32Array, resetting = false): string[] =>
  axi4Rules
    .filter(({ name }, index) => {
      const broken = outputs[layout.outputs[index]?.word ?? 0] !== 0;
      return broken && (!resetting || name.endsWith('_reset'));
    })
    .map(({ name }) => name);
const asserted = new Set<string>(axi4Rules.filter(({ kind }) => kind !== 'recommendation').map(({ name }) => name));

describe('the properties of AXI4', () => {
  it('have an output each, in the order of the list', () => {
    expect(layout.outputs.map(({ name }) => name)).toEqual(axi4Rules.map(({ name }) => `violates_${name}`));
  });

  it('are each broken by a planted violation', () => {
    expect([...new Set(plantedViolations.map(({ rule }) => rule))].sort()).toEqual(
      axi4Rules.map(({ name }) => name).sort(),
    );
  });

  it.each(plantedViolations.map((planted) => [planted.rule, planted.what, planted] as const))(
    '%s: %s is found by this name, in this cycle, by both checkers',
    (rule, _, planted) => {
      const traffic = records(planted);
      const expected = [rule, ...(planted.also ?? [])].sort();
      asserting.reset();
      silent.reset();
      const checker = new Axi4Checker(wireLayout(layout), wirePrefix, { requests: 'input', ...limits });
      const outputs = new Uint32Array(layout.outputWords);
      for (const [cycle, record] of traffic.entries()) {
        const last = cycle === traffic.length - 1;
        silent.run(record, 1, outputs);
        expect(violations(outputs, planted.inReset).sort()).toEqual(last ? expected : []);
        const said = checker.cycle(record, record, cycle);
        expect([...checker.broken].sort()).toEqual(last ? expected : []);
        const errors = last ? expected.filter((name) => asserted.has(name)) : [];
        if (errors.length > 0) expect(said).toMatch(new RegExp(`^cycle ${cycle}, axi: \\w+ \\([AB\\dl]`));
        else expect(said).toBe(null);
        if (errors.length === 0 || planted.inReset === true) asserting.run(record, 1, outputs);
        else
          expect(() => asserting.run(record, 1, outputs)).toThrow(
            new RegExp(`assertion '(${errors.join('|')})' failed`),
          );
      }
    },
  );
});

describe('near to a violation', () => {
  it.each(Object.entries(legalTraffic))('%s breaks nothing', (_, cycles) => {
    asserting.reset();
    const checker = new Axi4Checker(wireLayout(layout), wirePrefix, { requests: 'input', ...limits });
    const outputs = new Uint32Array(layout.outputWords);
    for (const [cycle, record] of records({ cycles }).entries()) {
      asserting.run(record, 1, outputs);
      checker.cycle(record, record, cycle);
      expect([violations(outputs), checker.broken]).toEqual([[], []]);
    }
  });
});

const wide = (['32', '128'] as const).map((text) => {
  const dataWidth = text === '32' ? 32 : 128;
  const top = elaborate(axi4Properties({ addressWidth: 40, dataWidth, idWidth: 2, maxOutstanding: 8, dataAhead: 8 }));
  return { dataWidth, layout: portLayout(top), simulator: compile(top, { checkProperties: false }) };
});

const traffic = fc.constantFrom(...wide).chain(({ dataWidth, layout: ports, simulator }) =>
  fc.record({
    ports: fc.constant(ports),
    simulator: fc.constant(simulator),
    scenario: fc.record({
      list: transactionLists({ dataWidth, idWidth: 2, ranges: [{ base: 0, size: 0x2000 }] }),
      manager: fc.record({
        stalls: fc.record({ w: stalls, b: stalls, r: stalls }),
        outstanding: fc.integer({ min: 1, max: 8 }),
        lead: fc.nat(2),
      }),
      memory: subordinateBehaviours({ idWidth: 2, faultHorizon: 300 }),
    }),
    // Bits of any signal turned over, as both checkers see it.
    flips: fc.array(fc.record({ cycle: fc.integer({ min: 3, max: 300 }), signal: fc.nat(63), bit: fc.nat(31) }), {
      maxLength: 2,
    }),
  }),
);
const honest = traffic.map((one) => ({
  ...one,
  flips: [],
  scenario: { ...one.scenario, memory: { ...one.scenario.memory, faults: [] } },
}));

/** Both checkers over the traffic, up to the first cycle that breaks a rule. @returns what that cycle broke, by each */
const compare = ({ ports, simulator, scenario, flips }: typeof traffic extends fc.Arbitrary<infer T> ? T : never) => {
  simulator.reset();
  const checker = new Axi4Checker(wireLayout(ports), wirePrefix, {
    requests: 'input',
    maxOutstanding: 8,
    dataAhead: 8,
  });
  const outputs = new Uint32Array(ports.outputWords);
  let found: { hardware: string[]; software: string[]; cycle: number } | null = null;
  const done = runWire(ports, scenario, 20_000, (record, cycle) => {
    let seen = record;
    for (const flip of flips) {
      if (flip.cycle !== cycle) continue;
      const slot = ports.inputs[flip.signal % ports.inputs.length];
      if (slot === undefined || slot.name === 'aresetn') continue;
      seen = Uint32Array.from(seen);
      seen[slot.word] = ((seen[slot.word] ?? 0) ^ (1 << (flip.bit % Math.min(32, slot.width)))) >>> 0;
    }
    simulator.run(seen, 1, outputs);
    checker.cycle(seen, seen, cycle);
    const hardware = axi4Rules
      .filter((_, index) => outputs[ports.outputs[index]?.word ?? 0] !== 0)
      .map(({ name }) => name);
    const software = [...checker.broken].sort();
    hardware.sort();
    // Traffic need not follow recommendations, so it goes on where both tell of these alone.
    const isBroken = hardware.some((name) => asserted.has(name)) || hardware.join() !== software.join();
    if (!isBroken) return true;
    found = { hardware, software, cycle };
    return false;
  });
  return { done, found: found as { hardware: string[]; software: string[]; cycle: number } | null };
};

describe('the checkers in hardware and in TypeScript', () => {
  test.prop([honest], { numRuns: 300 })('find nothing wrong with legal traffic of any kind', (one) => {
    expect(compare(one)).toEqual({ done: true, found: null });
  });

  test.prop([traffic], { numRuns: 1000 })('agree on traffic with faults of any kind', (one) => {
    const { found } = compare(one);
    if (found !== null) expect(found.software).toEqual(found.hardware);
  });
});

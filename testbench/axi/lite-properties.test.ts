import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { elaborate, portLayout } from '../../rtl/hdl/index.ts';
import { axiLiteProperties } from '../../rtl/parts/axi/lite-properties.ts';
import { type AxiLiteRuleName, axiLiteRules } from '../../rtl/parts/axi/rules.ts';
import { compile } from '../simulator/index.ts';
import { AxiLiteChecker } from './lite-checker.ts';
import { faultyLiteTraffic, liteTraffic } from './lite-traffic.ts';
import { wireLayout, wirePrefix } from './wire.ts';

type Signals = Readonly<Record<string, number>>;

const aw: Signals = { awvalid: 1 };
const w: Signals = { wvalid: 1, wstrb: 15 };
const ar: Signals = { arvalid: 1 };

interface Planted {
  readonly rule: AxiLiteRuleName;
  readonly what: string;
  readonly cycles: readonly Signals[];
  readonly also?: readonly AxiLiteRuleName[];
  /** `first`: the first cycle is the first after reset; `reset`: the last is the second of a reset. */
  readonly when?: 'first' | 'reset';
}

const both: Signals = { ...aw, ...w };
const b: Signals = { bvalid: 1 };
const r: Signals = { rvalid: 1 };

/** What each channel offers, what must come before it, and its other signals. */
const channels = {
  aw: { before: [], offer: aw, others: { awaddr: 4, awprot: 1 }, unasked: [] },
  w: { before: [], offer: w, others: { wdata: 1, wstrb: 7 }, unasked: [] },
  b: { before: [both], offer: b, others: { bresp: 2 }, unasked: ['b_after_address', 'b_after_data'] },
  ar: { before: [], offer: ar, others: { araddr: 4, arprot: 1 }, unasked: [] },
  r: { before: [ar], offer: r, others: { rdata: 1, rresp: 2 }, unasked: ['r_after_address'] },
} as const;

const handshakes = (Object.keys(channels) as (keyof typeof channels)[]).flatMap((channel): Planted[] => {
  const { before, offer, others, unasked } = channels[channel];
  const waits = { ...offer, [`${channel}ready`]: 0 };
  return [
    { rule: `${channel}_reset`, what: 'valid in the first cycle', cycles: [offer], also: unasked, when: 'first' },
    { rule: `${channel}_reset`, what: 'valid in the second cycle of reset', cycles: [offer], when: 'reset' },
    { rule: `${channel}_valid_stays`, what: 'valid falls', cycles: [...before, waits, {}] },
    ...Object.entries(others).map(
      ([signal, value]): Planted => ({
        rule: `${channel}_payload_stays`,
        what: `${signal} changes`,
        cycles: [...before, waits, { ...offer, [signal]: value }],
      }),
    ),
  ];
});

/** Short traffic whose last cycle breaks the rule, and no other but those named; signals not named are 0, but ready is 1; two outstanding. */
const planted: readonly Planted[] = [
  ...handshakes,
  { rule: 'b_after_address', what: 'data only', cycles: [w, b] },
  { rule: 'b_after_address', what: 'in the cycle of the address', cycles: [w, { ...aw, ...b }] },
  { rule: 'b_after_data', what: 'an address only', cycles: [aw, b] },
  { rule: 'b_after_data', what: 'a second response', cycles: [both, { ...aw, ...b }, b] },
  { rule: 'b_exclusive', what: 'EXOKAY', cycles: [both, { ...b, bresp: 1 }] },
  { rule: 'r_after_address', what: 'a second response', cycles: [ar, r, r] },
  { rule: 'r_after_address', what: 'in the cycle of the address', cycles: [{ ...ar, ...r }] },
  { rule: 'r_exclusive', what: 'EXOKAY', cycles: [ar, { ...r, rresp: 1 }] },
  { rule: 'capacity_writes', what: 'a third address', cycles: [aw, aw, aw] },
  { rule: 'capacity_data', what: 'a third word', cycles: [w, w, w] },
  { rule: 'capacity_reads', what: 'a third read', cycles: [ar, ar, ar] },
];

const limits = { maxOutstanding: 2 };
const design = elaborate(axiLiteProperties({ addressWidth: 32, ...limits }));
const layout = portLayout(design);
const silent = compile(design, { checkProperties: false });
const asserting = compile(design);

const recordOf = (signals: Signals, otherReadies: number): Uint32Array => {
  const record = new Uint32Array(layout.inputWords);
  for (const { name, word } of layout.inputs)
    record[word] = signals[name] ?? (name.endsWith('ready') ? otherReadies : 0);
  return record;
};

/** What each cycle breaks, for the properties in hardware and for the checker in TypeScript. */
const brokenBy = (records: readonly Uint32Array[]) => {
  const checker = new AxiLiteChecker(wireLayout(layout), wirePrefix, { requests: 'input', ...limits });
  const reset = layout.inputs.find(({ name }) => name === 'aresetn')?.word ?? 0;
  const outputs = new Uint32Array(layout.outputWords);
  silent.reset();
  return records.map((record, cycle) => {
    silent.run(record, 1, outputs);
    const said = checker.cycle(record, record, cycle);
    // During reset the outputs of the rules of reset alone mean something.
    const hardware = axiLiteRules
      .filter((_, index) => outputs[layout.outputs[index]?.word ?? 0] !== 0)
      .map(({ name }) => name)
      .filter((name) => record[reset] !== 0 || name.endsWith('_reset'));
    return { hardware: hardware.sort(), software: [...checker.broken].sort(), said };
  });
};

const quiet = (aresetn: number): Uint32Array => recordOf({ aresetn }, 1);

describe('the properties of AXI4-Lite', () => {
  it('are each broken by planted traffic', () => {
    expect(new Set(planted.map(({ rule }) => rule))).toEqual(new Set(axiLiteRules.map(({ name }) => name)));
  });

  it.each(planted.map((one) => [one.rule, one.what, one] as const))(
    '%s: %s is found by this name, in this cycle, by both checkers',
    (rule, _, { cycles, when = '', also = [] }) => {
      const before = [
        quiet(0),
        quiet(0),
        ...(when === 'first' ? [] : [quiet(1)]),
        ...(when === 'reset' ? [quiet(0)] : []),
      ];
      const traffic = [...before, ...cycles.map((one) => recordOf({ aresetn: when === 'reset' ? 0 : 1, ...one }, 1))];
      const found = brokenBy(traffic);
      const expected = [rule, ...also].sort();
      for (const [cycle, { hardware, software, said }] of found.entries()) {
        const last = cycle === traffic.length - 1;
        expect([hardware, software]).toEqual(last ? [expected, expected] : [[], []]);
        if (last) expect(said).toMatch(new RegExp(`^cycle ${cycle}, axi: \\w+ \\([AB\\dl]`));
        else expect(said).toBe(null);
      }
      asserting.reset();
      for (const record of traffic.slice(0, -1)) asserting.run(record, 1, new Uint32Array(layout.outputWords));
      const final = (): void => {
        asserting.run(traffic.at(-1) ?? quiet(0), 1, new Uint32Array(layout.outputWords));
      };
      // Assertions are of cycles without reset.
      if (when === 'reset') final();
      else expect(final).toThrow(new RegExp(`assertion '(${expected.join('|')})' failed`));
    },
  );

  test.prop([liteTraffic(2)], { numRuns: 500 })(
    'find nothing wrong with legal traffic, nor does the checker',
    (cycles) => {
      const found = brokenBy(cycles.map((signals) => recordOf(signals, 0)));
      expect(found.filter(({ hardware, software }) => hardware.length + software.length > 0)).toEqual([]);
    },
  );

  test.prop([faultyLiteTraffic(2)], { numRuns: 2000 })('agree with the checker on faults of any kind', (cycles) => {
    const found = brokenBy(cycles.map((signals) => recordOf(signals, 0)));
    const first = found.find(({ hardware, software }) => hardware.length + software.length > 0);
    expect(first?.software).toEqual(first?.hardware);
  });
});

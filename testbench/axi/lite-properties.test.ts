import { describe, expect, it } from 'vitest';
import { elaborate, portLayout } from '../../rtl/hdl/index.ts';
import { axiLiteProperties } from '../../rtl/parts/axi/lite-properties.ts';
import { type AxiLiteRuleName, axiLiteRules } from '../../rtl/parts/axi/rules.ts';
import { compile } from '../simulator/index.ts';

type Signals = Readonly<Record<string, number>>;

const aw: Signals = { awvalid: 1 };
const w: Signals = { wvalid: 1, wstrb: 15 };
const ar: Signals = { arvalid: 1 };

/** Short traffic whose last cycle breaks the rule and no other; signals not named are 0, but ready is 1; two outstanding. */
const planted: readonly {
  readonly rule: AxiLiteRuleName;
  readonly cycles: readonly Signals[];
  readonly atReset?: boolean;
}[] = (
  [
    ['aw_reset', [aw], true],
    ['aw_valid_stays', [{ ...aw, awready: 0 }, {}]],
    [
      'aw_payload_stays',
      [
        { ...aw, awready: 0 },
        { ...aw, awaddr: 4 },
      ],
    ],
    [
      'aw_payload_stays',
      [
        { ...aw, awready: 0 },
        { ...aw, awprot: 1 },
      ],
    ],
    ['w_reset', [w], true],
    ['w_valid_stays', [{ ...w, wready: 0 }, {}]],
    [
      'w_payload_stays',
      [
        { ...w, wready: 0 },
        { ...w, wdata: 1 },
      ],
    ],
    [
      'w_payload_stays',
      [
        { ...w, wready: 0 },
        { ...w, wstrb: 7 },
      ],
    ],
    ['b_valid_stays', [{ ...aw, ...w }, { bvalid: 1, bready: 0 }, {}]],
    [
      'b_payload_stays',
      [
        { ...aw, ...w },
        { bvalid: 1, bready: 0 },
        { bvalid: 1, bresp: 2 },
      ],
    ],
    ['b_after_address', [w, { bvalid: 1 }]],
    ['b_after_data', [aw, { bvalid: 1 }]],
    ['b_after_data', [{ ...aw, ...w }, { ...aw, bvalid: 1 }, { bvalid: 1 }]],
    [
      'b_exclusive',
      [
        { ...aw, ...w },
        { bvalid: 1, bresp: 1 },
      ],
    ],
    ['ar_reset', [ar], true],
    ['ar_valid_stays', [{ ...ar, arready: 0 }, {}]],
    [
      'ar_payload_stays',
      [
        { ...ar, arready: 0 },
        { ...ar, araddr: 4 },
      ],
    ],
    ['r_valid_stays', [ar, { rvalid: 1, rready: 0 }, {}]],
    ['r_payload_stays', [ar, { rvalid: 1, rready: 0 }, { rvalid: 1, rdata: 1 }]],
    ['r_after_address', [ar, { rvalid: 1 }, { rvalid: 1 }]],
    ['r_exclusive', [ar, { rvalid: 1, rresp: 1 }]],
    ['capacity_writes', [aw, aw, aw]],
    ['capacity_data', [w, w, w]],
    ['capacity_reads', [ar, ar, ar]],
  ] as readonly (readonly [AxiLiteRuleName, readonly Signals[], boolean?])[]
).map(([rule, cycles, atReset = false]) => ({ rule, cycles, atReset }));

/** In the first cycle after reset a response has nothing to answer either. */
const both = new Map<AxiLiteRuleName, readonly AxiLiteRuleName[]>([
  ['b_reset', ['b_reset', 'b_after_address', 'b_after_data']],
  ['r_reset', ['r_reset', 'r_after_address']],
]);

const design = elaborate(axiLiteProperties({ addressWidth: 8, maxOutstanding: 2 }));
const layout = portLayout(design);

const brokenBy = (cycles: readonly Signals[], atReset: boolean): readonly (readonly string[])[] => {
  const simulator = compile(design, { checkProperties: false });
  const outputs = new Uint32Array(layout.outputWords);
  const run = (signals: Signals, aresetn: number): string[] => {
    const record = new Uint32Array(layout.inputWords);
    for (const { name, word } of layout.inputs) record[word] = signals[name] ?? (name.endsWith('ready') ? 1 : 0);
    record[layout.inputs.find(({ name }) => name === 'aresetn')?.word ?? 0] = aresetn;
    simulator.run(record, 1, outputs);
    return axiLiteRules.filter((_, index) => outputs[layout.outputs[index]?.word ?? 0] !== 0).map(({ name }) => name);
  };
  simulator.reset();
  for (const quiet of [0, 0, ...(atReset ? [] : [1])]) run({}, quiet);
  return cycles.map((signals) => run(signals, 1));
};

describe('the properties of AXI4-Lite', () => {
  it('are each broken by planted traffic', () => {
    expect(new Set([...planted.map(({ rule }) => rule), ...both.keys()])).toEqual(
      new Set(axiLiteRules.map(({ name }) => name)),
    );
  });

  it.each(planted)('$rule is found by this name, in this cycle', ({ rule, cycles, atReset = false }) => {
    const found = brokenBy(cycles, atReset);
    expect(found).toEqual(cycles.map((_, cycle) => (cycle === cycles.length - 1 ? [rule] : [])));
  });

  it.each([...both])('%s is found with what a response out of nothing breaks too', (rule, names) => {
    expect(brokenBy([{ [rule === 'b_reset' ? 'bvalid' : 'rvalid']: 1 }], true)).toEqual([names]);
  });

  it('are kept by writes and reads that take their time', () => {
    const traffic = [
      aw,
      {},
      w,
      { ...ar, bvalid: 1 },
      { rvalid: 1, rready: 0 },
      { rvalid: 1 },
      { ...aw, ...w },
      { bvalid: 1, bresp: 2 },
    ];
    expect(brokenBy(traffic, false).flat()).toEqual([]);
  });
});

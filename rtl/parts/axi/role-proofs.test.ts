/** The rules in proofs: each side proved under the assumption that the other keeps its own, and shown not to be proved of nothing. */
import { describe, expect, it } from 'vitest';
import { type PropertyVerdict, proveModule } from '../../../testbench/proofs/prove-module.ts';
import { type Bits, bit, bits, elaborate, input, module, output } from '../../hdl/index.ts';
import { exampleMap } from '../register-map/example.ts';
import { registerPort } from '../register-map/port.ts';
import { statusShape, windowsOf } from '../register-map/port-shapes.ts';
import { axiLite } from './bundles.ts';
import { watchAxiLite } from './lite-properties.ts';
import { axi4Properties } from './properties.ts';
import { type AxiRule, axi4Rules, axiLiteRules } from './rules.ts';

const named = (keep: (rule: AxiRule) => boolean): string[] =>
  axiLiteRules
    .filter(keep)
    .map(({ name }) => `rules.${name}`)
    .sort();
const of = (verdicts: readonly PropertyVerdict[], flavour: string, verdict: string): string[] =>
  verdicts
    .filter((one) => one.flavour === flavour && one.verdict === verdict)
    .map(({ property }) => property)
    .sort();

const { addressWidth } = exampleMap;

/** The register port of the example, with managers that keep the rules. */
const subordinate = module(
  'watched_register_port',
  {
    s_axil: input(axiLite({ addressWidth })),
    status: input(statusShape(exampleMap) ?? bit),
    ...Object.fromEntries(windowsOf(exampleMap).map(({ name, width }) => [`${name}_data`, input(bits<number>(width))])),
  },
  (io, m) => {
    const { port } = m.instances({ port: registerPort(exampleMap) });
    const bus = io.s_axil;
    bus.connect(port.s_axil);
    port.status.set(io.status as never);
    const data = io as unknown as Readonly<Record<string, Bits>>;
    const windows = port.windows as unknown as Readonly<
      Record<string, { readonly read_data: { set(value: unknown): void } }>
    >;
    for (const { name } of windowsOf(exampleMap)) windows[name]?.read_data.set(data[`${name}_data`]);
    watchAxiLite(m, 'rules', bus, { role: 'assume manager', addressWidth, maxOutstanding: 3 });
    m.cover(bus.bvalid.and(bus.bready), 'a write is answered');
    m.cover(bus.rvalid.and(bus.rready).and(bus.bvalid), 'a read is answered while a write response waits');
    m.cover(bus.awvalid.and(bus.awready.not()), 'an address waits');
  },
);

/** Reads a word, writes it back one higher, and begins again; `waits` is what an honest one does. */
const manager = (waits: boolean) =>
  module('watched_manager', { m_axil: output(axiLite({ addressWidth: 4 })), go: input(bit) }, (io, m) => {
    const bus = io.m_axil;
    const r = m.regs({
      asking: { type: bit, reset: 0 },
      reading: { type: bit, reset: 0 },
      address: { type: bit, reset: 0 },
      word: { type: bit, reset: 0 },
      answering: { type: bit, reset: 0 },
      data: { type: bits(32), reset: 0 },
    });
    const idle = r.asking.or(r.reading).or(r.answering).not();
    m.when(idle.and(io.go), () => r.asking.set(1));
    m.when(waits ? r.asking.and(bus.arready) : r.asking, () => {
      r.asking.set(0);
      r.reading.set(1);
    });
    m.when(r.reading.and(bus.rvalid), () => {
      r.reading.set(0);
      r.address.set(1);
      r.word.set(1);
      r.answering.set(1);
      r.data.set(bus.rdata.add(1));
    });
    m.when(r.address.and(bus.awready), () => r.address.set(0));
    m.when(r.word.and(bus.wready), () => r.word.set(0));
    m.when(r.answering.and(bus.bvalid), () => r.answering.set(0));
    bus.arvalid.set(r.asking);
    bus.araddr.set(4);
    bus.arprot.set(0);
    bus.rready.set(r.reading);
    bus.awvalid.set(r.address);
    bus.awaddr.set(4);
    bus.awprot.set(0);
    bus.wvalid.set(r.word);
    bus.wdata.set(r.data);
    bus.wstrb.set(15);
    bus.bready.set(r.answering);
    watchAxiLite(m, 'rules', bus, { role: 'assume subordinate', addressWidth: 4, maxOutstanding: 3 });
    m.cover(bus.bvalid.and(bus.bready), 'a write is answered');
    m.cover(bus.bvalid.and(bus.bready).and(bus.bresp.eq(2)), 'a write is answered with an error');
  });

describe('in proofs', () => {
  it('a subordinate keeps its rules where the manager keeps those of managers', async () => {
    const verdicts = await proveModule(elaborate(subordinate), { seconds: 120 });
    expect(of(verdicts, 'assert', 'proved').filter((name) => name.startsWith('rules.'))).toEqual(
      named(({ keeper }) => keeper === 'subordinate'),
    );
    expect(verdicts.filter(({ verdict }) => verdict !== 'proved')).toEqual([]);
    expect(of(verdicts, 'cover', 'proved')).toHaveLength(3);
  });

  it('a manager keeps its rules where the subordinate keeps those of subordinates', async () => {
    const verdicts = await proveModule(elaborate(manager(true)), { seconds: 120 });
    expect(of(verdicts, 'assert', 'proved')).toEqual(named(({ keeper }) => keeper === 'manager'));
    expect(of(verdicts, 'cover', 'proved')).toHaveLength(2);
    expect(verdicts.filter(({ verdict }) => verdict !== 'proved')).toEqual([]);
  });

  it('a manager that takes its address back is found', async () => {
    const verdicts = await proveModule(elaborate(manager(false)), { engines: ['bmc3'], depth: 8 });
    expect(of(verdicts, 'assert', 'failed')).toContain('rules.ar_valid_stays');
  });
});

it('trust assumes what one side keeps, assert asserts it, and both leave the other side alone', () => {
  const stated = (role: 'trust manager' | 'trust subordinate' | 'assert manager' | 'assert subordinate') =>
    elaborate(axi4Properties({ role })).body.flatMap((one) =>
      one.kind === 'property' ? [[one.flavour, one.name]] : [],
    );
  for (const side of ['manager', 'subordinate'] as const) {
    const kept = axi4Rules.filter(({ keeper, kind }) => keeper === side && kind !== 'recommendation');
    const inOrder = (pairs: readonly (readonly string[])[]) => pairs.map((pair) => pair.join(' ')).sort();
    expect(inOrder(stated(`trust ${side}`))).toEqual(inOrder(kept.map(({ name }) => ['assume', name])));
    expect(inOrder(stated(`assert ${side}`))).toEqual(
      inOrder(kept.filter(({ kind }) => kind === 'rule').map(({ name }) => ['assert', name])),
    );
  }
});

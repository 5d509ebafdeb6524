/** A counterexample as the design's own signals, and its replay on the simulator. */
import type { Module } from '../../rtl/hdl/ir.ts';
import { portLayout } from '../../rtl/hdl/port-layout.ts';
import { compile, PropertyViolation, type Simulator } from '../simulator/index.ts';
import type { Wave } from '../waves/wave.ts';
import type { Counterexample } from './engines.ts';
import { plainPath } from './model.ts';

/** Plain data, so that JSON keeps it. Values are hexadecimal. */
export interface Trace {
  /** The path of the property that is violated in the last cycle. */
  readonly property: string;
  /** What registers without reset and words of memory hold at the start, by path; those left out hold 0. */
  readonly initial: Readonly<Record<string, string>>;
  /** The inputs of each cycle, `aresetn` among them. */
  readonly inputs: readonly Readonly<Record<string, string>>[];
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

export const traceOf = (module: Module, property: string, found: Counterexample): Trace => {
  const ports = new Set(portLayout(module).inputs.map(({ name }) => name));
  const gather = (entries: Counterexample['map']['inputs'], cycle: number): Map<string, bigint> => {
    const values = new Map<string, bigint>();
    for (const { input, offset, path } of entries) {
      const name = plainPath(path);
      const bit = found.inputs[cycle]?.get(input) === true ? 1n << BigInt(offset) : 0n;
      values.set(name, (values.get(name) ?? 0n) | bit);
    }
    return values;
  };
  const initial = [...gather(found.map.inits, 0)].filter(([, value]) => value !== 0n);
  return {
    property,
    initial: Object.fromEntries(initial.map(([path, value]) => [path, hex(value)])),
    inputs: found.inputs.map((_, cycle) => {
      const values = [...gather(found.map.inputs, cycle)].filter(([name]) => ports.has(name));
      return Object.fromEntries(values.map(([name, value]) => [name, hex(value)]));
    }),
  };
};

export interface TraceReplay {
  /** Where the trace's property fails; null where it does not, or only after an assumption was broken, which proves nothing. */
  readonly violation: { readonly cycle: number; readonly message: string } | null;
  /** Every signal of the design. */
  readonly wave: Wave;
}

const widthsBelow = (module: Module, prefix = '', found = new Map<string, number>()): Map<string, number> => {
  for (const { name, width } of module.signals) found.set(`${prefix}${name}`, width);
  for (const { name, module: inner } of module.instances) widthsBelow(inner, `${prefix}${name}.`, found);
  return found;
};

/** Paths of the properties that have failed since the start. */
const failures = (simulator: Simulator, flavour: 'assert' | 'assume'): readonly string[] =>
  simulator
    .propertyCounts()
    .filter((property) => property.flavour === flavour && property.count > 0)
    .map(({ path }) => path);

/** Runs a trace on the compiled design, cycle by cycle, until its property fails or the trace ends. */
export const replayTrace = (module: Module, trace: Trace): TraceReplay => {
  const simulator = compile(module, { trace: 'all' });
  const widths = widthsBelow(module);
  for (const [path, value] of Object.entries(trace.initial)) simulator.poke(path, BigInt(value));
  const { inputs: slots } = simulator.layout;
  const reset = slots.some(({ name }) => name === 'aresetn') ? [{ path: 'aresetn', width: 1 }] : [];
  const traced = simulator.paths.flatMap((path) => {
    const width = widths.get(path);
    return width === undefined ? [] : [{ path, width }];
  });
  const signals = [...reset, ...traced].map((signal) => ({ ...signal, values: [] as bigint[] }));
  let violation: TraceReplay['violation'] = null;
  for (const inputs of trace.inputs) {
    for (const { name, word, words } of slots) {
      const value = BigInt(inputs[name] ?? '0');
      for (let index = 0; index < words; index += 1)
        simulator.inputs[word + index] = Number((value >> BigInt(32 * index)) & 0xffff_ffffn);
    }
    simulator.settle();
    const seen = simulator.peekAll(traced.map(({ path }) => path));
    for (const [index, { values }] of signals.entries())
      values.push(index < reset.length ? BigInt(inputs.aresetn ?? '0') : (seen[index - reset.length] ?? 0n));
    try {
      simulator.step();
    } catch (error) {
      if (!(error instanceof PropertyViolation)) throw error;
      // Another assertion may fail on the way, and the first that fails is the one that is told.
      if (error.path === trace.property) violation = { cycle: error.cycle, message: error.message };
    }
    if (violation === null && failures(simulator, 'assert').includes(trace.property)) {
      const cycle = simulator.cycle - 1;
      violation = { cycle, message: `cycle ${cycle}: assertion '${trace.property}' failed` };
    }
    // Hardware that was mended answers otherwise, so that an old trace may ask what its surroundings never would.
    const broken = failures(simulator, 'assume').length > 0;
    if (broken) violation = null;
    if (broken || violation !== null) break;
  }
  return {
    violation,
    wave: {
      firstCycle: 0,
      signals: signals.map(({ path, width, values }) => ({ path: path.split('.'), width, values })),
    },
  };
};

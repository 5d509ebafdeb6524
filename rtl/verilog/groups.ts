/** Which signals share an always block: those that share a `when`, as a person would write them. */
import type { Expression, Module, Signal, Statement } from '../hdl/ir.ts';
import { destinationsOf, eachRoot, project, signalsIn } from './walk.ts';

export interface Group {
  readonly signals: readonly Signal[];
  readonly body: readonly Statement[];
}

const isBranch = (statement: Statement): boolean => statement.kind === 'if' || statement.kind === 'switch';

/** Sets of signals joined by top-level branches that write several of them. */
const unite = (signals: readonly Signal[], body: readonly Statement[]): Signal[][] => {
  const home = new Map<Signal, Signal[]>(signals.map((signal) => [signal, [signal]]));
  for (const statement of body.filter(isBranch)) {
    const written = [...destinationsOf([statement])].filter((one): one is Signal => home.has(one as Signal));
    const [first, ...rest] = written;
    if (first === undefined) continue;
    for (const other of rest) {
      const target = home.get(first) ?? [];
      const source = home.get(other) ?? [];
      if (target === source) continue;
      target.push(...source);
      for (const moved of source) home.set(moved, target);
    }
  }
  const order = new Map(signals.map((signal, index) => [signal, index]));
  return [...new Set(home.values())].map((group) => group.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)));
};

/** Registers in groups; those with and those without reset apart, since they stand in different blocks. */
export const registerGroups = (module: Module): readonly Group[] =>
  [true, false].flatMap((withReset) => {
    const signals = module.signals.filter(({ kind, reset }) => kind === 'register' && (reset !== null) === withReset);
    return unite(signals, module.body).map((group) => ({
      signals: group,
      body: project(module.body, new Set(group)),
    }));
  });

/** For each combinational signal, the signals that it reads at once. */
const combinationalReads = (module: Module): ReadonlyMap<Signal, ReadonlySet<Signal>> => {
  const reads = new Map<Signal, Set<Signal>>();
  for (const signal of module.signals.filter(({ kind }) => kind === 'wire')) {
    const found = new Set<Signal>();
    const seen = new Set<Expression>();
    eachRoot(project(module.body, new Set([signal])), (root) => signalsIn(root, found, seen));
    if (signal.initial !== null) signalsIn(signal.initial, found, seen);
    reads.set(signal, found);
  }
  for (const { inputs, outputs } of module.instances) {
    const found = new Set<Signal>();
    const seen = new Set<Expression>();
    for (const value of inputs.values()) signalsIn(value, found, seen);
    for (const output of outputs.values()) reads.set(output, found);
  }
  return reads;
};

/** Wires in groups. A group in which one member reaches another would look like a loop to an event-driven simulator, and is taken apart. */
export const wireGroups = (module: Module): readonly Group[] => {
  const wires = module.signals.filter(({ kind }) => kind === 'wire');
  const reads = combinationalReads(module);
  const reaches = (from: Signal, goals: ReadonlySet<Signal>): boolean => {
    const seen = new Set<Signal>();
    const stack = [...(reads.get(from) ?? [])];
    for (let signal = stack.pop(); signal !== undefined; signal = stack.pop()) {
      if (goals.has(signal)) return true;
      if (seen.has(signal)) continue;
      seen.add(signal);
      stack.push(...(reads.get(signal) ?? []));
    }
    return false;
  };
  return unite(wires, module.body).flatMap((group) => {
    const members = new Set(group);
    const parts =
      group.length > 1 && group.some((signal) => reaches(signal, members)) ? group.map((one) => [one]) : [group];
    return parts.map((signals) => ({ signals, body: project(module.body, new Set(signals)) }));
  });
};

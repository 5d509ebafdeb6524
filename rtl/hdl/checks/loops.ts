import { type Diagnostic, diagnose } from '../diagnostic.ts';
import type { Expression, Module, Signal, SourceLocation, Statement } from '../ir.ts';
import { branchesOf, eachStatement, expressionsOf, operandsOf } from '../traverse.ts';
import { type Bits, expressionDependence, statementDependence, unite } from './bit-dependence.ts';

/**
 * Combinational loops, exact to the bit. Whole signals are looked at first, which is cheap and as a rule enough: only those
 * that depend on themselves as wholes are looked at bit by bit.
 */

type Graph = ReadonlyMap<Signal, ReadonlySet<Signal>>;

/** Which inputs each output of a module depends on within a cycle. */
type Through = ReadonlyMap<string, ReadonlySet<string>>;
const throughs = new WeakMap<Module, Through>();

const isCombinational = (signal: Signal): boolean => signal.kind === 'wire' || signal.kind === 'instance_output';

/** The signals that each wire and instance output reads. */
export const signalGraph = (module: Module): Graph => {
  const reads = new Map<Expression, ReadonlySet<Signal>>();
  const readBy = (expression: Expression): ReadonlySet<Signal> => {
    const known = reads.get(expression);
    if (known !== undefined) return known;
    const [first, ...rest] = operandsOf(expression);
    let all: ReadonlySet<Signal> = new Set();
    if (expression.kind === 'reference') all = new Set([expression.signal]);
    else if (first !== undefined && rest.length === 0) all = readBy(first);
    else if (first !== undefined) all = new Set([first, ...rest].flatMap((operand) => [...readBy(operand)]));
    reads.set(expression, all);
    return all;
  };
  const graph = new Map<Signal, Set<Signal>>();
  const add = (signal: Signal, read: Iterable<Signal>): void => {
    const found = graph.get(signal) ?? new Set();
    for (const one of read) found.add(one);
    graph.set(signal, found);
  };
  const visit = (statements: readonly Statement[], conditions: readonly ReadonlySet<Signal>[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'assign') {
        if (!isCombinational(statement.target)) continue;
        for (const read of [...conditions, readBy(statement.value)]) add(statement.target, read);
      } else {
        const inner = branchesOf(statement);
        if (inner.length > 0)
          for (const branch of inner) visit(branch, [...conditions, ...expressionsOf(statement).map(readBy)]);
      }
    }
  };
  visit(module.body, []);
  for (const signal of module.signals) if (signal.initial !== null) add(signal, readBy(signal.initial));
  for (const instance of module.instances) {
    const through = throughOf(instance.module);
    for (const [port, signal] of instance.outputs) {
      for (const input of through.get(port) ?? []) {
        const value = instance.inputs.get(input);
        if (value !== undefined) add(signal, readBy(value));
      }
    }
  }
  return graph;
};

const throughOf = (module: Module): Through => {
  const known = throughs.get(module);
  if (known !== undefined) return known;
  const graph = signalGraph(module);
  const through = new Map<string, Set<string>>();
  for (const signal of module.signals) {
    if (signal.port !== 'output' || signal.kind !== 'wire') continue;
    const seen = new Set<Signal>([signal]);
    for (const read of seen) for (const next of graph.get(read) ?? []) seen.add(next);
    through.set(signal.name, new Set([...seen].filter((one) => one.port === 'input').map((one) => one.name)));
  }
  throughs.set(module, through);
  return through;
};

/** The signals that depend on themselves, taken as wholes (Tarjan's strongly connected components). */
export const signalsInLoops = (graph: Graph): Set<Signal> => {
  const index = new Map<Signal, number>();
  const lowest = new Map<Signal, number>();
  const stack: Signal[] = [];
  const onStack = new Set<Signal>();
  const looping = new Set<Signal>();
  const open = (signal: Signal) => {
    index.set(signal, index.size);
    lowest.set(signal, index.size - 1);
    stack.push(signal);
    onStack.add(signal);
    return { signal, reads: (graph.get(signal) ?? new Set<Signal>()).values() };
  };
  const lower = (signal: Signal, to: number | undefined): void => {
    lowest.set(signal, Math.min(lowest.get(signal) ?? 0, to ?? 0));
  };
  const close = (signal: Signal): void => {
    if (lowest.get(signal) !== index.get(signal)) return;
    const component = stack.splice(stack.lastIndexOf(signal));
    for (const member of component) onStack.delete(member);
    if (component.length > 1 || graph.get(signal)?.has(signal) === true)
      for (const member of component) looping.add(member);
  };
  // Not by recursion: a chain of wires may be longer than the stack is deep.
  const visit = (root: Signal): void => {
    const path = [open(root)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { signal } = top;
      const next = top.reads.next();
      if (next.done === true) {
        close(signal);
        path.pop();
        const holder = path.at(-1);
        if (holder !== undefined) lower(holder.signal, lowest.get(signal));
      } else if (!index.has(next.value)) path.push(open(next.value));
      else if (onStack.has(next.value)) lower(signal, index.get(next.value));
    }
  };
  for (const signal of graph.keys()) if (!index.has(signal)) visit(signal);
  return looping;
};

interface Bit {
  readonly signal: Signal;
  readonly bit: number;
}

/** The dependences among the bits of `signals`. */
const bitGraph = (
  module: Module,
  signals: ReadonlySet<Signal>,
): { bits: readonly Bit[]; graph: ReadonlyMap<number, Bits> } => {
  const bits: Bit[] = [];
  const first = new Map<Signal, number>();
  for (const signal of signals) {
    first.set(signal, bits.length);
    for (let bit = 0; bit < signal.width; bit += 1) bits.push({ signal, bit });
  }
  const numberOf = (signal: Signal, bit: number): number | null => {
    const base = first.get(signal);
    return base === undefined ? null : base + bit;
  };
  const of = expressionDependence(numberOf);
  const initial = new Map<number, Bits>();
  for (const signal of signals) {
    if (signal.initial === null) continue;
    for (const [bit, set] of of(signal.initial).entries()) initial.set((first.get(signal) ?? 0) + bit, set);
  }
  const graph = new Map(statementDependence(module.body, initial, numberOf, of));
  for (const instance of module.instances) {
    const held = instance.module;
    for (const [port, signal] of instance.outputs) {
      const base = first.get(signal);
      if (base === undefined) continue;
      const inner = portDependence(held, port);
      for (let bit = 0; bit < signal.width; bit += 1) {
        const sets = [...(inner[bit] ?? [])].map(({ signal: input, bit: inputBit }) => {
          const value = instance.inputs.get(input.name);
          return value === undefined ? new Set<number>() : (of(value)[inputBit] ?? new Set<number>());
        });
        graph.set(base + bit, unite(sets));
      }
    }
  }
  return { bits, graph };
};

/** For each bit of an output port, the bits of input ports that it depends on within a cycle. */
const portDependence = (module: Module, port: string): readonly (readonly Bit[])[] => {
  const output = module.signals.find((signal) => signal.name === port);
  if (output === undefined || output.kind !== 'wire') return [];
  const relevant = new Set(module.signals.filter((signal) => isCombinational(signal) || signal.kind === 'input'));
  const { bits, graph } = bitGraph(module, relevant);
  return Array.from({ length: output.width }, (_, bit) => {
    const start = bits.findIndex((one) => one.signal === output && one.bit === bit);
    const seen = new Set([start]);
    for (const number of seen) for (const next of graph.get(number) ?? []) seen.add(next);
    return [...seen].map((number) => bits[number] as Bit).filter((one) => one.signal.kind === 'input');
  });
};

/** A loop in the graph, each bit followed by one that it depends on; null where there is none. */
const findLoop = (graph: ReadonlyMap<number, Bits>): number[] | null => {
  const finished = new Set<number>();
  for (const start of graph.keys()) {
    if (finished.has(start)) continue;
    const path: { number: number; rest: Iterator<number> }[] = [
      { number: start, rest: (graph.get(start) ?? new Set<number>()).values() },
    ];
    const onPath = new Map([[start, 0]]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        finished.add(top.number);
        onPath.delete(top.number);
        path.pop();
        continue;
      }
      const begin = onPath.get(next.value);
      if (begin !== undefined) return path.slice(begin).map((step) => step.number);
      if (finished.has(next.value)) continue;
      onPath.set(next.value, path.length);
      path.push({ number: next.value, rest: (graph.get(next.value) ?? new Set<number>()).values() });
    }
  }
  return null;
};

const nameOf = ({ signal, bit }: Bit): string => (signal.width === 1 ? signal.name : `${signal.name}[${bit}]`);

/** Where a signal is first set. */
const drivenAt = (module: Module): Map<Signal, SourceLocation> => {
  const found = new Map<Signal, SourceLocation>();
  eachStatement(module.body, (statement) => {
    if (statement.kind === 'assign' && !found.has(statement.target)) found.set(statement.target, statement.location);
  });
  return found;
};

export const checkLoops = (module: Module): Diagnostic[] => {
  const suspects = signalsInLoops(signalGraph(module));
  if (suspects.size === 0) return [];
  const { bits, graph } = bitGraph(module, suspects);
  const loop = findLoop(graph)?.map((number) => bits[number] as Bit);
  const [start] = loop ?? [];
  if (loop === undefined || start === undefined) return [];
  const lines = drivenAt(module);
  const lineOf = (signal: Signal): SourceLocation => lines.get(signal) ?? signal.location;
  const path = [...loop, start].map(nameOf).join(' <- ');
  const related = loop.slice(1).map((one) => ({ note: `${nameOf(one)} is set`, location: lineOf(one.signal) }));
  return [diagnose('combinational-loop', lineOf(start.signal), { path }, related)];
};

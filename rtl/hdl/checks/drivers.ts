import { type Diagnostic, diagnose } from '../diagnostic.ts';
import type { Memory, Module, Signal, SourceLocation, Statement } from '../ir.ts';
import { eachStatement } from '../traverse.ts';

/** Every wire is driven on every path, to the bit; every register and memory is driven somewhere. */

/** The bits of each signal that are assigned, as masks. */
type Assigned = ReadonlyMap<Signal, bigint>;

const bitsOf = (low: number, width: number): bigint => ((1n << BigInt(width)) - 1n) << BigInt(low);

const union = (left: Assigned, right: Assigned): Assigned => {
  const all = new Map(left);
  for (const [signal, mask] of right) all.set(signal, (all.get(signal) ?? 0n) | mask);
  return all;
};

const intersection = (branches: readonly Assigned[]): Assigned => {
  const [first, ...rest] = branches;
  const common = new Map<Signal, bigint>();
  for (const [signal, mask] of first ?? []) {
    const shared = rest.reduce((bits, branch) => bits & (branch.get(signal) ?? 0n), mask);
    if (shared !== 0n) common.set(signal, shared);
  }
  return common;
};

/** What is assigned whichever way the statements go. */
const alwaysAssigned = (statements: readonly Statement[]): Assigned => {
  let all: Assigned = new Map();
  for (const statement of statements) all = union(all, assignedBy(statement));
  return all;
};

const assignedBy = (statement: Statement): Assigned => {
  switch (statement.kind) {
    case 'assign':
      return new Map([[statement.target, bitsOf(statement.low, statement.value.width)]]);
    case 'if':
      return intersection([alwaysAssigned(statement.then), alwaysAssigned(statement.otherwise)]);
    case 'switch': {
      const values = statement.cases.reduce((total, one) => total + one.values.length, 0);
      const complete = statement.subject.width < 31 && values === 2 ** statement.subject.width;
      const cases = statement.cases.map((one) => alwaysAssigned(one.body));
      return intersection(complete ? cases : [...cases, alwaysAssigned(statement.otherwise)]);
    }
    case 'memory_write':
    case 'property':
      return new Map();
    default:
      throw new Error(`unknown statement ${statement satisfies never}`);
  }
};

const rangesText = (missing: bigint, width: number): string => {
  if (missing === bitsOf(0, width)) return width === 1 ? 'the bit' : `all of the ${width} bits`;
  const ranges: string[] = [];
  for (let high = width - 1; high >= 0; high -= 1) {
    if (((missing >> BigInt(high)) & 1n) === 0n) continue;
    let low = high;
    while (low > 0 && ((missing >> BigInt(low - 1)) & 1n) === 1n) low -= 1;
    ranges.push(high === low ? `${high}` : `${high}:${low}`);
    high = low;
  }
  return `[${ranges.join(', ')}]`;
};

const allOf = (signal: Signal): bigint => bitsOf(0, signal.width);

/** Where a signal is set. */
const settings = (module: Module, signal: Signal): Diagnostic['related'] => {
  const places: { note: string; location: SourceLocation }[] = [];
  eachStatement(module.body, (statement) => {
    if (statement.kind === 'assign' && statement.target === signal)
      places.push({ note: 'set', location: statement.location });
  });
  return places;
};

export const checkDrivers = (module: Module): Diagnostic[] => {
  if (module.blackBox) return [];
  const always = alwaysAssigned(module.body);
  const somewhere = new Map<Signal, bigint>();
  const written = new Set<Memory>();
  eachStatement(module.body, (statement) => {
    if (statement.kind === 'assign') {
      const { target, low, value } = statement;
      somewhere.set(target, (somewhere.get(target) ?? 0n) | bitsOf(low, value.width));
    }
    if (statement.kind === 'memory_write') written.add(statement.memory);
  });
  const toInstances = new Set<Signal>();
  for (const instance of module.instances) {
    for (const value of instance.inputs.values()) if (value.kind === 'reference') toInstances.add(value.signal);
  }
  const kindOf = (signal: Signal): string => {
    if (signal.kind === 'register') return 'register';
    if (signal.port === 'output') return 'output port';
    return toInstances.has(signal) ? 'the input port of an instance,' : 'wire';
  };
  const found: Diagnostic[] = [];
  for (const signal of module.signals) {
    const isDriven = signal.kind === 'wire' || signal.kind === 'register';
    if (!isDriven || signal.initial !== null) continue;
    const set = somewhere.get(signal) ?? 0n;
    // Without reset, a bit that nothing sets has no value at all.
    const never = signal.reset === null || set === 0n ? allOf(signal) & ~set : 0n;
    if (never !== 0n) {
      const bits = never === allOf(signal) ? '' : rangesText(never, signal.width);
      found.push(diagnose('not-driven', signal.location, { signal: `${signal.name}${bits}`, what: kindOf(signal) }));
      continue;
    }
    const missing = allOf(signal) & ~(always.get(signal) ?? 0n);
    if (signal.kind === 'wire' && missing !== 0n) {
      const bits = rangesText(missing, signal.width);
      found.push(diagnose('latch', signal.location, { signal: signal.name, bits }, settings(module, signal)));
    }
  }
  for (const memory of module.memories) {
    if (memory.contents.length > 0 || written.has(memory)) continue;
    found.push(diagnose('not-driven', memory.location, { signal: memory.name, what: 'memory' }));
  }
  return found;
};

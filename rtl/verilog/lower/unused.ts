import type { VerilogExpression, VerilogItem, VerilogPort, VerilogStatement } from '../ast.ts';

/** Bits, by name, that something reads: a set of bit numbers, or all. */
type Reads = Map<string, Set<number> | 'all'>;

const noteAll = (reads: Reads, signal: string): void => {
  reads.set(signal, 'all');
};

const noteRange = (reads: Reads, signal: string, high: number, low: number): void => {
  const before = reads.get(signal) ?? new Set<number>();
  if (before === 'all') return;
  for (let bit = low; bit <= high; bit += 1) before.add(bit);
  reads.set(signal, before);
};

const readExpression = (reads: Reads, expression: VerilogExpression): void => {
  switch (expression.kind) {
    case 'number':
      return;
    case 'name':
      noteAll(reads, expression.name);
      return;
    case 'range':
      if (expression.of.kind === 'name') noteRange(reads, expression.of.name, expression.high, expression.low);
      else readExpression(reads, expression.of);
      return;
    case 'element':
      readExpression(reads, expression.of);
      readExpression(reads, expression.index);
      return;
    case 'unary':
    case 'replication':
    case 'cast':
      readExpression(reads, expression.operand);
      return;
    case 'binary':
      readExpression(reads, expression.left);
      readExpression(reads, expression.right);
      return;
    case 'conditional':
      for (const part of [expression.condition, expression.whenTrue, expression.whenFalse]) readExpression(reads, part);
      return;
    case 'concatenation':
      for (const part of expression.parts) readExpression(reads, part);
      return;
    default:
      throw new Error(`unknown expression ${expression satisfies never}`);
  }
};

/** The indices on the left of an assignment are read; what is assigned is not. */
const readTarget = (reads: Reads, target: VerilogExpression): void => {
  if (target.kind === 'element') readExpression(reads, target.index);
  if (target.kind === 'range') readTarget(reads, target.of);
};

const readStatement = (reads: Reads, statement: VerilogStatement): void => {
  const all = (statements: readonly VerilogStatement[]): void => {
    for (const one of statements) readStatement(reads, one);
  };
  switch (statement.kind) {
    case 'assign':
      readTarget(reads, statement.target);
      readExpression(reads, statement.value);
      return;
    case 'if':
      readExpression(reads, statement.condition);
      all(statement.then);
      all(statement.otherwise);
      return;
    case 'case':
      readExpression(reads, statement.subject);
      for (const one of statement.cases) all(one.body);
      all(statement.otherwise ?? []);
      return;
    case 'fill':
      return;
    case 'property':
      readExpression(reads, statement.condition);
      return;
    default:
      throw new Error(`unknown statement ${statement satisfies never}`);
  }
};

const readItem = (reads: Reads, item: VerilogItem, outputs: ReadonlySet<string>): void => {
  switch (item.kind) {
    case 'constant':
    case 'declaration':
    case 'memory':
    case 'integer':
    case 'unused':
      return;
    case 'assign':
      readTarget(reads, item.target);
      readExpression(reads, item.value);
      return;
    case 'always':
    case 'initial':
      if (item.kind === 'always' && item.clock !== null) noteAll(reads, item.clock);
      for (const statement of item.body) readStatement(reads, statement);
      return;
    case 'instance':
      for (const { value } of item.connections) {
        // What an instance drives is no read of it.
        if (!(value.kind === 'name' && outputs.has(value.name))) readExpression(reads, value);
      }
      return;
    default:
      throw new Error(`unknown item ${item satisfies never}`);
  }
};

/** Runs of bits that are not in `read`, as ranges of the signal. */
const gaps = (signal: string, width: number, read: ReadonlySet<number>): VerilogExpression[] => {
  const found: VerilogExpression[] = [];
  for (let high = width - 1; high >= 0; high -= 1) {
    if (read.has(high)) continue;
    let low = high;
    while (low > 0 && !read.has(low - 1)) low -= 1;
    const of: VerilogExpression = { kind: 'name', name: signal, signed: false };
    found.push(low === 0 && high === width - 1 ? of : { kind: 'range', of, high, low });
    high = low;
  }
  return found;
};

/** What a module declares and never reads, to the bit. Output ports are read outside. */
export const unusedParts = (
  ports: readonly VerilogPort[],
  groups: readonly (readonly VerilogItem[])[],
  instanceOutputs: ReadonlySet<string>,
): VerilogExpression[] => {
  const reads: Reads = new Map();
  for (const item of groups.flat()) readItem(reads, item, instanceOutputs);
  const declared: { name: string; width: number }[] = ports.filter((port) => port.direction === 'input');
  const found: VerilogExpression[] = [];
  for (const item of groups.flat()) {
    if (item.kind === 'declaration') declared.push(item);
    if (item.kind === 'memory' && !reads.has(item.name)) {
      found.push({ kind: 'range', of: { kind: 'name', name: item.name, signed: false }, high: 0, low: 0 });
    }
  }
  for (const { name, width } of declared) {
    const read = reads.get(name) ?? new Set<number>();
    if (read !== 'all') found.push(...gaps(name, width, read));
  }
  return found;
};

/** Which bits of which signals nothing in a Verilog module reads. */
import type { Item, VerilogExpression, VerilogStatement } from './tree.ts';

/** Bits read, by name, as masks. */
type Reads = Map<string, bigint>;

const everyBit = -1n;
const bitsFrom = (low: number, high: number): bigint => ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);

const add = (reads: Reads, name: string, mask: bigint): void => {
  reads.set(name, (reads.get(name) ?? 0n) | mask);
};

const readExpression = (reads: Reads, expression: VerilogExpression): void => {
  switch (expression.kind) {
    case 'literal':
      return;
    case 'name':
      add(reads, expression.name, everyBit);
      return;
    case 'range':
      add(reads, expression.name, bitsFrom(expression.low, expression.high));
      return;
    case 'element':
      add(reads, expression.name, everyBit);
      readExpression(reads, expression.index);
      return;
    case 'unary':
    case 'replication':
      readExpression(reads, expression.operand);
      return;
    case 'binary':
      readExpression(reads, expression.left);
      readExpression(reads, expression.right);
      return;
    case 'conditional':
      readExpression(reads, expression.condition);
      readExpression(reads, expression.whenTrue);
      readExpression(reads, expression.whenFalse);
      return;
    case 'concatenation':
      for (const part of expression.parts) readExpression(reads, part);
      return;
    case 'call':
      readExpression(reads, expression.argument);
      return;
    default:
      expression satisfies never;
  }
};

const readStatement = (reads: Reads, statement: VerilogStatement): void => {
  switch (statement.kind) {
    case 'assign':
      readExpression(reads, statement.value);
      if (statement.target.index !== null) readExpression(reads, statement.target.index);
      return;
    case 'if':
      readExpression(reads, statement.condition);
      for (const inner of [...statement.then, ...statement.otherwise]) readStatement(reads, inner);
      return;
    case 'case':
      readExpression(reads, statement.subject);
      for (const { body } of statement.cases) for (const inner of body) readStatement(reads, inner);
      for (const inner of statement.otherwise ?? []) readStatement(reads, inner);
      return;
    case 'property':
      return;
    default:
      statement satisfies never;
  }
};

/** @param inputsOf the names of a module's input ports: a connection to an output is no reading. */
const readItem = (reads: Reads, item: Item, isInput: (module: string, port: string) => boolean): void => {
  switch (item.kind) {
    case 'assign':
      readExpression(reads, item.value);
      return;
    case 'always':
      if (item.clock !== null) add(reads, item.clock, everyBit);
      for (const statement of item.body) readStatement(reads, statement);
      return;
    case 'initial':
      for (const statement of item.body) readStatement(reads, statement);
      return;
    case 'instance':
      for (const { port, value } of item.connections) if (isInput(item.module, port)) readExpression(reads, value);
      return;
    case 'formal':
      return;
    default:
      item satisfies never;
  }
};

/** The unread parts of the given signals, as whole names or ranges. Formal items do not count as readers. */
export const unreadParts = (
  signals: readonly { readonly name: string; readonly width: number }[],
  items: readonly Item[],
  isInput: (module: string, port: string) => boolean,
): readonly VerilogExpression[] => {
  const reads: Reads = new Map();
  for (const item of items) readItem(reads, item, isInput);
  return signals.flatMap(({ name, width }): VerilogExpression[] => {
    const mask = reads.get(name) ?? 0n;
    if (mask === 0n) return [{ kind: 'name', name }];
    const parts: VerilogExpression[] = [];
    const isRead = (bit: number): boolean => ((mask >> BigInt(bit)) & 1n) === 1n;
    for (let high = width - 1; high >= 0; high -= 1) {
      if (isRead(high)) continue;
      let low = high;
      while (low > 0 && !isRead(low - 1)) low -= 1;
      parts.push({ kind: 'range', name, high, low });
      high = low;
    }
    return parts;
  });
};

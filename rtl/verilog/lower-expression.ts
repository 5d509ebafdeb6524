/** Expressions of the intermediate representation as Verilog expressions. */
import type { Expression } from '../hdl/ir.ts';
import type { BinaryToken, VerilogExpression } from './tree.ts';

/** Where an expression stands: a memory read inside `always @*` would make the block sensitive to the whole memory. */
export type Place = 'continuous' | 'combinational' | 'clocked';

/** What lowering an expression needs of the module around it. */
export interface Surroundings {
  /** The name that stands for a shared expression, when it has one. */
  sharedName(expression: Expression): string | null;
  /** Gives the expression a wire of its own and returns its name. */
  hoist(expression: Expression): string;
  /** Gives a choice among many elements a variable and a case statement of its own, and returns its name. */
  hoistSelect(expression: Expression & { readonly kind: 'select' }): string;
}

export const literal = (width: number, value: bigint): VerilogExpression => ({ kind: 'literal', width, value });
export const name = (text: string): VerilogExpression => ({ kind: 'name', name: text });
const binary = (token: BinaryToken, left: VerilogExpression, right: VerilogExpression): VerilogExpression => ({
  kind: 'binary',
  token,
  left,
  right,
});
const signedCall = (argument: VerilogExpression): VerilogExpression => ({
  kind: 'call',
  function: '$signed',
  argument,
});

/** Bits that index a memory of this depth. */
export const indexWidth = (depth: number): number => Math.max(1, Math.ceil(Math.log2(depth)));

const wordTokens = { and: '&', or: '|', xor: '^', add: '+', subtract: '-', shift_left: '<<' } as const;

/**
 * Every result stands for its value in a context of exactly its own width: Verilog widens operands to their context, so a
 * node whose operands are narrower than itself extends them inside a concatenation, where they keep their own width.
 */
export const lowerExpression = (expression: Expression, place: Place, around: Surroundings): VerilogExpression => {
  const lower = (inner: Expression): VerilogExpression => lowerExpression(inner, place, around);
  const shared = around.sharedName(expression);
  if (shared !== null) return name(shared);

  switch (expression.kind) {
    case 'constant':
      return literal(expression.width, expression.value);
    case 'reference':
      return name(expression.signal.name);
    case 'reinterpretation':
      return lower(expression.operand);
    case 'unary':
      return lowerUnary(expression, lower);
    case 'binary':
      return lowerBinary(expression, lower, around);
    case 'multiplex':
      return {
        kind: 'conditional',
        condition: lower(expression.condition),
        whenTrue: lower(expression.whenTrue),
        whenFalse: lower(expression.whenFalse),
      };
    case 'slice':
      return lowerSlice(expression.operand, expression.low, expression.width, lower, around);
    case 'concatenation':
      return { kind: 'concatenation', parts: expression.parts.map(lower) };
    case 'extension':
      return extend(expression.operand, expression.width, lower, around);
    case 'select': {
      const [first, second, ...more] = expression.elements;
      if (first === undefined) throw new Error('a select without elements');
      if (second === undefined) return lower(first);
      if (more.length > 0) return name(around.hoistSelect(expression));
      const index = lower(expression.index);
      const isSecond = expression.index.width === 1 ? index : binary('!=', index, literal(expression.index.width, 0n));
      return { kind: 'conditional', condition: isSecond, whenTrue: lower(second), whenFalse: lower(first) };
    }
    case 'memory_read': {
      if (place === 'combinational') return name(around.hoist(expression));
      return lowerRead(expression, lower, around);
    }
    default:
      return expression satisfies never;
  }
};

const lowerUnary = (
  { operator, operand, width }: Expression & { readonly kind: 'unary' },
  lower: (expression: Expression) => VerilogExpression,
): VerilogExpression => {
  const inner = lower(operand);
  switch (operator) {
    case 'not': {
      if (width > 1) return { kind: 'unary', token: '~', operand: inner };
      if (inner.kind === 'binary' && inner.token === '==') return { ...inner, token: '!=' };
      if (inner.kind === 'binary' && inner.token === '<') return { ...inner, token: '>=' };
      return { kind: 'unary', token: '!', operand: inner };
    }
    case 'negate':
      return { kind: 'unary', token: '-', operand: inner };
    case 'reduce_and':
    case 'reduce_or':
    case 'reduce_xor': {
      if (operand.width === 1) return inner;
      const token = operator === 'reduce_and' ? '&' : operator === 'reduce_or' ? '|' : '^';
      return { kind: 'unary', token, operand: inner };
    }
    default:
      return operator satisfies never;
  }
};

const lowerBinary = (
  { operator, left, right, width }: Expression & { readonly kind: 'binary' },
  lower: (expression: Expression) => VerilogExpression,
  around: Surroundings,
): VerilogExpression => {
  switch (operator) {
    case 'and':
    case 'or':
      if (width === 1) return binary(operator === 'and' ? '&&' : '||', lower(left), lower(right));
      return binary(wordTokens[operator], lower(left), lower(right));
    case 'xor':
    case 'add':
    case 'subtract':
    case 'shift_left':
      return binary(wordTokens[operator], lower(left), lower(right));
    case 'shift_right': {
      if (!left.signed) return binary('>>', lower(left), lower(right));
      // Only an argument of its own keeps the shift arithmetic whatever stands around it.
      return { kind: 'call', function: '$unsigned', argument: binary('>>>', signedCall(lower(left)), lower(right)) };
    }
    case 'multiply':
      return binary('*', extend(left, width, lower, around), extend(right, width, lower, around));
    case 'equal':
      return binary('==', lower(left), lower(right));
    case 'less':
      return left.signed
        ? binary('<', signedCall(lower(left)), signedCall(lower(right)))
        : binary('<', lower(left), lower(right));
    default:
      return operator satisfies never;
  }
};

/** The name of a signal that holds the expression's value: its own, or that of a wire made for it. */
export const nameOf = (expression: Expression, around: Surroundings): string => {
  const shared = around.sharedName(expression);
  if (shared !== null) return shared;
  if (expression.kind === 'reference') return expression.signal.name;
  if (expression.kind === 'reinterpretation') return nameOf(expression.operand, around);
  if (expression.kind === 'select' && expression.elements.length > 2) return around.hoistSelect(expression);
  return around.hoist(expression);
};

const lowerSlice = (
  operand: Expression,
  low: number,
  width: number,
  lower: (expression: Expression) => VerilogExpression,
  around: Surroundings,
): VerilogExpression => {
  if (width === operand.width) return lower(operand);
  const isShared = around.sharedName(operand) !== null;
  if (!isShared) {
    if (operand.kind === 'constant')
      return literal(width, (operand.value >> BigInt(low)) & ((1n << BigInt(width)) - 1n));
    if (operand.kind === 'slice') return lowerSlice(operand.operand, operand.low + low, width, lower, around);
    if (operand.kind === 'reinterpretation') return lowerSlice(operand.operand, low, width, lower, around);
    if (operand.kind === 'extension' && low + width <= operand.operand.width) {
      return lowerSlice(operand.operand, low, width, lower, around);
    }
    if (operand.kind === 'concatenation') {
      let base = operand.width;
      for (const part of operand.parts) {
        base -= part.width;
        if (low >= base && low + width <= base + part.width) return lowerSlice(part, low - base, width, lower, around);
      }
    }
    // One bit chosen by an index that cannot miss is what Verilog writes as x[index].
    const choosesBit = operand.kind === 'binary' && operand.operator === 'shift_right' && low === 0 && width === 1;
    if (choosesBit && !operand.left.signed && 2 ** operand.right.width <= operand.left.width) {
      return { kind: 'element', name: nameOf(operand.left, around), index: lower(operand.right) };
    }
  }
  return { kind: 'range', name: nameOf(operand, around), high: low + width - 1, low };
};

const extend = (
  operand: Expression,
  width: number,
  lower: (expression: Expression) => VerilogExpression,
  around: Surroundings,
): VerilogExpression => {
  const count = width - operand.width;
  if (count === 0) return lower(operand);
  if (operand.kind === 'constant' && !operand.signed) return literal(width, operand.value);
  if (!operand.signed) return { kind: 'concatenation', parts: [literal(count, 0n), lower(operand)] };
  const source = nameOf(operand, around);
  const sign: VerilogExpression =
    operand.width === 1
      ? name(source)
      : { kind: 'range', name: source, high: operand.width - 1, low: operand.width - 1 };
  return { kind: 'concatenation', parts: [{ kind: 'replication', count, operand: sign }, name(source)] };
};

/** An address cut to the bits that a memory's index has, and the test that it is within the memory, when it may not be. */
export const lowerAddress = (
  address: Expression,
  depth: number,
  lower: (expression: Expression) => VerilogExpression,
  around: Surroundings,
): { readonly index: VerilogExpression; readonly within: VerilogExpression | null } => {
  const bits = indexWidth(depth);
  const index = address.width > bits ? lowerSlice(address, 0, bits, lower, around) : lower(address);
  const canMiss = 2 ** Math.min(address.width, 64) > depth;
  return { index, within: canMiss ? binary('<', lower(address), literal(address.width, BigInt(depth))) : null };
};

const lowerRead = (
  { memory, address }: Expression & { readonly kind: 'memory_read' },
  lower: (expression: Expression) => VerilogExpression,
  around: Surroundings,
): VerilogExpression => {
  const { index, within } = lowerAddress(address, memory.depth, lower, around);
  const word: VerilogExpression = { kind: 'element', name: memory.name, index };
  if (within === null) return word;
  return { kind: 'conditional', condition: within, whenTrue: word, whenFalse: literal(memory.width, 0n) };
};

/** What a wire made for the expression is called after: its part in what it feeds. */
export const roleOf = (expression: Expression): string => {
  switch (expression.kind) {
    case 'binary':
      return {
        and: 'masked',
        or: 'united',
        xor: 'parity',
        add: 'sum',
        subtract: 'difference',
        multiply: 'product',
        equal: 'match',
        less: 'below',
        shift_left: 'shifted',
        shift_right: 'shifted',
      }[expression.operator];
    case 'unary':
      return {
        not: 'inverse',
        negate: 'negative',
        reduce_and: 'all',
        reduce_or: 'any',
        reduce_xor: 'parity',
      }[expression.operator];
    case 'multiplex':
      return 'choice';
    case 'select':
      return 'selected';
    case 'slice':
      return 'part';
    case 'concatenation':
      return 'joined';
    case 'extension':
      return 'extended';
    case 'memory_read':
      return `${expression.memory.name}_word`;
    case 'constant':
      return 'constant';
    case 'reference':
    case 'reinterpretation':
      return 'value';
    default:
      return expression satisfies never;
  }
};

/** Whether repeating the expression costs a reader nothing: a name, a literal, a range of a name. */
export const isPlain = (expression: Expression): boolean => {
  switch (expression.kind) {
    case 'constant':
    case 'reference':
      return true;
    case 'slice':
    case 'reinterpretation':
      return isPlain(expression.operand);
    case 'extension':
      return !expression.operand.signed && isPlain(expression.operand);
    case 'unary':
      return expression.operator === 'not' && expression.operand.kind === 'reference';
    default:
      return false;
  }
};

import { expressionsAt } from '../../hdl/expression.ts';
import type { Expression, Memory, SourceLocation } from '../../hdl/ir.ts';
import { memoised, operandsOf } from '../../hdl/traverse.ts';
import { type BinaryToken, isSigned, type VerilogExpression, type VerilogItem, type VerilogStatement } from '../ast.ts';
import { reachableElements, simplest } from './known.ts';
import type { Namespace } from './namespace.ts';

type Of<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

export const name = (text: string, signed = false): VerilogExpression => ({ kind: 'name', name: text, signed });
export const number = (width: number, value: bigint, signed = false): VerilogExpression => ({
  kind: 'number',
  width,
  signed,
  value,
});

/**
 * The expression with the sign asked for. A cast shuts its operand off from the signs around it; a number changes its
 * base, and a cast of what was of that sign before goes away.
 */
const withSign = (expression: VerilogExpression, signed: boolean): VerilogExpression => {
  if (isSigned(expression) === signed) return expression;
  if (expression.kind === 'number') return { ...expression, signed };
  if (expression.kind === 'cast' && isSigned(expression.operand) === signed) return expression.operand;
  return { kind: 'cast', to: signed ? '$signed' : '$unsigned', operand: expression };
};

/** Operands of one sign: Verilog reads a signed operand beside an unsigned one as unsigned, all the way down. */
const alike = (left: VerilogExpression, right: VerilogExpression): [VerilogExpression, VerilogExpression] =>
  isSigned(left) === isSigned(right) ? [left, right] : [withSign(left, false), withSign(right, false)];

/** Where the sign does not matter, because the width is already right and nothing outside reaches in. */
const bare = (expression: VerilogExpression): VerilogExpression =>
  expression.kind === 'cast' ? expression.operand : expression;

const unary = (token: '~' | '!' | '-' | '&' | '|' | '^', operand: VerilogExpression): VerilogExpression => ({
  kind: 'unary',
  token,
  operand,
});
const binary = (token: BinaryToken, left: VerilogExpression, right: VerilogExpression): VerilogExpression => ({
  kind: 'binary',
  token,
  left,
  right,
});

/** Concatenations inside others run together, and so do equal neighbours. */
export const concatenate = (parts: readonly VerilogExpression[]): VerilogExpression => {
  const flat = parts.flatMap((part) => (part.kind === 'concatenation' ? part.parts : [part]));
  const runs: { part: VerilogExpression; times: number; text: string }[] = [];
  for (const part of flat) {
    const text = JSON.stringify(part, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    const last = runs.at(-1);
    if (last !== undefined && last.text === text && part.kind !== 'number') last.times += 1;
    else runs.push({ part, times: 1, text });
  }
  const joined = runs.map(
    ({ part, times }): VerilogExpression => (times === 1 ? part : { kind: 'replication', times, operand: part }),
  );
  const [only] = joined;
  return joined.length === 1 && only !== undefined && only.kind !== 'replication'
    ? only
    : { kind: 'concatenation', parts: joined };
};

/** A shared expression is named when it has this many operators, an unshared one when it has more than fit a line. */
const sharedWeight = 3;
const lineWeight = 12;

/** Expressions of the intermediate representation as Verilog, with wires for what Verilog cannot say in one expression. */
export class ExpressionLowering {
  readonly declarations: VerilogItem[] = [];
  /** Assignments of the wires made since it was last emptied. */
  pending: VerilogItem[] = [];
  /** Set while a combinational block is lowered: it would wait for every word of a memory that it reads. */
  namesMemoryReads = false;
  readonly #namespace: Namespace;
  readonly #uses = new Map<Expression, number>();
  readonly #named = new Map<Expression, string>();
  /** Reads whose address has been bounded. */
  readonly #bounded = new WeakSet<Expression>();
  readonly #weight = memoised<number>((expression, weightOf) => {
    const inner = operandsOf(expression)
      .map(simplest)
      .reduce((total, operand) => total + (this.#wantsName(operand) ? 0 : weightOf(operand)), 0);
    const own =
      expression.kind === 'constant' || expression.kind === 'reference' || expression.kind === 'slice' ? 0 : 1;
    return own + inner;
  });

  constructor(namespace: Namespace, roots: readonly Expression[]) {
    this.#namespace = namespace;
    const count = (expression: Expression): void => {
      const before = this.#uses.get(expression) ?? 0;
      this.#uses.set(expression, before + 1);
      if (before === 0) for (const operand of operandsOf(expression)) count(operand);
    };
    for (const root of roots) count(root);
  }

  weight(expression: Expression): number {
    return this.#weight(expression);
  }

  #wantsName(expression: Expression): boolean {
    if (expression.kind === 'select' || (this.namesMemoryReads && expression.kind === 'memory_read')) return true;
    const weight = this.#weight(expression);
    return weight > lineWeight || ((this.#uses.get(expression) ?? 1) > 1 && weight >= sharedWeight);
  }

  /** The right side of an assignment to all of something: never needs a name of its own, and has no use for its sign. */
  root(given: Expression, feeds: string): VerilogExpression {
    const expression = simplest(given);
    const plain = simplest(expression.kind === 'reinterpretation' ? expression.operand : expression);
    const shared = (this.#uses.get(plain) ?? 1) > 1 && this.#wantsName(plain);
    if (plain.kind === 'select' || shared) return bare(this.lower(plain, feeds));
    const known = this.#named.get(plain);
    if (known !== undefined) return name(known, plain.signed);
    return bare(this.#inline(plain, feeds));
  }

  /** An operand. */
  lower(given: Expression, feeds: string): VerilogExpression {
    const expression = simplest(given);
    const known = this.#named.get(expression);
    if (known !== undefined) return name(known, expression.signed);
    return this.#wantsName(expression) ? this.#name(expression, feeds) : this.#inline(expression, feeds);
  }

  /** Something that can be sliced: a name. */
  nameOf(given: Expression, feeds: string): VerilogExpression {
    const expression = simplest(given);
    if (expression.kind === 'reference') {
      const lowered = this.#inline(expression, feeds);
      if (lowered.kind === 'name') return lowered;
    }
    const known = this.#named.get(expression);
    return known === undefined ? this.#name(expression, feeds) : name(known, expression.signed);
  }

  #name(expression: Expression, feeds: string): VerilogExpression {
    const chosen = this.#namespace.take(`${feeds}_${noun(expression)}`);
    const { width, signed, location } = expression;
    if (expression.kind === 'select') {
      const body = [this.selection(name(chosen, signed), expression, feeds, true)];
      this.declarations.push({ kind: 'declaration', storage: 'reg', signed, width, name: chosen, location });
      this.pending.push({ kind: 'always', clock: null, body, location });
    } else {
      const value = bare(this.#inline(expression, feeds));
      this.declarations.push({ kind: 'declaration', storage: 'wire', signed, width, name: chosen, location });
      this.pending.push({ kind: 'assign', target: name(chosen, signed), value, location });
    }
    this.#named.set(expression, chosen);
    return name(chosen, signed);
  }

  /** A choice by index as a case statement that assigns to `target`. */
  selection(target: VerilogExpression, expression: Of<'select'>, feeds: string, blocking: boolean): VerilogStatement {
    const { location } = expression;
    const index = simplest(expression.index);
    const elements = reachableElements(expression);
    const assign = (value: Expression): VerilogStatement => ({
      kind: 'assign',
      target,
      blocking,
      value: this.root(value, feeds),
      location,
    });
    const last = elements.length - 1;
    return {
      kind: 'case',
      subject: this.lower(index, feeds),
      cases: elements.slice(0, last).map((element, position) => ({
        labels: [number(index.width, BigInt(position))],
        body: [assign(element)],
        location,
      })),
      otherwise: [assign(elements[last] as Expression)],
      location,
    };
  }

  /** The expression with the sign that the intermediate representation gives it. */
  #inline(expression: Expression, feeds: string): VerilogExpression {
    return withSign(this.#unsettled(expression, feeds), expression.signed);
  }

  /** The expression with whatever sign comes of it. */
  #unsettled(expression: Expression, feeds: string): VerilogExpression {
    switch (expression.kind) {
      case 'constant':
        return number(expression.width, expression.value, expression.signed);
      case 'reference':
        return name(expression.signal.name, expression.signal.signed);
      case 'unary':
        return this.#unary(expression, feeds);
      case 'binary':
        return this.#binary(expression, feeds);
      case 'multiplex': {
        const condition = bare(this.lower(expression.condition, feeds));
        const [whenTrue, whenFalse] = alike(
          this.lower(expression.whenTrue, feeds),
          this.lower(expression.whenFalse, feeds),
        );
        return { kind: 'conditional', condition, whenTrue, whenFalse };
      }
      case 'slice':
        return this.#slice(expression.operand, expression.low, expression.width, feeds);
      case 'concatenation':
        return concatenate(expression.parts.map((part) => this.#part(part, feeds)));
      case 'extension':
        return this.#extension(expression.operand, expression.width, feeds);
      case 'select':
        return this.#name(expression, feeds);
      case 'reinterpretation':
        return this.lower(expression.operand, feeds);
      case 'memory_read':
        return this.#memoryRead(expression, feeds);
      default:
        throw new Error(`unknown expression ${expression satisfies never}`);
    }
  }

  /** A part of a concatenation, an index or a shift amount, where signs do not matter. */
  #part(expression: Expression, feeds: string): VerilogExpression {
    const plain = expression.kind === 'reinterpretation' ? expression.operand : expression;
    const lowered = bare(this.lower(plain, feeds));
    return lowered.kind === 'number' ? withSign(lowered, false) : lowered;
  }

  #unary(expression: Of<'unary'>, feeds: string): VerilogExpression {
    const { operator, operand } = expression;
    switch (operator) {
      case 'not': {
        const negated =
          operand.kind === 'binary' && !this.#wantsName(operand) && !this.#named.has(operand)
            ? this.#comparison(operand, true, feeds)
            : null;
        return negated ?? unary(isTruth(expression) ? '!' : '~', this.lower(operand, feeds));
      }
      case 'negate':
        return unary('-', this.lower(operand, feeds));
      case 'reduce_and':
        return unary('&', this.lower(operand, feeds));
      case 'reduce_or':
        return unary('|', this.lower(operand, feeds));
      case 'reduce_xor':
        return unary('^', this.lower(operand, feeds));
      default:
        throw new Error(`unknown operator ${operator satisfies never}`);
    }
  }

  /** Comparisons with the constant on the right. */
  #comparison(expression: Of<'binary'>, negated: boolean, feeds: string): VerilogExpression | null {
    const { operator } = expression;
    if (operator !== 'equal' && operator !== 'less') return null;
    const [left, right] = alike(this.lower(expression.left, feeds), this.lower(expression.right, feeds));
    const swapped = left.kind === 'number';
    if (operator === 'equal') return binary(negated ? '!=' : '==', swapped ? right : left, swapped ? left : right);
    if (swapped) return binary(negated ? '<=' : '>', right, left);
    return binary(negated ? '>=' : '<', left, right);
  }

  #binary(expression: Of<'binary'>, feeds: string): VerilogExpression {
    const { operator, left, right } = expression;
    const both = (token: BinaryToken): VerilogExpression =>
      binary(token, ...alike(this.lower(left, feeds), this.lower(right, feeds)));
    const shift = (token: BinaryToken): VerilogExpression =>
      binary(token, this.lower(left, feeds), this.#part(right, feeds));
    switch (operator) {
      case 'and':
        return both(isTruth(expression) ? '&&' : '&');
      case 'or':
        return both(isTruth(expression) ? '||' : '|');
      case 'xor':
        return both('^');
      case 'add':
        return both('+');
      case 'subtract':
        return both('-');
      case 'multiply':
        return binary(
          '*',
          ...alike(this.#factor(left, expression.width, feeds), this.#factor(right, expression.width, feeds)),
        );
      case 'equal':
      case 'less':
        return this.#comparison(expression, false, feeds) as VerilogExpression;
      case 'shift_left':
        return shift('<<');
      case 'shift_right':
        return shift(left.signed ? '>>>' : '>>');
      default:
        throw new Error(`unknown operator ${operator satisfies never}`);
    }
  }

  /** Verilog multiplies at the width of its operands. */

  /** Verilog multiplies at the width of its operands, so they are widened first. */
  #factor(operand: Expression, width: number, feeds: string): VerilogExpression {
    if (operand.kind === 'constant') {
      const value = operand.signed ? BigInt.asIntN(operand.width, operand.value) : operand.value;
      return number(width, BigInt.asUintN(width, value), operand.signed);
    }
    return withSign(this.#extension(operand, width, feeds), operand.signed);
  }

  #extension(operand: Expression, width: number, feeds: string): VerilogExpression {
    const times = width - operand.width;
    if (!operand.signed) return concatenate([number(times, 0n), this.#part(operand, feeds)]);
    const plain = operand.kind === 'reinterpretation' ? operand.operand : operand;
    const whole = plain.width === 1 ? this.#part(plain, feeds) : this.#sliceable(plain, feeds);
    const sign = plain.width === 1 ? whole : this.#slice(plain, plain.width - 1, 1, feeds);
    return concatenate([{ kind: 'replication', times, operand: sign }, whole]);
  }

  /** A reference, a slice of one, or a wire made for the purpose. */
  #sliceable(expression: Expression, feeds: string): VerilogExpression {
    const isPart = expression.kind === 'slice' && expression.operand.kind === 'reference';
    return isPart ? this.#part(expression, feeds) : this.nameOf(expression, feeds);
  }

  #slice(given: Expression, low: number, width: number, feeds: string): VerilogExpression {
    const operand = simplest(given);
    if (low === 0 && width === operand.width) return this.#part(operand, feeds);
    switch (operand.kind) {
      case 'constant':
        return number(width, BigInt.asUintN(width, operand.value >> BigInt(low)));
      case 'reinterpretation':
        return this.#slice(operand.operand, low, width, feeds);
      case 'slice':
        return this.#slice(operand.operand, operand.low + low, width, feeds);
      case 'concatenation':
        return this.#sliceOfParts(operand, low, width, feeds);
      case 'extension': {
        const inner = operand.operand;
        if (low + width <= inner.width) return this.#slice(inner, low, width, feeds);
        if (!inner.signed && low >= inner.width) return number(width, 0n);
        break;
      }
      case 'binary': {
        const index = low === 0 && width === 1 ? this.#dynamicBit(operand, feeds) : null;
        if (index !== null) return index;
        break;
      }
      case 'reference':
      case 'unary':
      case 'multiplex':
      case 'select':
      case 'memory_read':
        break;
      default:
        throw new Error(`unknown expression ${operand satisfies never}`);
    }
    const whole = this.nameOf(operand, feeds);
    return { kind: 'range', of: whole, high: low + width - 1, low };
  }

  /** `value[index]` for the lowest bit of a value shifted right, where the index cannot pass the end. */
  #dynamicBit(operand: Of<'binary'>, feeds: string): VerilogExpression | null {
    const { operator, left, right } = operand;
    if (operator !== 'shift_right' || (this.#uses.get(operand) ?? 1) > 1) return null;
    const plain = left.kind === 'reinterpretation' ? left.operand : left;
    if (plain.kind !== 'reference' || plain.width === 1 || right.width > 30 || plain.width !== 2 ** right.width)
      return null;
    return { kind: 'element', of: this.nameOf(plain, feeds), index: withSign(this.lower(right, feeds), false) };
  }

  #sliceOfParts(operand: Of<'concatenation'>, low: number, width: number, feeds: string): VerilogExpression {
    const found: VerilogExpression[] = [];
    let top = operand.width;
    for (const part of operand.parts) {
      const bottom = top - part.width;
      const from = Math.max(low, bottom);
      const to = Math.min(low + width, top);
      if (from < to) found.push(this.#slice(part, from - bottom, to - from, feeds));
      top = bottom;
    }
    return concatenate(found);
  }

  /** The index of a memory, as wide as its words need. The caller has made sure that it is in range. */
  memoryIndex(memory: Memory, address: Expression, feeds: string): VerilogExpression {
    const needed = Math.max(1, (memory.depth - 1).toString(2).length);
    if (memory.depth === 1) return number(1, 0n);
    if (address.width > needed) return this.#slice(address, 0, needed, feeds);
    if (address.width < needed)
      return this.#extension(expressionsAt(address.location).reinterpretation(address, false), needed, feeds);
    // A signed index would reach below zero.
    return withSign(this.lower(address, feeds), false);
  }

  #memoryRead(expression: Of<'memory_read'>, feeds: string): VerilogExpression {
    const { memory, location } = expression;
    const address = simplest(expression.address);
    const inside = this.#bounded.has(expression) ? null : addressInside(memory, address, location);
    if (inside === null)
      return { kind: 'element', of: name(memory.name), index: this.memoryIndex(memory, address, feeds) };
    if (this.#weight(address) > 1) this.nameOf(address, feeds);
    const read: Expression = { ...expression, address };
    this.#bounded.add(read);
    const carrier = expressionsAt(location);
    return this.#inline(carrier.multiplex(inside, read, carrier.constant(expression, 0n)), feeds);
  }
}

/** One unsigned bit: a truth value, for which Verilog has operators of its own. */
const isTruth = (expression: Expression): boolean => expression.width === 1 && !expression.signed;

/** Whether an address names a word; null where it always does. */
export const addressInside = (memory: Memory, address: Expression, location: SourceLocation): Expression | null => {
  if (address.kind === 'constant' && address.value < BigInt(memory.depth)) return null;
  if (BigInt(memory.depth) >= 1n << BigInt(Math.min(address.width, 64))) return null;
  const carrier = expressionsAt(location);
  const unsigned = carrier.reinterpretation(address, false);
  return carrier.binary('less', unsigned, carrier.constant(unsigned, BigInt(memory.depth)));
};

/** What the wire made for an expression is called, after the name of what it feeds. */
const noun = (expression: Expression): string => {
  switch (expression.kind) {
    case 'constant':
      return 'constant';
    case 'reference':
      return expression.signal.name;
    case 'unary':
      return { not: 'not', negate: 'negative', reduce_and: 'all', reduce_or: 'any', reduce_xor: 'parity' }[
        expression.operator
      ];
    case 'binary':
      return {
        and: 'and',
        or: 'or',
        xor: 'xor',
        add: 'sum',
        subtract: 'difference',
        multiply: 'product',
        equal: 'equal',
        less: 'less',
        shift_left: 'shifted',
        shift_right: 'shifted',
      }[expression.operator];
    case 'multiplex':
      return 'choice';
    case 'slice':
      return 'part';
    case 'concatenation':
      return 'joined';
    case 'extension':
      return 'extended';
    case 'select':
      return 'selected';
    case 'reinterpretation':
      return noun(expression.operand);
    case 'memory_read':
      return 'word';
    default:
      throw new Error(`unknown expression ${expression satisfies never}`);
  }
};

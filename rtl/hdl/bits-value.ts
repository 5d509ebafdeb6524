import { fail } from './diagnostic.ts';
import { expressionsAt, operatorsAt } from './expression.ts';
import type { BinaryOperator, Expression, SourceLocation } from './ir.ts';
import { checkWidth, type LeafInfo } from './shape.ts';
import { here } from './source-location.ts';
import { asValue, coerce, compare, conditionOf, type Leaf, LeafValue, type Target } from './value.ts';

/** `bits`, `signed` and one bit of either: the implementation of `Bits`, `Signed` and their signals. */
export class BitsValue extends LeafValue {
  readonly info: Extract<LeafInfo, { kind: 'bits' }>;
  constructor(leaf: Leaf) {
    super(leaf);
    this.info = { kind: 'bits', width: leaf.expression.width, signed: leaf.expression.signed };
  }

  get width(): number {
    return this.info.width;
  }

  and(other: unknown): BitsValue {
    return this.#binary('and', other, 'and with');
  }
  or(other: unknown): BitsValue {
    return this.#binary('or', other, 'or with');
  }
  xor(other: unknown): BitsValue {
    return this.#binary('xor', other, 'xor with');
  }
  not(): BitsValue {
    return result(expressionsAt(here()).unary('not', this.expression));
  }
  add(other: unknown): BitsValue {
    return this.#binary('add', other, 'adding to');
  }
  subtract(other: unknown): BitsValue {
    return this.#binary('subtract', other, 'subtracting from');
  }
  negate(): BitsValue {
    return result(expressionsAt(here()).unary('negate', this.expression));
  }

  addWide(other: unknown): BitsValue {
    const location = here();
    return result(operatorsAt(location).addWide(this.expression, this.#operand(other, 'adding to', location)));
  }
  subtractWide(other: unknown): BitsValue {
    const location = here();
    return result(
      operatorsAt(location).subtractWide(this.expression, this.#operand(other, 'subtracting from', location)),
    );
  }
  multiply(other: unknown): BitsValue {
    const location = here();
    const right = bitsOperand(other, `multiplying ${this.describe()}`, location);
    if (right.info.signed !== this.info.signed) {
      fail('sign-mismatch', location, {
        operation: `multiplying ${this.describe()}`,
        left: this.describe(),
        leftSigned: this.info.signed,
        right: right.describe(),
      });
    }
    return result(expressionsAt(location).binary('multiply', this.expression, right.expression));
  }

  eq(other: unknown): BitsValue {
    return result(compare(this, other, here()));
  }
  ne(other: unknown): BitsValue {
    const location = here();
    return result(expressionsAt(location).unary('not', compare(this, other, location)));
  }
  lt(other: unknown): BitsValue {
    return this.#binary('less', other, 'comparing');
  }
  le(other: unknown): BitsValue {
    const location = here();
    return result(operatorsAt(location).lessOrEqual(this.expression, this.#operand(other, 'comparing', location)));
  }
  gt(other: unknown): BitsValue {
    const location = here();
    return result(operatorsAt(location).greater(this.expression, this.#operand(other, 'comparing', location)));
  }
  ge(other: unknown): BitsValue {
    const location = here();
    return result(operatorsAt(location).greaterOrEqual(this.expression, this.#operand(other, 'comparing', location)));
  }

  slice(high: number, low: number): BitsValue {
    return this.#slice(high, low, `slice(${high}, ${low})`);
  }
  bit(index: number): BitsValue {
    return this.#slice(index, index, `bit(${index})`);
  }
  at(index: unknown): BitsValue {
    const location = here();
    const chosen = unsignedOperand(index, `the index of ${this.describe()}`, location);
    const expression = operatorsAt(location).bitAt(this.expression, chosen);
    const { target } = this.leaf;
    return new BitsValue({
      expression,
      target: target === null ? null : chosenTarget(() => this.#bitTargets(target), chosen),
    });
  }

  shiftLeft(amount: unknown): BitsValue {
    return this.#shift('shift_left', amount, 'shiftLeft');
  }
  shiftRight(amount: unknown): BitsValue {
    return this.#shift('shift_right', amount, 'shiftRight');
  }

  truncate(width: number): BitsValue {
    checkWidth('truncate', width);
    if (width > this.width) {
      fail('bad-truncation', here(), { operation: 'truncate', signal: this.describe(), from: this.width, to: width });
    }
    return result(operatorsAt(here()).truncateTo(this.expression, width));
  }
  extend(width: number): BitsValue {
    checkWidth('extend', width);
    if (width < this.width)
      fail('bad-truncation', here(), { operation: 'extend', signal: this.describe(), from: this.width, to: width });
    return result(operatorsAt(here()).extendTo(this.expression, width));
  }
  resize(width: number): BitsValue {
    checkWidth('resize', width);
    return result(operatorsAt(here()).resizeTo(this.expression, width));
  }
  repeat(times: number): BitsValue {
    if (!Number.isInteger(times) || times < 1) fail('bad-depth', here(), { what: 'repeat', value: String(times) });
    checkWidth('repeat', this.width * times);
    return result(operatorsAt(here()).repeat(this.expression, times));
  }

  reduceAnd(): BitsValue {
    return result(expressionsAt(here()).unary('reduce_and', this.expression));
  }
  reduceOr(): BitsValue {
    return result(expressionsAt(here()).unary('reduce_or', this.expression));
  }
  reduceXor(): BitsValue {
    return result(expressionsAt(here()).unary('reduce_xor', this.expression));
  }
  isZero(): BitsValue {
    return result(operatorsAt(here()).isZero(this.expression));
  }
  isNonZero(): BitsValue {
    return result(operatorsAt(here()).isNonZero(this.expression));
  }
  implies(conclusion: unknown): BitsValue {
    const location = here();
    const premise = conditionOf(this, 'implies', location);
    return result(operatorsAt(location).implies(premise, conditionOf(conclusion, 'implies', location)));
  }
  asBits(): BitsValue {
    return result(expressionsAt(here()).reinterpretation(this.expression, false));
  }
  asSigned(): BitsValue {
    return result(expressionsAt(here()).reinterpretation(this.expression, true));
  }

  #bitTargets(whole: Target): Target[] {
    return Array.from({ length: this.width }, (_, index) => partTarget(whole, index));
  }

  #operand(other: unknown, operation: string, location: SourceLocation): Expression {
    return coerce(this.info, other, location, `${operation} ${this.describe()}`, this.describe())[0] as Expression;
  }

  #binary(operator: BinaryOperator, other: unknown, operation: string): BitsValue {
    const location = here();
    return result(expressionsAt(location).binary(operator, this.expression, this.#operand(other, operation, location)));
  }

  #slice(high: number, low: number, operation: string): BitsValue {
    const inside = Number.isInteger(high) && Number.isInteger(low) && low >= 0 && high >= low && high < this.width;
    if (!inside) fail('slice-bounds', here(), { operation, signal: this.describe(), width: this.width });
    const expression = expressionsAt(here()).slice(this.expression, low, high - low + 1);
    const { target, readOnly } = this.leaf;
    const part = target === null ? null : partTarget(target, low);
    return new BitsValue(
      readOnly === undefined ? { expression, target: part } : { expression, target: part, readOnly },
    );
  }

  #shift(operator: 'shift_left' | 'shift_right', amount: unknown, operation: string): BitsValue {
    const location = here();
    const carrier = expressionsAt(location);
    if (typeof amount === 'bigint') fail('bad-shift', location, { operation, amount });
    if (typeof amount !== 'number') {
      return result(
        carrier.binary(operator, this.expression, unsignedOperand(amount, `the amount of ${operation}`, location)),
      );
    }
    if (!Number.isInteger(amount) || amount < 0) fail('bad-shift', location, { operation, amount });
    return result(shiftByConstant(operator, this.expression, amount, location));
  }
}

/** A shift by a known amount is wiring: a slice and a fill. */
const shiftByConstant = (
  operator: 'shift_left' | 'shift_right',
  value: Expression,
  amount: number,
  location: SourceLocation,
): Expression => {
  const carrier = expressionsAt(location);
  const { width, signed } = value;
  if (amount === 0) return value;
  const gone = Math.min(amount, width);
  if (operator === 'shift_left') {
    const zeros = carrier.constant({ width: gone, signed: false }, 0n);
    const moved = gone === width ? zeros : carrier.concatenation([carrier.slice(value, 0, width - gone), zeros]);
    return carrier.reinterpretation(moved, signed);
  }
  // One bit is kept where all would go: extending it fills with the sign.
  if (gone === width && !signed) return carrier.constant(value, 0n);
  const kept = carrier.slice(value, Math.min(gone, width - 1), Math.max(width - gone, 1));
  return operatorsAt(location).extendTo(carrier.reinterpretation(kept, signed), width);
};

const result = (expression: Expression): BitsValue => new BitsValue({ expression, target: null });

export { result as bitsResult };

const bitsOperand = (operand: unknown, operation: string, location: SourceLocation): BitsValue => {
  const value = asValue(operand, operation, location);
  return value instanceof BitsValue
    ? value
    : fail('wrong-kind', location, { operation, expected: 'bits', actual: value.describe() });
};

/** An index, an address or a shift amount. */
export const unsignedOperand = (operand: unknown, operation: string, location: SourceLocation): Expression => {
  const value = bitsOperand(operand, operation, location);
  if (value.info.signed)
    fail('wrong-kind', location, {
      operation,
      expected: 'unsigned bits',
      actual: `${value.describe()}, which is signed`,
    });
  return value.expression;
};

const partTarget = (whole: Target, offset: number): Target => ({
  statement: (low, value, location, how) => whole.statement(offset + low, value, location, how),
});

/** A target chosen by an index: one branch for each value. Past the end nothing is set. */
export const chosenTarget = (targets: () => readonly Target[], index: Expression): Target => ({
  statement: (low, value, location, how) => {
    const all = targets();
    const reachable = index.width < 31 ? all.slice(0, 2 ** index.width) : all;
    const cases = reachable.map((target, number) => ({
      values: [BigInt(number)],
      body: [target.statement(low, value, location, how)],
      location,
    }));
    return { kind: 'switch', subject: index, cases, otherwise: [], location };
  },
});

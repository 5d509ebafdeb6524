import { marked, refuseStranger } from './copies.ts';
import { fail } from './diagnostic.ts';
import { describe, expressionsAt, operatorsAt } from './expression.ts';
import type { Expression, SourceLocation, Statement } from './ir.ts';
import { noteMissing } from './missing-method.ts';
import { append } from './scope.ts';
import { describeOperand, describeShape, type ShapeInfo, sameShape } from './shape.ts';
import { here } from './source-location.ts';

/**
 * Values at run time. Every value, of whatever shape, is a tree of leaves; a leaf is an expression and, where it can be set,
 * a target. The classes of this folder that implement the public interfaces of `types.ts` all extend `AbstractValue`.
 */

/** What is assigned: a part of a signal, the whole of what was declared, or the whole, which is to have this one driver only. */
export type How = 'part' | 'whole' | 'connect';

/** Somewhere that an assignment can go. */
export interface Target {
  /** The statement that assigns bits `low` and up. */
  statement(low: number, value: Expression, location: SourceLocation, how: How): Statement;
}

export interface Leaf {
  readonly expression: Expression;
  readonly target: Target | null;
  /** Why `target` is null, for the message. */
  readonly readOnly?: string;
}

/** The values that stand for all of what was declared: not fields, elements or bits of it. */
const declared = new WeakSet<AbstractValue>();

export const asDeclared = <V extends AbstractValue>(value: V): V => {
  declared.add(value);
  return value;
};

const trap = (value: AbstractValue, how: string): never =>
  fail('used-as-javascript', here(), { signal: value.describe(), how });

export abstract class AbstractValue {
  abstract readonly info: ShapeInfo;
  /** In the order of the shape, each a bits or enumeration value. */
  abstract leaves(): readonly LeafValue[];
  abstract describe(): string;

  set(operand: unknown): void {
    const location = here();
    const values = coerce(this.info, operand, location, `setting ${this.describe()}`, this.describe());
    const leaves = this.leaves();
    for (const [index, leaf] of leaves.entries()) {
      const { target, readOnly } = leaf.leaf;
      if (target === null) {
        fail('not-assignable', location, {
          signal: leaf.describe(),
          reason: readOnly ?? 'it is the result of an operation',
        });
        continue;
      }
      append(target.statement(0, values[index] as Expression, location, declared.has(this) ? 'whole' : 'part'));
    }
  }

  abstract eq(operand: unknown): LeafValue;
  abstract ne(operand: unknown): LeafValue;

  // JavaScript asks an object for one of these when it stands in an operator or a text.
  [Symbol.toPrimitive](hint: string): never {
    return trap(this, hint === 'string' ? 'string' : 'number');
  }
  valueOf(): never {
    return trap(this, 'number');
  }
  toString(): never {
    return trap(this, 'string');
  }
  toJSON(): string {
    return this.describe();
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `<${this.describe()}: ${describeShape(this.info)}>`;
  }
}

noteMissing(marked(AbstractValue.prototype));

/** A value without parts: bits, signed or an enumeration. */
export abstract class LeafValue extends AbstractValue {
  abstract override readonly info: Extract<ShapeInfo, { kind: 'bits' | 'enumeration' }>;
  readonly leaf: Leaf;
  constructor(leaf: Leaf) {
    super();
    this.leaf = leaf;
  }
  get expression(): Expression {
    return this.leaf.expression;
  }
  override leaves(): readonly LeafValue[] {
    return [this];
  }
  override describe(): string {
    return describe(this.leaf.expression);
  }
}

/** Whether all leaves of a value equal those of an operand of the same shape. */
export const compare = (left: AbstractValue, operand: unknown, location: SourceLocation): Expression => {
  const operation = `comparing ${left.describe()}`;
  const right = coerce(left.info, operand, location, operation, left.describe());
  const carrier = expressionsAt(location);
  const each = left.leaves().map((leaf, index) => carrier.binary('equal', leaf.expression, right[index] as Expression));
  return operatorsAt(location).all(each);
};

/** A literal as an expression of the given type, range-checked. Negative numbers fit signed types only. */
export const literal = (
  operand: number | bigint,
  type: { readonly width: number; readonly signed: boolean },
  location: SourceLocation,
  place: string,
): Expression => {
  if (typeof operand === 'number' && !Number.isSafeInteger(operand)) {
    fail('not-an-integer', location, { literal: String(operand), place });
  }
  const value = BigInt(operand);
  const fits = type.signed ? BigInt.asIntN(type.width, value) === value : BigInt.asUintN(type.width, value) === value;
  if (!fits)
    fail('literal-out-of-range', location, { literal: String(operand), width: type.width, signed: type.signed, place });
  return expressionsAt(location).constant(type, value);
};

const isLiteral = (operand: unknown): operand is number | bigint =>
  typeof operand === 'number' || typeof operand === 'bigint';

const describeAny = (operand: unknown): string =>
  operand instanceof AbstractValue ? `${operand.describe()}: ${describeShape(operand.info)}` : describeOperand(operand);

/**
 * The leaves of an operand that is to have the shape `info`: a value of that shape, a literal, or a plain object or list
 * of operands for a record or a vector.
 * @param operation what is being done, for messages ("adding to count")
 * @param place the value on the other side
 */
export const coerce = (
  info: ShapeInfo,
  operand: unknown,
  location: SourceLocation,
  operation: string,
  place: string,
): Expression[] => {
  if (operand instanceof AbstractValue) {
    checkSame(info, operand, location, operation, place);
    return operand.leaves().map((leaf) => leaf.expression);
  }
  switch (info.kind) {
    case 'bits':
      if (isLiteral(operand)) return [literal(operand, info, location, place)];
      break;
    case 'enumeration':
      break;
    case 'record':
      refuseStranger(operand, operation, location);
      if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
        return recordLeaves(info, operand, location, operation, place);
      }
      break;
    case 'vector':
      if (Array.isArray(operand) && operand.length === info.length) {
        return operand.flatMap((element, index) =>
          coerce(info.element, element, location, operation, `${place}[${index}]`),
        );
      }
      break;
    default:
      throw new Error(`unknown shape ${info satisfies never}`);
  }
  refuseStranger(operand, operation, location);
  const instead = insteadOf(operand);
  return fail('shape-mismatch', location, {
    operation,
    expected: describeShape(info),
    actual: describeAny(operand),
    ...(instead === undefined ? {} : { instead }),
  });
};

/** What to write in place of what JavaScript has and hardware has not. */
const insteadOf = (operand: unknown): string | undefined => {
  if (typeof operand === 'boolean') return `write ${operand ? 1 : 0}`;
  if (typeof operand === 'string')
    return /^\d+$/.test(operand) ? `write ${operand}, without quotes` : 'write a number, a signal or a state';
  return operand === undefined ? 'pass a value; undefined may come from a name that is spelt wrongly' : undefined;
};

const recordLeaves = (
  info: Extract<ShapeInfo, { kind: 'record' }>,
  operand: object,
  location: SourceLocation,
  operation: string,
  place: string,
): Expression[] => {
  const given = new Map<string, unknown>(Object.entries(operand));
  const missing = info.fields.filter(([name]) => !given.has(name)).map(([name]) => name);
  const unknown = [...given.keys()].filter((name) => !info.fields.some(([field]) => field === name));
  if (missing.length > 0 || unknown.length > 0) {
    const actual = `an object ${missing.length > 0 ? `without ${missing.join(', ')}` : `with ${unknown.join(', ')} as well`}`;
    fail('shape-mismatch', location, { operation, expected: describeShape(info), actual });
  }
  return info.fields.flatMap(([name, field]) =>
    coerce(field, given.get(name), location, operation, `${place}.${name}`),
  );
};

const checkSame = (
  info: ShapeInfo,
  operand: AbstractValue,
  location: SourceLocation,
  operation: string,
  place: string,
): void => {
  if (sameShape(info, operand.info)) return;
  if (info.kind === 'bits' && operand.info.kind === 'bits') {
    const right = operand.describe();
    if (info.signed !== operand.info.signed) {
      fail('sign-mismatch', location, { operation, left: place, leftSigned: info.signed, right });
    }
    fail('width-mismatch', location, {
      operation,
      left: place,
      leftWidth: info.width,
      right,
      rightWidth: operand.info.width,
    });
  }
  fail('shape-mismatch', location, { operation, expected: describeShape(info), actual: describeAny(operand) });
};

/** The value that an operand is, or the reason why it is none. */
export const asValue = (operand: unknown, operation: string, location: SourceLocation): AbstractValue => {
  if (operand instanceof AbstractValue) return operand;
  refuseStranger(operand, operation, location);
  return fail('wrong-kind', location, {
    operation,
    expected: 'a signal',
    actual: describeOperand(operand),
    ...(isLiteral(operand) ? { instead: `write lit(width, ${operand}), with the width it is to have` } : {}),
  });
};

export const isValue = (operand: unknown): operand is AbstractValue => operand instanceof AbstractValue;

/** The one-bit expression of a condition. */
export const conditionOf = (operand: unknown, place: string, location: SourceLocation): Expression => {
  const value = asValue(operand, place, location);
  if (!(value instanceof LeafValue) || value.info.kind !== 'bits') {
    return fail('wrong-kind', location, {
      operation: place,
      expected: 'a condition of one bit',
      actual: describeAny(value),
    });
  }
  if (value.info.width !== 1)
    fail('condition-width', location, { place: `${place} (${value.describe()})`, width: value.info.width });
  return expressionsAt(location).reinterpretation(value.expression, false);
};

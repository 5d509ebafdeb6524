import { marked, refuseStranger } from './copies.ts';
import { fail } from './diagnostic.ts';
import { here } from './source-location.ts';
import type { AnyOperand, Assignable, Shape, Value } from './types.ts';

/** What a shape is at run time. The public types carry widths for the compiler only. */
export type ShapeInfo =
  | { readonly kind: 'bits'; readonly width: number; readonly signed: boolean }
  | { readonly kind: 'enumeration'; readonly width: number; readonly states: ReadonlyMap<string, bigint> }
  | {
      readonly kind: 'record';
      readonly width: number;
      readonly fields: readonly (readonly [name: string, info: ShapeInfo])[];
    }
  | { readonly kind: 'vector'; readonly width: number; readonly element: ShapeInfo; readonly length: number };

export type LeafInfo = Extract<ShapeInfo, { kind: 'bits' | 'enumeration' }>;

const infoKey = Symbol('shape');

/** The widest value that the language accepts, in bits. */
export const maximumWidth = 1_000_000;

/** Makes the public face of a shape; `S` says what the compiler is to know of it, which no run-time value can carry. */
export const makeShape = <S extends Shape>(info: ShapeInfo, properties: object = {}): S => {
  const face: object = Object.assign(Object.create(null), properties, { [infoKey]: info });
  return Object.freeze(marked(face)) as S;
};

export const isShape = (value: unknown): value is Shape<Value, Assignable> =>
  typeof value === 'object' && value !== null && infoKey in value;

export const shapeInfo = (shape: Shape): ShapeInfo => {
  if (!isShape(shape)) {
    refuseStranger(shape, 'a declaration', here());
    return fail('wrong-kind', here(), {
      operation: 'a declaration',
      expected: 'a shape such as bits(8)',
      actual: describeOperand(shape),
    });
  }
  return (shape as unknown as { readonly [infoKey]: ShapeInfo })[infoKey];
};

export const checkWidth = (operation: string, width: number): number => {
  if (!Number.isInteger(width) || width < 1 || width > maximumWidth)
    fail('bad-width', here(), { operation, width: String(width) });
  return width;
};

export const describeShape = (info: ShapeInfo): string => {
  switch (info.kind) {
    case 'bits':
      return info.signed ? `signed(${info.width})` : info.width === 1 ? 'bit' : `bits(${info.width})`;
    case 'enumeration':
      return `enumeration(${[...info.states.keys()].join(', ')})`;
    case 'record':
      return `record({ ${info.fields.map(([name, field]) => `${name}: ${describeShape(field)}`).join(', ')} })`;
    case 'vector':
      return `vector(${describeShape(info.element)}, ${info.length})`;
    default:
      throw new Error(`unknown shape ${info satisfies never}`);
  }
};

export const sameShape = (left: ShapeInfo, right: ShapeInfo): boolean => {
  if (left === right) return true;
  switch (left.kind) {
    case 'bits':
      return right.kind === 'bits' && left.width === right.width && left.signed === right.signed;
    case 'enumeration':
      return (
        right.kind === 'enumeration' &&
        left.width === right.width &&
        left.states.size === right.states.size &&
        [...left.states].every(([name, code]) => right.states.get(name) === code)
      );
    case 'record':
      return (
        right.kind === 'record' &&
        left.fields.length === right.fields.length &&
        left.fields.every(([name, field], index) => {
          const other = right.fields[index];
          return other !== undefined && other[0] === name && sameShape(field, other[1]);
        })
      );
    case 'vector':
      return right.kind === 'vector' && left.length === right.length && sameShape(left.element, right.element);
    default:
      throw new Error(`unknown shape ${left satisfies never}`);
  }
};

/** How messages name what was passed in a value's place. */
export const describeOperand = (operand: AnyOperand | unknown): string => {
  if (operand === null || operand === undefined) return String(operand);
  if (typeof operand === 'number' || typeof operand === 'bigint') return `the number ${operand}`;
  if (typeof operand === 'string') return `the text '${operand}'`;
  if (isShape(operand)) return `the shape ${describeShape(shapeInfo(operand))}`;
  return typeof operand === 'function' ? 'a function' : Array.isArray(operand) ? 'a list' : `a ${typeof operand}`;
};

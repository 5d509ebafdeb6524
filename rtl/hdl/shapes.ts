import { leafPlaces, readOnlyValue, recordMethods } from './aggregate.ts';
import { fail } from './diagnostic.ts';
import { noteEnumeration } from './enumeration-notes.ts';
import { expressionsAt } from './expression.ts';
import { checkObject } from './guarded.ts';
import { checkWidth, makeShape, shapeInfo } from './shape.ts';
import { here } from './source-location.ts';
import type {
  BitsShape,
  EnumerationShape,
  RecordFields,
  RecordShape,
  Shape,
  SignedShape,
  VectorShape,
} from './types.ts';

/** Unsigned bits of a width. @throws ElaborationError where the width is not a whole number of at least 1 */
export const bits = <const W extends number>(width: W): BitsShape<W> =>
  makeShape({ kind: 'bits', width: checkWidth('bits', width), signed: false });

/** A two's complement number of a width, the sign included. */
export const signed = <const W extends number>(width: W): SignedShape<W> =>
  makeShape({ kind: 'bits', width: checkWidth('signed', width), signed: true });

/** One bit. */
export const bit: BitsShape<1> = bits(1);

/** The bits needed to number `count` things from 0; at least 1. */
export const log2Ceil = (count: number): number => {
  if (!Number.isInteger(count) || count < 1) fail('bad-depth', here(), { what: 'log2Ceil', value: String(count) });
  return Math.max(1, (count - 1).toString(2).length);
};

const codesOf = (states: readonly string[] | Readonly<Record<string, number>>): Map<string, bigint> => {
  const codes = new Map<string, bigint>();
  const pairs: readonly (readonly [string, number])[] = Array.isArray(states)
    ? states.map((name: string, code) => [name, code] as const)
    : Object.entries(states);
  for (const [name, code] of pairs) {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name))
      fail('bad-enumeration', here(), { reason: `the state name '${name}' is not an identifier` });
    if (codes.has(name)) fail('bad-enumeration', here(), { reason: `the state ${name} is given twice` });
    if (!Number.isSafeInteger(code) || code < 0)
      fail('bad-enumeration', here(), { reason: `the state ${name} has the code ${code}` });
    if ([...codes.values()].includes(BigInt(code))) {
      fail('bad-enumeration', here(), { reason: `the state ${name} has the code ${code} of another state` });
    }
    codes.set(name, BigInt(code));
  }
  if (codes.size === 0) fail('bad-enumeration', here(), { reason: 'an enumeration has at least one state' });
  return codes;
};

/** Named states: numbered from 0 in the order given, or with the codes of an object and a width. */
export function enumeration<const N extends string>(...states: readonly N[]): EnumerationShape<N>;
export function enumeration<const N extends string>(
  states: Readonly<Record<N, number>>,
  width?: number,
): EnumerationShape<N>;
export function enumeration(
  first: string | Readonly<Record<string, number>>,
  ...rest: readonly unknown[]
): EnumerationShape<string> {
  if (typeof first !== 'string')
    checkObject(first, 'enumeration', 'the names of its states, or an object such as { IDLE: 1, BUSY: 2 }');
  const codes = codesOf(typeof first === 'string' ? [first, ...rest.map(String)] : first);
  const greatest = [...codes.values()].reduce((left, right) => (left > right ? left : right));
  const needed = greatest.toString(2).length;
  const width = typeof first !== 'string' && typeof rest[0] === 'number' ? checkWidth('enumeration', rest[0]) : needed;
  if (width < needed)
    fail('bad-enumeration', here(), {
      reason: `the code ${greatest} needs ${needed} bits, the enumeration has ${width}`,
    });
  const info = { kind: 'enumeration', width, states: codes } as const;
  const location = here();
  const constants = Object.fromEntries(
    [...codes].map(([name, code]) => {
      const expression = expressionsAt(location).constant({ width, signed: false }, code);
      noteEnumeration(expression, info);
      return [name, readOnlyValue(info, name, [expression])];
    }),
  );
  return makeShape(info, constants);
}

/** Named fields. Flattened, their names are joined to the record's by underscores. */
export const record = <const F extends RecordFields>(fields: F): RecordShape<F> => {
  const infos = Object.entries(fields).map(([name, shape]) => {
    if (recordMethods.has(name)) fail('bad-field-name', here(), { field: name });
    return [name, shapeInfo(shape)] as const;
  });
  if (infos.length === 0) fail('bad-depth', here(), { what: 'record', value: '0' });
  const width = infos.reduce((total, [, info]) => total + info.width, 0);
  return makeShape({ kind: 'record', width: checkWidth('record', width), fields: infos }, { fields });
};

/** A number of elements of one shape. */
export const vector = <S extends Shape>(element: S, length: number): VectorShape<S> => {
  if (!Number.isInteger(length) || length < 1) fail('bad-depth', here(), { what: 'vector', value: String(length) });
  const info = shapeInfo(element);
  return makeShape(
    { kind: 'vector', width: checkWidth('vector', info.width * length), element: info, length },
    { element, length },
  );
};

/** Bits that a value of the shape takes, all fields and elements together. */
export const widthOf = (shape: Shape): number => shapeInfo(shape).width;

/** The names and widths of the parts of a shape, as they are flattened below `name`. */
export const flattenedNames = (
  shape: Shape,
  name: string,
): { readonly name: string; readonly width: number; readonly signed: boolean }[] =>
  leafPlaces(shapeInfo(shape), name).map((place) => ({
    name: place.name,
    width: place.info.width,
    signed: place.info.kind === 'bits' && place.info.signed,
  }));

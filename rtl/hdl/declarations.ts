import { buildValue, leafPlaces } from './aggregate.ts';
import { type BundleSide, buildSide } from './bundle.ts';
import { fail } from './diagnostic.ts';
import { expressionsAt } from './expression.ts';
import { checkObject, checkOptions } from './guarded.ts';
import type { Expression, SourceLocation } from './ir.ts';
import type { ModuleBuilder } from './module-builder.ts';
import { isShape, type LeafInfo, type ShapeInfo, shapeInfo } from './shape.ts';
import { here } from './source-location.ts';
import type { Directed, Shape } from './types.ts';
import { type AbstractValue, asDeclared, coerce, isValue } from './value.ts';

/** Registers, wires and named expressions: what `m.regs`, `m.wires` and `m.named` do. */

/** Refuses a number that is the code of no state, where the leaf is an enumeration. `place`: what has it, as in "the reset value of phase". */
export const checkState = (info: LeafInfo, code: bigint, place: string, location: SourceLocation): void => {
  if (info.kind !== 'enumeration' || [...info.states.values()].includes(code)) return;
  const states = [...info.states].map(([state, its]) => `${state} (${its})`).join(', ');
  fail('not-a-state', location, { place, code, states });
};

/** Zero for each leaf. `what`: what is zero, as in "the reset value". */
const zeros = (info: ShapeInfo, name: string, what: string, location: SourceLocation): Expression[] =>
  leafPlaces(info, name).map((place) => zeroOf(place.info, `${what} of ${place.name}`, location));

const zeroOf = (info: LeafInfo, place: string, location: SourceLocation): Expression => {
  checkState(info, 0n, place, location);
  return expressionsAt(location).constant({ width: info.width, signed: info.kind === 'bits' && info.signed }, 0n);
};

/** The reset value of each leaf; null for a register without reset. */
export const resetValues = (
  info: ShapeInfo,
  reset: unknown,
  name: string,
  location: SourceLocation,
): (bigint | null)[] => {
  if (reset === undefined) fail('missing-reset', location, { signal: name });
  if (reset === 'none') return leafPlaces(info, name).map(() => null);
  const values =
    reset === 0
      ? zeros(info, name, 'the reset value', location)
      : coerce(info, reset, location, `the reset value of ${name}`, name);
  return values.map((value) =>
    value.kind === 'constant' ? value.value : fail('not-constant', location, { place: `the reset value of ${name}` }),
  );
};

export interface RegisterDeclaration {
  readonly type: Shape;
  readonly reset: unknown;
}

export const declareRegister = (
  builder: ModuleBuilder,
  name: string,
  declaration: RegisterDeclaration,
): AbstractValue => {
  const location = here();
  checkObject(declaration, `register ${name}`, '{ type: ..., reset: ... }');
  checkOptions(declaration, ['type', 'reset'], `register ${name}`);
  const { type, reset } = declaration;
  const info = shapeInfo(type);
  const resets = resetValues(info, reset, name, location);
  const places = leafPlaces(info, name);
  const value = buildValue(info, name, (position) => {
    const place = places[position];
    if (place === undefined) throw new Error(`no leaf ${position} in ${name}`);
    const options = { kind: 'register', reset: resets[position] ?? null } as const;
    return builder.leafOf(builder.declareSignal(place.name, place.info, options, 'register', location), true);
  });
  return asDeclared(value);
};

export interface WireDeclaration {
  readonly type: Directed;
  readonly default?: unknown;
}

export const declareWire = (
  builder: ModuleBuilder,
  name: string,
  declaration: WireDeclaration,
): AbstractValue | BundleSide => {
  const location = here();
  checkObject(declaration, `wire ${name}`, '{ type: ... }');
  checkOptions(declaration, ['type', 'default'], `wire ${name}`);
  const { type } = declaration;
  let defaults: readonly Expression[] | null = null;
  if (declaration.default !== undefined && isShape(type)) {
    const info = shapeInfo(type);
    defaults =
      declaration.default === 0
        ? zeros(info, name, 'the default', location)
        : coerce(info, declaration.default, location, `the default of ${name}`, name);
  }
  let position = 0;
  return buildSide(type, name, 'out', (leaf) => {
    const zero = declaration.default === 0 ? zeroOf(leaf.info, `the default of ${leaf.name}`, location) : null;
    const initial = defaults === null ? zero : (defaults[position] ?? null);
    position += 1;
    return builder.leafOf(
      builder.declareSignal(leaf.name, leaf.info, { kind: 'wire', initial }, 'wire', location),
      true,
    );
  });
};

/** A wire that is set once, to the value. */
export const declareNamed = (builder: ModuleBuilder, name: string, operand: unknown): AbstractValue => {
  const location = here();
  const value = isValue(operand) ? operand : fail('no-width', location, { operation: `m.named({ ${name} })` });
  const places = leafPlaces(value.info, name);
  const sources = value.leaves();
  return buildValue(value.info, name, (position) => {
    const place = places[position];
    const source = sources[position];
    if (place === undefined || source === undefined) throw new Error(`no leaf ${position} in ${name}`);
    const signal = builder.declareSignal(
      place.name,
      place.info,
      { kind: 'wire', initial: source.expression },
      'named value',
      location,
    );
    return builder.leafOf(signal, false);
  });
};

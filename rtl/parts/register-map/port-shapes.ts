import {
  type BitsShape,
  type Bundle,
  bit,
  bits,
  bundle,
  type Flipped,
  flip,
  log2Ceil,
  type RecordShape,
  record,
  type Shape,
  type VectorShape,
  vector,
} from '../../hdl/index.ts';
import type {
  AccessOf,
  CounterDeclaration,
  FieldAccess,
  PlacedField,
  PlacedRegister,
  RegisterDeclarations,
  RegisterMap,
  WindowDeclaration,
} from './declare.ts';

/** What the block sees of a field: set by software, told by the block, or nothing. */
const SETTINGS: readonly FieldAccess[] = ['read-write', 'write-only', 'pulse', 'write-one-to-clear'];
const STATUS: readonly FieldAccess[] = ['read-only', 'write-one-to-clear'];
type SettingsAccess = 'read-write' | 'write-only' | 'pulse' | 'write-one-to-clear';
type StatusAccess = 'read-only' | 'write-one-to-clear';

type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never;
type Width<Declared> = Declared extends { readonly width: infer W extends number }
  ? true extends IsUnion<W>
    ? number
    : W
  : 1;

type FieldShapes<Register, Access> = Register extends { readonly fields: infer F }
  ? {
      readonly [Name in keyof F as AccessOf<Register, F[Name]> extends Access ? Name : never]: BitsShape<
        Width<F[Name]>
      >;
    }
  : never;
type Repeated<Register, S extends Shape> = Register extends { readonly count: number } ? VectorShape<S> : S;
type WordShape<Register, Access> =
  FieldShapes<Register, Access> extends infer F extends Readonly<Record<string, Shape>>
    ? Repeated<Register, RecordShape<F>>
    : never;
type HasNone<Register, Access> = Register extends WindowDeclaration | CounterDeclaration
  ? true
  : [keyof FieldShapes<Register, Access>] extends [never]
    ? true
    : false;

type SettingsFields<R extends RegisterDeclarations> = {
  readonly [Name in keyof R as HasNone<R[Name], SettingsAccess> extends true ? never : Name]: WordShape<
    R[Name],
    SettingsAccess
  >;
};
type StatusFields<R extends RegisterDeclarations> = {
  readonly [Name in keyof R as R[Name] extends CounterDeclaration
    ? Name
    : HasNone<R[Name], StatusAccess> extends true
      ? never
      : Name]: R[Name] extends CounterDeclaration
    ? Repeated<R[Name], BitsShape<Width<R[Name]>>>
    : WordShape<R[Name], StatusAccess>;
};
type RecordOf<F> = F extends Readonly<Record<string, Shape>> ? RecordShape<F> : never;

/** What software has set, by register and field: registers of the port. */
export type SettingsShape<R extends RegisterDeclarations> = RecordOf<SettingsFields<R>>;
/**
 * What the block tells, by register and field: values to read, bits to set in `write-one-to-clear` fields, and
 * counters.
 */
export type StatusShape<R extends RegisterDeclarations> = RecordOf<StatusFields<R>>;

/**
 * The memory behind a window, from the port's side. In a cycle with `read`, the block fetches the entry at
 * `read_address` (its content before the edge) and shows it as `read_data` in the next cycle. In a cycle with `write`,
 * it writes at the edge those lanes of `write_data` whose bit of `write_mask` is set.
 */
export type WindowBundle = Bundle<{
  readonly read: BitsShape<1>;
  readonly read_address: BitsShape<number>;
  readonly read_data: Flipped<BitsShape<number>>;
  readonly write: BitsShape<1>;
  readonly write_address: BitsShape<number>;
  readonly write_data: BitsShape<number>;
  readonly write_mask: BitsShape<number>;
}>;
type WindowNames<R extends RegisterDeclarations> = {
  [Name in keyof R]: R[Name] extends WindowDeclaration ? Name : never;
}[keyof R];
export type WindowsBundle<R extends RegisterDeclarations> = Bundle<{ readonly [Name in WindowNames<R>]: WindowBundle }>;
export type HasWindows<R extends RegisterDeclarations> = [WindowNames<R>] extends [never] ? false : true;
export type HasSettings<R extends RegisterDeclarations> = [keyof SettingsFields<R>] extends [never] ? false : true;
export type HasStatus<R extends RegisterDeclarations> = [keyof StatusFields<R>] extends [never] ? false : true;

export const isSetting = (field: PlacedField): boolean => SETTINGS.includes(field.access);
export const isStatus = (field: PlacedField): boolean => STATUS.includes(field.access);

const wordShape = (register: PlacedRegister, of: (field: PlacedField) => boolean): Shape | undefined => {
  const fields = register.fields.filter(of);
  if (register.kind !== 'register' || fields.length === 0) return undefined;
  const one = record(Object.fromEntries(fields.map((field) => [field.name, bits(field.width)])));
  return register.repeated ? vector(one, register.count) : one;
};

const statusShapeOf = (register: PlacedRegister): Shape | undefined => {
  if (register.kind !== 'counter') return wordShape(register, isStatus);
  return register.repeated ? vector(bits(register.width), register.count) : bits(register.width);
};

const recordOf = (map: RegisterMap, shapeOf: (register: PlacedRegister) => Shape | undefined): Shape | undefined => {
  const entries = map.placed.flatMap((register) => {
    const shape = shapeOf(register);
    return shape === undefined ? [] : [[register.name, shape] as const];
  });
  return entries.length === 0 ? undefined : record(Object.fromEntries(entries));
};

export const settingsShape = (map: RegisterMap): Shape | undefined =>
  recordOf(map, (register) => wordShape(register, isSetting));
export const statusShape = (map: RegisterMap): Shape | undefined => recordOf(map, statusShapeOf);

/** Reset values in the form of `settingsShape`. */
export const settingsResets = (map: RegisterMap): object =>
  Object.fromEntries(
    map.placed.flatMap((register) => {
      if (wordShape(register, isSetting) === undefined) return [];
      const element = (index: number) =>
        Object.fromEntries(register.fields.filter(isSetting).map((field) => [field.name, field.resets[index] ?? 0]));
      const value = register.repeated
        ? Array.from({ length: register.count }, (_, index) => element(index))
        : element(0);
      return [[register.name, value]];
    }),
  );

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** Bits that one bit of a window's write mask stands for: a byte, or the most that divides both it and the entry. */
export const laneWidth = (window: PlacedRegister): number => greatestDivisor(window.width, 8);

export const windowBundle = (window: PlacedRegister): WindowBundle => {
  const address = bits<number>(log2Ceil(window.count));
  const data = bits<number>(window.width);
  return bundle({
    read: bit,
    read_address: address,
    read_data: flip(data),
    write: bit,
    write_address: address,
    write_data: data,
    write_mask: bits<number>(window.width / laneWidth(window)),
  });
};

export const windowsOf = (map: RegisterMap): readonly PlacedRegister[] =>
  map.placed.filter((register) => register.kind === 'window');

import type { Difference, Product, SliceWidth, Sum, Total } from './width-arithmetic.ts';

/**
 * What a design's author sees of shapes and values. `Bits<8>` and `Bits<16>` do not mix in the editor; `Bits<number>`, whose
 * width is known only when elaborated, mixes with both and is checked then.
 */

export declare const readView: unique symbol;
export declare const operandView: unique symbol;
export declare const brand: unique symbol;
export declare const inView: unique symbol;
export declare const outView: unique symbol;

/**
 * An unknown width is `any`, which is what makes it compatible in both directions; no other type is. It stands as the type
 * argument itself, because the compiler compares arguments before members.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Width<W extends number> = number extends W ? any : W;

export type Literal = number | bigint;
export type AnyOperand = Value | Literal | { readonly [field: string]: AnyOperand } | readonly AnyOperand[];

/** Any value: something that can be read. */
export interface Value {
  readonly [readView]: Value;
  readonly [operandView]: AnyOperand;
  eq(other: AnyOperand): Bits<1>;
  ne(other: AnyOperand): Bits<1>;
}

/** Any value that can also be set. */
export interface Assignable extends Value {
  /** Drives this signal; the last `set` in the module that applies wins. */
  set(value: AnyOperand): void;
}

/** The type that reading gives: without `set`. */
export type ReadOf<V extends Value> = V[typeof readView];
/** What may stand beside a value in an operation: a value of the same type, or a literal of it. */
export type OperandOf<V extends Value> = V[typeof operandView];

interface Vectorial<W extends number, Same extends Value> extends Value {
  readonly width: number;
  and(other: Same | Literal): Same;
  or(other: Same | Literal): Same;
  xor(other: Same | Literal): Same;
  not(): Same;
  /** Modular: the carry is dropped. */
  add(other: Same | Literal): Same;
  /** Modular: the borrow is dropped. */
  subtract(other: Same | Literal): Same;
  negate(): Same;
  eq(other: Same | Literal): Bits<1>;
  ne(other: Same | Literal): Bits<1>;
  lt(other: Same | Literal): Bits<1>;
  le(other: Same | Literal): Bits<1>;
  gt(other: Same | Literal): Bits<1>;
  ge(other: Same | Literal): Bits<1>;
  /** Bits `high` down to `low`, both included. */
  slice<H extends number, L extends number>(high: H, low: L): Bits<SliceWidth<H, L>>;
  bit(index: number): Bits<1>;
  /** The bit that `index` names; zero past the end. */
  at(index: Bits): Bits<1>;
  /** Keeps the width; zeros come in. */
  shiftLeft(amount: number | Bits): Same;
  /** Keeps the width; zeros come in, or the sign of a signed value. */
  shiftRight(amount: number | Bits): Same;
  repeat<N extends number>(times: N): Bits<Product<NoInfer<W>, N>>;
  reduceAnd(): Bits<1>;
  reduceOr(): Bits<1>;
  reduceXor(): Bits<1>;
  isZero(): Bits<1>;
  isNonZero(): Bits<1>;
  asBits(): Bits<W>;
  asSigned(): Signed<W>;
}

/** Unsigned bits. */
export type Bits<W extends number = number> = BitsOf<Width<W>>;
export interface BitsOf<W extends number> extends Vectorial<W, Bits<W>> {
  readonly [brand]: readonly ['bits', W];
  readonly [readView]: Bits<W>;
  readonly [operandView]: Bits<W> | Literal;
  addWide(other: Bits<W> | Literal): Bits<Sum<NoInfer<W>, 1>>;
  subtractWide(other: Bits<W> | Literal): Bits<Sum<NoInfer<W>, 1>>;
  multiply<V extends number>(other: Bits<V>): Bits<Sum<NoInfer<W>, V>>;
  truncate<N extends number>(width: N): Bits<N>;
  extend<N extends number>(width: N): Bits<N>;
  resize<N extends number>(width: N): Bits<N>;
  /** On one bit: not this, or `conclusion`. */
  implies(conclusion: Bits<1>): Bits<1>;
}

/** Two's complement numbers. */
export type Signed<W extends number = number> = SignedOf<Width<W>>;
export interface SignedOf<W extends number> extends Vectorial<W, Signed<W>> {
  readonly [brand]: readonly ['signed', W];
  readonly [readView]: Signed<W>;
  readonly [operandView]: Signed<W> | Literal;
  addWide(other: Signed<W> | Literal): Signed<Sum<NoInfer<W>, 1>>;
  subtractWide(other: Signed<W> | Literal): Signed<Sum<NoInfer<W>, 1>>;
  multiply<V extends number>(other: Signed<V>): Signed<Sum<NoInfer<W>, V>>;
  truncate<N extends number>(width: N): Signed<N>;
  extend<N extends number>(width: N): Signed<N>;
  resize<N extends number>(width: N): Signed<N>;
}

/** Bits that can be set, whole or in parts. */
export type BitsSignal<W extends number = number> = BitsSignalOf<Width<W>>;
export interface BitsSignalOf<W extends number> extends BitsOf<W> {
  set(value: Bits<W> | Literal): void;
  slice<H extends number, L extends number>(high: H, low: L): BitsSignal<SliceWidth<H, L>>;
  bit(index: number): BitsSignal<1>;
  at(index: Bits): BitsSignal<1>;
}

export type SignedSignal<W extends number = number> = SignedSignalOf<Width<W>>;
export interface SignedSignalOf<W extends number> extends SignedOf<W> {
  set(value: Signed<W> | Literal): void;
  slice<H extends number, L extends number>(high: H, low: L): BitsSignal<SliceWidth<H, L>>;
  bit(index: number): BitsSignal<1>;
  at(index: Bits): BitsSignal<1>;
}

/** One of a set of named states. */
export interface Enumerated<N extends string = string> extends Value {
  readonly [brand]: readonly ['enumeration', N];
  readonly [readView]: Enumerated<N>;
  readonly [operandView]: Enumerated<N>;
  readonly width: number;
  eq(other: Enumerated<N>): Bits<1>;
  ne(other: Enumerated<N>): Bits<1>;
  /** Whether the state is any of these. */
  isAnyOf(...states: readonly Enumerated<N>[]): Bits<1>;
  asBits(): Bits<number>;
}

export interface EnumeratedSignal<N extends string = string> extends Enumerated<N> {
  set(value: Enumerated<N>): void;
}

export type RecordFields = Readonly<Record<string, Shape>>;
export type RecordOperand<F extends RecordFields> =
  | RecordValue<F>
  | { readonly [K in keyof F]: OperandOf<ValueOf<F[K]>> };

interface RecordBase<F extends RecordFields> extends Value {
  readonly [readView]: RecordValue<F>;
  readonly [operandView]: RecordOperand<F>;
  eq(other: RecordOperand<F>): Bits<1>;
  ne(other: RecordOperand<F>): Bits<1>;
}

interface RecordSetter<F extends RecordFields> extends RecordBase<F> {
  set(value: RecordOperand<F>): void;
}

/** Named fields, each a property. */
export type RecordValue<F extends RecordFields> = RecordBase<F> & { readonly [K in keyof F]: ValueOf<F[K]> };
export type RecordSignal<F extends RecordFields> = RecordSetter<F> & { readonly [K in keyof F]: SignalOf<F[K]> };

export type VectorOperand<S extends Shape> = VectorValue<S> | readonly OperandOf<ValueOf<S>>[];

/** Elements of one shape, numbered from 0. */
export interface VectorValue<S extends Shape> extends Value {
  readonly [readView]: VectorValue<S>;
  readonly [operandView]: VectorOperand<S>;
  readonly length: number;
  readonly elements: readonly ValueOf<S>[];
  get(index: number): ValueOf<S>;
  /** The element that `index` names; past the end the last. */
  at(index: Bits): ValueOf<S>;
  eq(other: VectorOperand<S>): Bits<1>;
  ne(other: VectorOperand<S>): Bits<1>;
}

export interface VectorSignal<S extends Shape> extends VectorValue<S> {
  readonly elements: readonly SignalOf<S>[];
  set(value: VectorOperand<S>): void;
  get(index: number): SignalOf<S>;
  /** Setting past the end sets nothing. */
  at(index: Bits): SignalOf<S>;
}

/** Something a port can carry: how it looks to the side that receives it, and to the side that drives it. */
export interface Directed<In = unknown, Out = unknown> {
  readonly [inView]: In;
  readonly [outView]: Out;
}

/** The form of a value. */
export interface Shape<V extends Value = Value, G extends Assignable = Assignable> extends Directed<V, G> {
  readonly [shapeBrand]: true;
}
export declare const shapeBrand: unique symbol;

export type ValueOf<S extends Shape> = S[typeof inView];
export type SignalOf<S extends Shape> = S[typeof outView];

export type BitsShape<W extends number> = Shape<BitsOf<Width<W>>, BitsSignalOf<Width<W>>>;
export type SignedShape<W extends number> = Shape<SignedOf<Width<W>>, SignedSignalOf<Width<W>>>;
export type EnumerationShape<N extends string> = Shape<Enumerated<N>, EnumeratedSignal<N>> & {
  readonly [K in N]: Enumerated<N>;
};
export interface RecordShape<F extends RecordFields> extends Shape<RecordValue<F>, RecordSignal<F>> {
  readonly fields: F;
}
export interface VectorShape<S extends Shape> extends Shape<VectorValue<S>, VectorSignal<S>> {
  readonly element: S;
  readonly length: number;
}

/** A value of unsigned or signed bits. */
export type AnyBits = Bits | Signed;

type WidthOf<V> = V extends Bits<infer W> ? W : V extends Signed<infer W> ? W : number;
export type ConcatenationWidth<Parts extends readonly AnyBits[]> = Total<{ [K in keyof Parts]: WidthOf<Parts[K]> }>;
export type { Difference, Product, SliceWidth, Sum, Total };

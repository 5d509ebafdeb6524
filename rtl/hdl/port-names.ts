/** The names that ports have once they are flattened, in the type system: what a simulator's inputs and outputs are called. */
import type { Bundle, BundleFields, Flipped, Flow, Stream } from './bundle.ts';
import type { Module } from './ir.ts';
import type { Port, Ports } from './ports.ts';
import type { Directed, RecordFields, RecordShape, Shape, VectorShape } from './types.ts';

declare const portsOf: unique symbol;

/** A module that was elaborated, with what its definition says of its ports. */
export type Elaborated<P extends Ports> = Module & { readonly [portsOf]?: P };

type Opposite<F extends Flow> = F extends 'in' ? 'out' : 'in';

/** The leaves of a shape, as `leafPlaces` names them. */
type LeafName<S, Name extends string> =
  S extends RecordShape<infer Fields extends RecordFields>
    ? { readonly [K in keyof Fields & string]: LeafName<Fields[K], `${Name}_${K}`> }[keyof Fields & string]
    : S extends VectorShape<infer Element>
      ? LeafName<Element, `${Name}_${number}`>
      : Name;

/** A stream's data of a record shape joins its fields to the stream's own name. */
type DataName<S, Name extends string> = S extends { readonly fields: unknown }
  ? LeafName<S, Name>
  : LeafName<S, `${Name}_data`>;

/** Each leaf with the way that it flows, as `in:name` or `out:name`. */
type Leaf<D, Name extends string, F extends Flow> =
  D extends Flipped<infer Inner extends Directed>
    ? Leaf<Inner, Name, Opposite<F>>
    : D extends Shape
      ? `${F}:${LeafName<D, Name>}`
      : D extends Stream<infer S>
        ? `${F}:${`${Name}_valid` | DataName<S, Name>}` | `${Opposite<F>}:${Name}_ready`
        : D extends Bundle<infer Fields extends BundleFields>
          ? { readonly [K in keyof Fields & string]: Leaf<Fields[K], `${Name}_${K}`, F> }[keyof Fields & string]
          : `${Flow}:${string}`;

type Leaves<P extends Ports> = {
  readonly [K in keyof P & string]: NonNullable<P[K]> extends Port<
    unknown,
    unknown,
    infer D extends Directed,
    infer F extends Flow
  >
    ? Leaf<D, K, F>
    : never;
}[keyof P & string];

type Named<P extends Ports, F extends Flow> = string extends keyof P
  ? string
  : Leaves<P> extends infer Each
    ? Each extends `${F}:${infer Name}`
      ? Name
      : never
    : never;

/** What can be set from outside, the reset of a clocked module among it. Any name where the ports are not known. */
export type InputName<P extends Ports> = Named<P, 'in'> | 'aresetn';
/** What can be read from outside. */
export type OutputName<P extends Ports> = Named<P, 'out'>;

import type { Bundle, Flipped, Flow, Stream } from './bundle.ts';
import { refuseStranger } from './copies.ts';
import { checkOptions } from './guarded.ts';
import type { SourceLocation } from './ir.ts';
import { here } from './source-location.ts';
import type { Directed, inView, Literal, OperandOf, outView, Shape, Value } from './types.ts';

export declare const insideView: unique symbol;
export declare const outsideView: unique symbol;

/** A register's value while reset is asserted: `0` for all bits zero in any shape, `'none'` for a register without reset. */
export type Reset<V extends Value> = OperandOf<V> | 0 | 'none';

/** One entry of a module's ports: how it looks inside the module, and on an instance of it. */
export interface Port<Inside = unknown, Outside = unknown, D extends Directed = Directed, F extends Flow = Flow> {
  readonly [insideView]: Inside;
  readonly [outsideView]: Outside;
  readonly flow: F;
  readonly directed: D;
  readonly storage: PortStorage;
  /** Where `input` or `output` was called. */
  readonly location: SourceLocation;
}

export type PortStorage =
  | { readonly kind: 'wire'; readonly default: unknown }
  | { readonly kind: 'register'; readonly reset: unknown };

export type InputPort<D extends Directed> = Port<D[typeof inView], D[typeof outView], D, 'in'>;
export type OutputPort<D extends Directed> = Port<D[typeof outView], D[typeof inView], D, 'out'>;
export type Ports = Readonly<Record<string, Port>>;

/** The ports as the module's body sees them. */
export type Inside<P extends Ports> = { readonly [K in keyof P]: P[K][typeof insideView] };
/** The ports as an instance shows them: its inputs can be set, its outputs read. */
export type Outside<P extends Ports> = { readonly [K in keyof P]: P[K][typeof outsideView] };

const port = <P extends Port>(flow: Flow, directed: Directed, storage: PortStorage): P => {
  const location = here();
  refuseStranger(directed, 'a port', location);
  // The two views are for the compiler only.
  return Object.freeze({ flow, directed, storage, location }) as unknown as P;
};

type FieldResets<D> =
  D extends Shape<infer V>
    ? Reset<V>
    : D extends Stream<infer S>
      ? { readonly valid: FieldResets<Shape>; readonly data: FieldResets<S> }
      : D extends Flipped<Directed>
        ? never
        : D extends Bundle<infer F>
          ? { readonly [K in keyof F as F[K] extends Flipped<Directed> ? never : K]: FieldResets<F[K]> }
          : never;

/** Resets of a registered output: one for everything, or one for each field that flows out. */
export type OutputReset<D extends Directed> = 0 | 'none' | FieldResets<D>;

/** A port that comes in; the flipped fields of a bundle go out. */
export const input = <D extends Directed>(directed: D): InputPort<D> =>
  port('in', directed, { kind: 'wire', default: undefined });

/** A port that goes out, driven by a wire, or through `output.reg` by registers; the flipped fields of a bundle come in. */
export const output = Object.assign(
  <D extends Directed>(directed: D, options: { readonly default?: Literal } = {}): OutputPort<D> => {
    checkOptions(options, ['default'], 'output(...)');
    return port('out', directed, { kind: 'wire', default: options.default });
  },
  {
    reg: <D extends Directed>(directed: D, options: { readonly reset: OutputReset<D> }): OutputPort<D> => {
      checkOptions(options, ['reset'], 'output.reg(...)');
      return port('out', directed, { kind: 'register', reset: options.reset });
    },
  },
);

import { buildValue, leafPlaces } from './aggregate.ts';
import { bitsResult } from './bits-value.ts';
import { marked, refuseStranger } from './copies.ts';
import { fail } from './diagnostic.ts';
import { operatorsAt } from './expression.ts';
import { checkObject, guardedProperty } from './guarded.ts';
import { noteMissing } from './missing-method.ts';
import { append } from './scope.ts';
import { describeOperand, describeShape, isShape, type LeafInfo, sameShape, shapeInfo } from './shape.ts';
import { bit } from './shapes.ts';
import { here } from './source-location.ts';
import type {
  Assignable,
  Bits,
  BitsSignal,
  Directed,
  inView,
  outView,
  Shape,
  SignalOf,
  Value,
  ValueOf,
} from './types.ts';
import { type AbstractValue, asDeclared, conditionOf, isValue, type Leaf } from './value.ts';

/** Fields of which some flow the other way. */
export type BundleFields = Readonly<Record<string, Directed>>;

export interface Flipped<D extends Directed> extends Directed<D[typeof outView], D[typeof inView]> {
  readonly flipped: D;
}

export declare const viewOf: unique symbol;

/** What is common to both sides of a bundle. */
export interface BundleView<D> {
  readonly [viewOf]: D;
  /** Joins this side to another of the same shape: the side that drives a field drives the other. */
  connect(other: BundleView<D>): void;
}

export interface Bundle<F extends BundleFields>
  extends Directed<
    BundleView<Bundle<F>> & { readonly [K in keyof F]: F[K][typeof inView] },
    BundleView<Bundle<F>> & { readonly [K in keyof F]: F[K][typeof outView] }
  > {
  readonly fields: F;
}

interface StreamView<S extends Shape> extends BundleView<Stream<S>> {
  /** Whether data passes in this cycle: valid and ready. */
  fire(): Bits<1>;
}

/** The side that receives: it reads `valid` and `data` and sets `ready`. */
export interface StreamIn<S extends Shape> extends StreamView<S> {
  readonly valid: Bits<1>;
  readonly ready: BitsSignal<1>;
  readonly data: ValueOf<S>;
}

/** The side that sends: it sets `valid` and `data` and reads `ready`. */
export interface StreamOut<S extends Shape> extends StreamView<S> {
  readonly valid: BitsSignal<1>;
  readonly ready: Bits<1>;
  readonly data: SignalOf<S>;
}

/** Data with a valid and ready handshake: data passes in each cycle in which both are high. */
export interface Stream<S extends Shape> extends Directed<StreamIn<S>, StreamOut<S>> {
  readonly data: S;
}

export type DirectedInfo =
  | { readonly kind: 'flipped'; readonly inner: Directed }
  | { readonly kind: 'bundle'; readonly stream: boolean; readonly fields: readonly (readonly [string, Directed])[] };

const directedKey = Symbol('directed');

const make = <D extends Directed>(info: DirectedInfo, properties: object): D =>
  // The views are for the compiler only; at run time a bundle is its information.
  Object.freeze(marked({ ...properties, [directedKey]: info })) as unknown as D;

export const directedInfo = (directed: Directed): DirectedInfo => {
  if (typeof directed === 'object' && directed !== null && directedKey in directed)
    return directed[directedKey] as DirectedInfo;
  refuseStranger(directed, 'a port', here());
  return fail('wrong-kind', here(), {
    operation: 'a port',
    expected: 'a shape, bundle or stream',
    actual: describeOperand(directed),
  });
};

/** A field that flows against its bundle. */
export const flip = <D extends Directed>(directed: D): Flipped<D> =>
  make({ kind: 'flipped', inner: directed }, { flipped: directed });

/** What a side of every bundle has beside its fields. */
const sideMembers: ReadonlySet<string> = new Set([
  'connect',
  'describe',
  'fields',
  'isStream',
  'constructor',
  'valueOf',
  'toString',
  'toJSON',
  '__proto__',
]);

/** Named fields as ports, each with its direction: `flip` marks those that flow back. */
export const bundle = <const F extends BundleFields>(fields: F): Bundle<F> => {
  checkObject(fields, 'bundle', 'an object of fields such as { data: bits(8) }');
  for (const name of Object.keys(fields)) {
    if (sideMembers.has(name)) fail('bad-field-name', here(), { field: name });
  }
  return make({ kind: 'bundle', stream: false, fields: Object.entries(fields) }, { fields });
};

/** Data of a shape with `valid` along it and `ready` against it. */
export const stream = <S extends Shape>(data: S): Stream<S> =>
  make(
    {
      kind: 'bundle',
      stream: true,
      fields: [
        ['valid', bit],
        ['ready', flip(bit)],
        ['data', data],
      ],
    },
    { data },
  );

/** `in` is received by whoever holds the view, `out` is driven by it. */
export type Flow = 'in' | 'out';
export const opposite = (flow: Flow): Flow => (flow === 'in' ? 'out' : 'in');

/** The name of a field below the name of its bundle. */
export const fieldName = (
  info: Extract<DirectedInfo, { kind: 'bundle' }>,
  name: string,
  field: string,
  inner: Directed,
): string => {
  // Stream data of a record shape joins its fields to the stream's own name.
  const merged = info.stream && field === 'data' && isShape(inner) && shapeInfo(inner).kind === 'record';
  return merged ? name : `${name}_${field}`;
};

/** One leaf of a port. */
export interface DirectedLeaf {
  readonly name: string;
  readonly path: readonly string[];
  readonly info: LeafInfo;
  readonly flow: Flow;
}

/** The run-time side of a bundle: its fields as properties. */
export class BundleSide {
  readonly #name: string;
  readonly #stream: boolean;
  readonly #fields: ReadonlyMap<string, AbstractValue | BundleSide>;
  constructor(name: string, isStream: boolean, fields: ReadonlyMap<string, AbstractValue | BundleSide>) {
    this.#name = name;
    this.#stream = isStream;
    this.#fields = fields;
    for (const [key, value] of fields) Object.defineProperty(this, key, guardedProperty(key, value));
    if (isStream) Object.defineProperty(this, 'fire', { value: () => this.#fire() });
  }
  get fields(): ReadonlyMap<string, AbstractValue | BundleSide> {
    return this.#fields;
  }
  describe(): string {
    return this.#name;
  }
  connect(other: unknown): void {
    connectSides(this, other);
  }
  #fire(): unknown {
    const location = here();
    const of = (field: string) => conditionOf(this.#fields.get(field), `fire of ${this.#name}`, location);
    return bitsResult(operatorsAt(location).all([of('valid'), of('ready')]));
  }
  // JavaScript asks an object for one of these when it stands in an operator or a text.
  [Symbol.toPrimitive](hint: string): never {
    return fail('used-as-javascript', here(), {
      signal: this.#name,
      how: hint === 'string' ? 'string' : 'number',
    });
  }
  get isStream(): boolean {
    return this.#stream;
  }
}

noteMissing(marked(BundleSide.prototype));

/** Whether a leaf can be set. */
const settable = (value: AbstractValue): boolean => value.leaves().every((leaf) => leaf.leaf.target !== null);

const drive = (driver: AbstractValue, driven: AbstractValue): void => {
  const location = here();
  if (!sameShape(driver.info, driven.info)) {
    const reason = `one is ${describeShape(driver.info)}, the other ${describeShape(driven.info)}`;
    fail('cannot-connect', location, { left: driver.describe(), right: driven.describe(), reason });
  }
  const sources = driver.leaves();
  for (const [index, leaf] of driven.leaves().entries()) {
    const source = sources[index];
    if (leaf.leaf.target !== null && source !== undefined)
      append(leaf.leaf.target.statement(0, source.expression, location, 'connect'));
  }
};

/** `forward`: the direction of the data where both sides can be set, as with wires. */
const connectSides = (left: AbstractValue | BundleSide, right: unknown): void => {
  if (left instanceof BundleSide && right instanceof BundleSide) {
    const names = new Set([...left.fields.keys(), ...right.fields.keys()]);
    for (const name of names) {
      const leftField = left.fields.get(name);
      const rightField = right.fields.get(name);
      if (leftField === undefined || rightField === undefined) {
        fail('cannot-connect', here(), {
          left: left.describe(),
          right: right.describe(),
          reason: `only one of them has the field ${name}`,
        });
        continue;
      }
      connectSides(leftField, rightField);
    }
    return;
  }
  if (isValue(left) && isValue(right)) {
    if (settable(right) && !settable(left)) drive(left, right);
    else if (settable(left) && !settable(right)) drive(right, left);
    else {
      const reason = settable(left) ? 'both can be set, so neither is the source; use set()' : 'neither can be set';
      fail('cannot-connect', here(), { left: left.describe(), right: right.describe(), reason });
    }
    return;
  }
  const name = (side: unknown): string =>
    isValue(side) || side instanceof BundleSide ? side.describe() : describeOperand(side);
  fail('cannot-connect', here(), { left: name(left), right: name(right), reason: 'they are not of the same shape' });
};

/** Joins two sides of bundles, or a value to a signal, of the same shape. */
export function connect<D>(left: BundleView<D>, right: BundleView<D>): void;
export function connect(left: Value, right: Assignable): void;
export function connect(left: unknown, right: unknown): void {
  if (!isValue(left) && !(left instanceof BundleSide)) {
    fail('wrong-kind', here(), { operation: 'connect', expected: 'a bundle', actual: describeOperand(left) });
    return;
  }
  connectSides(left, right);
}

/** All leaves of something a port can carry. */
export const directedLeaves = (
  directed: Directed,
  name: string,
  flow: Flow,
  path: readonly string[] = [],
): DirectedLeaf[] => {
  if (isShape(directed)) {
    return leafPlaces(shapeInfo(directed), name).map((place) => ({ name: place.name, path, info: place.info, flow }));
  }
  const info = directedInfo(directed);
  if (info.kind === 'flipped') return directedLeaves(info.inner, name, opposite(flow), path);
  return info.fields.flatMap(([field, inner]) =>
    directedLeaves(inner, fieldName(info, name, field, inner), flow, [...path, field]),
  );
};

/** A side of something a port can carry, its leaves made by `leafAt` in the order of `directedLeaves`. */
export const buildSide = (
  directed: Directed,
  name: string,
  flow: Flow,
  leafAt: (leaf: DirectedLeaf) => Leaf,
): AbstractValue | BundleSide => {
  const leaves = directedLeaves(directed, name, flow);
  let position = 0;
  const build = (part: Directed, path: string): AbstractValue | BundleSide => {
    if (isShape(part))
      return asDeclared(buildValue(shapeInfo(part), path, () => leafAt(leaves[position++] as DirectedLeaf)));
    const info = directedInfo(part);
    if (info.kind === 'flipped') return build(info.inner, path);
    return new BundleSide(
      path,
      info.stream,
      new Map(info.fields.map(([field, inner]) => [field, build(inner, `${path}.${field}`)])),
    );
  };
  return build(directed, name);
};

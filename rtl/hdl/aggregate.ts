import { BitsValue, bitsResult, chosenTarget, unsignedOperand } from './bits-value.ts';
import { fail } from './diagnostic.ts';
import { expressionsAt, operatorsAt } from './expression.ts';
import { guardedProperty } from './guarded.ts';
import type { Expression } from './ir.ts';
import type { LeafInfo, ShapeInfo } from './shape.ts';
import { here } from './source-location.ts';
import { AbstractValue, compare, type Leaf, LeafValue, type Target } from './value.ts';

type Info<K extends ShapeInfo['kind']> = Extract<ShapeInfo, { kind: K }>;

/** One of a set of named states. */
export class EnumeratedValue extends LeafValue {
  readonly info: Info<'enumeration'>;
  constructor(info: Info<'enumeration'>, leaf: Leaf) {
    super(leaf);
    this.info = info;
  }
  get width(): number {
    return this.info.width;
  }
  asBits(): BitsValue {
    return bitsResult(this.expression);
  }
  eq(other: unknown): BitsValue {
    return bitsResult(compare(this, other, here()));
  }
  ne(other: unknown): BitsValue {
    const location = here();
    return bitsResult(expressionsAt(location).unary('not', compare(this, other, location)));
  }
  isAnyOf(...states: readonly unknown[]): BitsValue {
    const location = here();
    if (states.length === 0) fail('empty-list', location, { operation: 'isAnyOf' });
    return bitsResult(operatorsAt(location).any(states.map((state) => compare(this, state, location))));
  }
}

/** Named fields; each is a property. */
export class RecordValue extends AbstractValue {
  readonly #info: Info<'record'>;
  readonly #name: string;
  readonly #fields: ReadonlyMap<string, AbstractValue>;
  constructor(info: Info<'record'>, name: string, fields: ReadonlyMap<string, AbstractValue>) {
    super();
    this.#info = info;
    this.#name = name;
    this.#fields = fields;
    for (const [key, value] of fields) Object.defineProperty(this, key, guardedProperty(key, value));
  }
  // Not a property of its own: spreading a record gives its fields and nothing else.
  get info(): Info<'record'> {
    return this.#info;
  }
  override leaves(): readonly LeafValue[] {
    return [...this.#fields.values()].flatMap((field) => field.leaves());
  }
  override describe(): string {
    return this.#name;
  }
  eq(other: unknown): BitsValue {
    return bitsResult(compare(this, other, here()));
  }
  ne(other: unknown): BitsValue {
    const location = here();
    return bitsResult(expressionsAt(location).unary('not', compare(this, other, location)));
  }
}

/** The names that every record has as methods. */
export const recordMethods: ReadonlySet<string> = new Set([
  'set',
  'eq',
  'ne',
  'leaves',
  'describe',
  'info',
  'constructor',
  'valueOf',
  'toString',
  'toJSON',
  '__proto__',
]);

/** Elements of one shape, numbered from 0. */
export class VectorValue extends AbstractValue {
  readonly info: Info<'vector'>;
  readonly elements: readonly AbstractValue[];
  readonly #name: string;
  constructor(info: Info<'vector'>, name: string, elements: readonly AbstractValue[]) {
    super();
    this.info = info;
    this.#name = name;
    this.elements = elements;
  }
  get length(): number {
    return this.info.length;
  }
  override leaves(): readonly LeafValue[] {
    return this.elements.flatMap((element) => element.leaves());
  }
  override describe(): string {
    return this.#name;
  }
  eq(other: unknown): BitsValue {
    return bitsResult(compare(this, other, here()));
  }
  ne(other: unknown): BitsValue {
    const location = here();
    return bitsResult(expressionsAt(location).unary('not', compare(this, other, location)));
  }
  get(index: number): AbstractValue {
    return (
      this.elements[index] ??
      fail('bad-index', here(), { operation: `get(${index})`, signal: this.#name, length: this.length })
    );
  }
  at(index: unknown): AbstractValue {
    const location = here();
    const chosen = unsignedOperand(index, `the index of ${this.#name}`, location);
    const columns = this.elements.map((element) => element.leaves());
    return buildValue(this.info.element, `${this.#name}[]`, (position) => {
      const leaves = columns.map((column) => (column[position] as LeafValue).leaf);
      const targets = leaves.map((leaf) => leaf.target).filter((target): target is Target => target !== null);
      return {
        expression: expressionsAt(location).select(
          chosen,
          leaves.map((leaf) => leaf.expression),
        ),
        target: targets.length === leaves.length ? chosenTarget(() => targets, chosen) : null,
      };
    });
  }
}

/** Where a leaf stands in its value. */
export interface LeafPlace {
  /** The leaf's name: the value's and the path to the leaf, joined by underscores. */
  readonly name: string;
  readonly info: LeafInfo;
}

/** The leaves of a shape, in order, named from `name`. */
export const leafPlaces = (info: ShapeInfo, name: string): LeafPlace[] => {
  switch (info.kind) {
    case 'bits':
    case 'enumeration':
      return [{ name, info }];
    case 'record':
      return info.fields.flatMap(([field, fieldInfo]) => leafPlaces(fieldInfo, `${name}_${field}`));
    case 'vector':
      return Array.from({ length: info.length }, (_, index) => leafPlaces(info.element, `${name}_${index}`)).flat();
    default:
      throw new Error(`unknown shape ${info satisfies never}`);
  }
};

/** A value of the shape, its leaves supplied in order. */
export const buildValue = (info: ShapeInfo, name: string, leafAt: (position: number) => Leaf): AbstractValue => {
  let position = 0;
  const build = (part: ShapeInfo, path: string): AbstractValue => {
    switch (part.kind) {
      case 'bits': {
        const leaf = leafAt(position++);
        return new BitsValue(leaf);
      }
      case 'enumeration':
        return new EnumeratedValue(part, leafAt(position++));
      case 'record':
        return new RecordValue(
          part,
          path,
          new Map(part.fields.map(([field, fieldInfo]) => [field, build(fieldInfo, `${path}.${field}`)])),
        );
      case 'vector':
        return new VectorValue(
          part,
          path,
          Array.from({ length: part.length }, (_, index) => build(part.element, `${path}[${index}]`)),
        );
      default:
        throw new Error(`unknown shape ${part satisfies never}`);
    }
  };
  return build(info, name);
};

/** A value that is read only, from the expressions of its leaves. */
export const readOnlyValue = (info: ShapeInfo, name: string, leaves: readonly Expression[]): AbstractValue =>
  buildValue(info, name, (position) => ({ expression: leaves[position] as Expression, target: null }));

/** All leaves as one word, the first leaf least significant. */
export const packLeaves = (leaves: readonly Expression[]): Expression => {
  const location = here();
  const carrier = expressionsAt(location);
  return carrier.concatenation(leaves.map((leaf) => carrier.reinterpretation(leaf, false)).reverse());
};

/** The leaves that a word of bits holds, the first least significant. */
export const unpackLeaves = (info: ShapeInfo, word: Expression): Expression[] => {
  const carrier = expressionsAt(here());
  let low = 0;
  return leafPlaces(info, '').map((place) => {
    const slice = carrier.slice(word, low, place.info.width);
    low += place.info.width;
    return carrier.reinterpretation(slice, place.info.kind === 'bits' && place.info.signed);
  });
};

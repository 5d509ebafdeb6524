/** What steps touch as sets of numbered things, and which of them can be told apart by their order, for sets that are compared often. */
import type { Bump, Range, Translation, Use } from './touched.ts';

type Thing =
  | { readonly kind: 'look' | 'change'; readonly range: Range }
  | { readonly kind: 'translation'; readonly translation: Translation }
  | { readonly kind: 'bump'; readonly bump: Bump }
  /** Waiting for something, or waking who waits. */
  | { readonly kind: 'wake'; readonly key: string };

const keyOf = (thing: Thing): string => {
  switch (thing.kind) {
    case 'translation':
      return `translation ${thing.translation.index}`;
    case 'bump':
      return `bump ${thing.bump.index} ${thing.bump.all}`;
    case 'wake':
      return `wake ${thing.key}`;
    default:
      return `${thing.kind} ${thing.range.first}+${thing.range.count}`;
  }
};

const meet = (one: Range, other: Range): boolean =>
  one.first < other.first + other.count && other.first < one.first + one.count;

/** Whether the order of two things can be told; of a bump and a translation, either way round. */
const isOrderSeen = (one: Thing, other: Thing): boolean => {
  if (one.kind === 'bump' && other.kind === 'translation')
    return one.bump.all || other.translation.index === undefined || other.translation.index === one.bump.index;
  if (one.kind === 'translation' && other.kind === 'bump') return isOrderSeen(other, one);
  if (one.kind === 'wake' && other.kind === 'wake') return one.key === other.key;
  if ('range' in one && 'range' in other)
    return (one.kind === 'change' || other.kind === 'change') && meet(one.range, other.range);
  return false;
};

/** Bits of things. */
export type Footprint = bigint;

export class Footprints {
  readonly #numbers = new Map<string, number>();
  readonly #things: Thing[] = [];
  /** Of each thing, those from which its order can be told. */
  readonly #met: Footprint[] = [];

  /** How many things there are. */
  get size(): number {
    return this.#things.length;
  }

  /** Of what is asked for; who asks for a lock that is short touches what is done under it only. */
  of({ ranges, changes, translation, bump, isShort }: Use): Footprint {
    let bits = 0n;
    const kind = changes ? 'change' : 'look';
    if (isShort !== true) for (const range of ranges) bits |= this.#bit({ kind, range });
    if (translation !== undefined) bits |= this.#bit({ kind: 'translation', translation: { ...translation } });
    if (bump !== undefined) bits |= this.#bit({ kind: 'bump', bump });
    return bits;
  }

  ofWake(key: string): Footprint {
    return this.#bit({ kind: 'wake', key });
  }

  /** All from which the order of some things can be told. */
  metBy(footprint: Footprint): Footprint {
    let met = 0n;
    for (let number = 0; number < this.size; number += 1)
      if (((footprint >> BigInt(number)) & 1n) === 1n) met |= this.#met[number]!;
    return met;
  }

  #bit(thing: Thing): Footprint {
    const key = keyOf(thing);
    const known = this.#numbers.get(key);
    if (known !== undefined) return 1n << BigInt(known);
    const number = this.size;
    const bit = 1n << BigInt(number);
    this.#numbers.set(key, number);
    this.#things.push(thing);
    this.#met.push(0n);
    for (const [other, one] of this.#things.entries())
      if (isOrderSeen(thing, one)) {
        this.#met[number]! |= 1n << BigInt(other);
        this.#met[other]! |= bit;
      }
    return bit;
  }
}

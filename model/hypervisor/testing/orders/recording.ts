/**
 * What parties do, as far as runs have shown: a party does the same again when it is answered the same. So what was shown once need not be run
 * again, and a state in the middle of a run is known by where each party is, and by what is shared.
 */

import { fold, noFingerprint, textOf } from './fingerprint.ts';
import { type Footprint, Footprints } from './footprints.ts';
import type { Use } from './touched.ts';

/** What a party asks for. */
export interface Ask {
  readonly party: number;
  /** Who asks, for how many things it has asked before, and for what. */
  readonly name: string;
  readonly use: Use;
  /** Does it, to what is shared and nothing else; gives the answer. */
  perform(): Uint8Array | undefined;
}

/** What a party does of itself. */
export type Deed =
  /** It asks, and is answered when others choose. */
  | { readonly what: 'asks'; readonly ask: Ask }
  /** It asks, and is answered at once; with `alone`, nobody else is concerned. */
  | { readonly what: 'does'; readonly ask: Ask; readonly alone: boolean }
  | { readonly what: 'frees'; readonly lock: number }
  | { readonly what: 'waits'; readonly key: string }
  | { readonly what: 'wakes'; readonly key: string };

/** Is told what happens in a run. */
export interface Listener {
  asked(ask: Ask, answered: 'alone' | 'at once' | 'when chosen'): void;
  answered(ask: Ask, answer: Uint8Array | undefined): void;
  freed(party: number, lock: number): void;
  waits(party: number, key: string): void;
  woken(party: number, key: string): void;
  wakes(party: number, key: string): void;
}

/** Where a party is, after all that it was answered. */
export interface Point {
  readonly number: number;
  /** What it has asked for and was not answered yet. */
  readonly pending: readonly Ask[];
  /** What it does next, of itself; undefined where it waits, or where no run has shown it. */
  deed: Deed | undefined;
  /** Whether it is known to wait here. */
  waits: boolean;
  /** Where it comes to: by what it is answered, or is woken for; by nothing after a deed that has no answer. */
  readonly next: Map<string, Point>;
  /** From where it came here. */
  readonly before: Point | undefined;
  /** Where it waited last before it came here; here, where it waits. */
  readonly waited: Point;
  /** All that it may touch from here on. */
  future: Footprint;
  /** All that it may touch before it waits again, beside what it has asked for. */
  near: Footprint;
  /** Whether something was left out since so little is touched before it waits again. */
  nearRelied: boolean;
  /** Touched by others, so that something was left out since nothing from here on can be told from it by its order. */
  futureRelied: Footprint;
}

const textOfAnswer = (answer: Uint8Array | undefined): string => {
  if (answer === undefined) return '-';
  if (answer.length > 16) return `${answer.length} ${textOf(fold(noFingerprint, '', answer))}`;
  return String.fromCharCode(...answer);
};

export const answerKey = (ask: Ask, answer: Uint8Array | undefined): string => `${ask.name}=${textOfAnswer(answer)}`;
export const wakeKey = (key: string): string => `woken for ${key}`;
export const noKey = '';

/** By which it is found out that a party does not the same again. */
const textOfDeed = (deed: Deed): string => {
  if (deed.what === 'frees') return `frees lock ${deed.lock}`;
  if (deed.what === 'waits' || deed.what === 'wakes') return `${deed.what} for ${deed.key}`;
  const { name, use } = deed.ask;
  const ranges = use.ranges.map(({ first, count }) => `${first}+${count}`).join();
  return `${deed.what} ${name} at ${ranges} with ${textOfAnswer(use.data)}, ${use.bump?.index} ${use.bump?.all} ${use.isShort}`;
};

export class Recording implements Listener {
  readonly footprints = new Footprints();
  /** Of what was asked for. */
  readonly #asked = new Map<Ask, Footprint>();
  readonly #points: Point[] = [];
  /** Whether more is touched than was relied on. */
  #mistaken = false;
  readonly #roots: Point[] = [];
  #at: Point[] = [];

  get points(): number {
    return this.#points.length;
  }

  /** Of what a party was not answered yet. */
  pendingAt({ pending }: Point): Footprint {
    return pending.reduce((sum, ask) => sum | this.#asked.get(ask)!, 0n);
  }

  get isMistaken(): boolean {
    return this.#mistaken;
  }

  /** Nothing has been left out. */
  relyOnNothing(): void {
    this.#mistaken = false;
    for (const point of this.#points) {
      point.nearRelied = false;
      point.futureRelied = 0n;
    }
  }

  /** Where all parties begin. */
  get roots(): readonly Point[] {
    return this.#roots;
  }

  /** Where all parties are in the run that is recorded. */
  get at(): readonly Point[] {
    return this.#at;
  }

  /** A run begins. */
  begin(): void {
    this.#at = [...this.#roots];
  }

  /** Nobody goes on until a step is chosen. @throws for a party that has not done what it did before */
  settle(): void {
    for (const point of this.#at) {
      if (point.deed !== undefined)
        throw new Error(`what happens is not the same each time: nobody ${textOfDeed(point.deed)}`);
      point.waits = true;
    }
  }

  asked(ask: Ask, answered: 'alone' | 'at once' | 'when chosen'): void {
    if (answered === 'when chosen') this.#does(ask.party, { what: 'asks', ask }, noKey);
    else this.#does(ask.party, { what: 'does', ask, alone: answered === 'alone' }, undefined);
  }

  answered(ask: Ask, answer: Uint8Array | undefined): void {
    this.#moves(ask.party, answerKey(ask, answer), ask.name);
  }

  freed(party: number, lock: number): void {
    this.#does(party, { what: 'frees', lock }, noKey);
  }

  waits(party: number, key: string): void {
    this.#does(party, { what: 'waits', key }, noKey);
  }

  woken(party: number, key: string): void {
    this.#moves(party, wakeKey(key), undefined);
  }

  wakes(party: number, key: string): void {
    this.#does(party, { what: 'wakes', key }, noKey);
  }

  #point(party: number): Point {
    for (let number = this.#roots.length; number <= party; number += 1) {
      const root = this.#make([], undefined);
      this.#roots.push(root);
      this.#at.push(root);
    }
    return this.#at[party]!;
  }

  #make(pending: readonly Ask[], before: Point | undefined): Point {
    const point = { number: this.#points.length + 1, pending, deed: undefined, waits: false, next: new Map(), before };
    const made = { ...point, future: 0n, near: 0n, nearRelied: false, futureRelied: 0n } as Omit<
      Point,
      'waited'
    > as Point;
    this.#points.push(made);
    return Object.assign(made, { waited: before === undefined ? made : before.waits ? before : before.waited });
  }

  /** A party is known to touch something where it does what it does of itself. */
  #touches(point: Point, deed: Deed): void {
    let bits = 0n;
    if (deed.what === 'waits' || deed.what === 'wakes') bits = this.footprints.ofWake(deed.key);
    else if (deed.what !== 'frees' && !(deed.what === 'does' && deed.alone)) bits = this.footprints.of(deed.ask.use);
    if (deed.what === 'asks') this.#asked.set(deed.ask, bits);
    else this.#grows(point.waited, point.waited.near | bits, point.waited.future);
    for (let at: Point | undefined = point; at !== undefined && (at.future | bits) !== at.future; at = at.before)
      this.#grows(at, at.near, at.future | bits);
  }

  #grows(point: Point, near: Footprint, future: Footprint): void {
    const more = future & ~point.future;
    if (point.nearRelied && near !== point.near) this.#mistaken = true;
    if (point.futureRelied !== 0n && (this.footprints.metBy(more) & point.futureRelied) !== 0n) this.#mistaken = true;
    point.near = near;
    point.future = future;
  }

  #does(party: number, deed: Deed, key: string | undefined): void {
    const point = this.#point(party);
    if (point.deed === undefined && point.waits)
      throw new Error(`what happens is not the same each time: somebody ${textOfDeed(deed)}, who waited before`);
    if (point.deed === undefined) {
      point.deed = deed;
      this.#touches(point, deed);
    } else if (textOfDeed(point.deed) !== textOfDeed(deed))
      throw new Error(
        `what happens is not the same each time: somebody ${textOfDeed(deed)}, and ${textOfDeed(point.deed)} before`,
      );
    if (key !== undefined) this.#moves(party, key, undefined);
  }

  #moves(party: number, key: string, answered: string | undefined): void {
    const point = this.#point(party);
    const known = point.next.get(key);
    if (known !== undefined) {
      this.#at[party] = known;
      return;
    }
    const { pending, deed } = point;
    const asks = deed?.what === 'asks' ? [deed.ask] : [];
    const next = this.#make([...pending.filter(({ name }) => name !== answered), ...asks], point);
    point.next.set(key, next);
    this.#at[party] = next;
  }
}

/**
 * What parties do, as far as runs have shown: a party does the same again when it is answered the same. So what was shown once need not be run
 * again, and a state in the middle of a run is known by where each party is, and by what is shared.
 */
import { fold, noFingerprint, textOf } from './fingerprint.ts';
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
}

const textOfAnswer = (answer: Uint8Array | undefined): string => {
  if (answer === undefined) return '-';
  if (answer.length > 16) return `${answer.length} ${textOf(fold(noFingerprint, '', answer))}`;
  return answer.join();
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
  #points = 0;
  readonly #roots: Point[] = [];
  #at: Point[] = [];

  get points(): number {
    return this.#points;
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
      const root = this.#make([]);
      this.#roots.push(root);
      this.#at.push(root);
    }
    return this.#at[party]!;
  }

  #make(pending: readonly Ask[]): Point {
    this.#points += 1;
    return { number: this.#points, pending, deed: undefined, waits: false, next: new Map() };
  }

  #does(party: number, deed: Deed, key: string | undefined): void {
    const point = this.#point(party);
    if (point.deed === undefined && point.waits)
      throw new Error(`what happens is not the same each time: somebody ${textOfDeed(deed)}, who waited before`);
    if (point.deed === undefined) point.deed = deed;
    else if (textOfDeed(point.deed) !== textOfDeed(deed))
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
    const next = this.#make([...pending.filter(({ name }) => name !== answered), ...asks]);
    point.next.set(key, next);
    this.#at[party] = next;
  }
}

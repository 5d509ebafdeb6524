/** Where all parties are, and how they go on from there by what recordings have shown, without a run. */
import { type Fingerprint, foldNumber } from './fingerprint.ts';
import { type Ask, answerKey, noKey, type Point, wakeKey } from './recording.ts';
import { Touched } from './touched.ts';

interface Wait {
  readonly party: number;
  readonly key: string;
}

export interface Position {
  readonly points: readonly Point[];
  /** Locks that somebody has, in order of their numbers. */
  readonly held: readonly number[];
  /** Who waits to be woken. */
  readonly waits: readonly Wait[];
}

/** What comes of a step. */
export interface Done {
  readonly to: Position;
  readonly touched: Touched;
}

/** Goes on for all parties until each waits. */
class Going {
  readonly points: Point[];
  readonly held: Set<number>;
  waits: readonly Wait[];
  readonly touched = new Touched();
  readonly #woken: Wait[] = [];

  constructor({ points, held, waits }: Position) {
    this.points = [...points];
    this.held = new Set(held);
    this.waits = waits;
  }

  /** Has a party go on until it waits, and then those whom it has woken. Says whether that was shown by a run. */
  on(party: number): boolean {
    let point: Point | undefined = this.points[party]!;
    while (point?.deed !== undefined) point = this.#after(point, party);
    if (point === undefined || !point.waits) return false;
    this.points[party] = point;
    const woken = this.#woken.shift();
    return woken === undefined || (this.moves(woken.party, wakeKey(woken.key)) && this.on(woken.party));
  }

  #after({ deed, next }: Point, party: number): Point | undefined {
    if (deed!.what === 'does') {
      const { ask } = deed!;
      if (!deed!.alone) this.touched.add(ask.use);
      if (ask.use.lock !== undefined) this.held.add(ask.use.lock);
      return next.get(answerKey(ask, ask.perform()));
    }
    if (deed!.what === 'frees') this.held.delete(deed!.lock);
    if (deed!.what === 'waits' || deed!.what === 'wakes') this.touched.wakes.push(deed!.key);
    if (deed!.what === 'waits') this.waits = [...this.waits, { party, key: deed!.key }];
    if (deed!.what === 'wakes') {
      const { key } = deed!;
      this.#woken.push(...this.waits.filter((wait) => wait.key === key));
      this.waits = this.waits.filter((wait) => wait.key !== key);
    }
    return next.get(noKey);
  }

  /** Has something come that a party waited for. Says whether it is known what it does then. */
  moves(party: number, key: string): boolean {
    const next = this.points[party]!.next.get(key);
    if (next !== undefined) this.points[party] = next;
    return next !== undefined;
  }

  get done(): Done {
    const held = [...this.held].sort((one, other) => one - other);
    return { to: { points: this.points, held, waits: this.waits }, touched: this.touched };
  }
}

/** Where all parties come to of themselves from their beginnings; undefined if no run has shown that. */
export const beginning = (roots: readonly Point[]): Position | undefined => {
  const going = new Going({ points: roots, held: [], waits: [] });
  return roots.every((_, party) => going.on(party)) ? going.done.to : undefined;
};

/** Does a step, to what is shared too. Gives nothing if no run has shown what comes of it: then what is shared is half done. */
export const perform = (from: Position, ask: Ask): Done | undefined => {
  const going = new Going(from);
  const { use, party } = ask;
  if (use.isShort !== true) going.touched.add(use);
  if (use.lock !== undefined) going.held.add(use.lock);
  const answer = ask.perform();
  if (use.translation !== undefined) going.touched.translation = { ...use.translation };
  going.touched.bump = use.bump;
  return going.moves(party, answerKey(ask, answer)) && going.on(party) ? going.done : undefined;
};

/** All that was asked for, by party; also what is not possible yet. */
export const pendingAt = ({ points }: Position): readonly Ask[] => points.flatMap(({ pending }) => pending);

/** Whether a step could be next. */
export const isPossible = ({ held }: Position, { use }: Ask): boolean =>
  use.lock === undefined || !held.includes(use.lock);

/** Of where all parties are, added to that of what is shared. */
export const fingerprintOf = ({ points }: Position, shared: Fingerprint): Fingerprint =>
  points.reduce((sum, { number }) => foldNumber(sum, number), shared);

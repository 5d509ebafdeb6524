/**
 * Steps of software and devices, which happen in whatever order somebody chooses: what each actor asks for waits until it is chosen. Actors
 * are told apart by the asynchronous context in which they run.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Fingerprint, fold, noFingerprint } from './fingerprint.ts';
import { Touched, type Use } from './touched.ts';

export interface Step {
  readonly by: string;
  /** Who asks, for how many things it has asked before, and for what. */
  readonly name: string;
  /** Steps of this run, by a bit each, that it comes after in every order: it was asked for because of them. */
  readonly past: bigint;
  /** All that it touches, when the next step is to be chosen. */
  readonly touched: Touched;
  perform(): void;
}

interface Actor {
  /** A bit of its own. */
  readonly bit: number;
  /** Bits of the locks that it has. */
  held: number;
  asked: number;
  /** Of all that it was answered, whatever the order of answers to what it had asked for at once. */
  answers: Fingerprint;
  /** Steps of this run, by a bit each, because of which it is where it is. */
  past: bigint;
}

/**
 * How a place is used. Only steps that touch open places are waited for: the others can be told apart by nobody, or belong to what is done under a
 * lock, where each step can as well come directly after the one before (Lipton, 1975).
 */
const sharings = {
  /** By one actor, or changed by nobody. */
  none: 0,
  /** By several, all of whom have the same lock. */
  guarded: 1,
  open: 2,
} as const;

const outside = 'nobody';
/** Locks that have a bit: what others keep is taken to be kept by none. */
const mostLocks = 32;
const noLock = 2 ** mostLocks;

export class Steps {
  readonly #context = new AsyncLocalStorage<string>();
  readonly #actors = new Map<string, Actor>();
  /** Of each place, bits of those who have looked at it, and of those who have changed it. */
  readonly #lookers: Uint8Array;
  readonly #changers: Uint8Array;
  /** Of each place, bits of the locks that everybody had who used it. */
  readonly #guards: Uint32Array;
  readonly #sharing: Uint8Array;
  pending: Step[] = [];
  /** What the last step touches, with all that follows at once. */
  #touched = new Touched();
  /** Steps that were done in this run. */
  #done = 0;
  /** Bits of the locks that somebody has while another step is chosen. */
  #long = 0;
  /** Whether something has come to be known by which steps can be told apart: then orders were left out. */
  hasLearnt = false;
  /** Whether each step is done when it is asked for. */
  immediate = true;

  /** @param places how many there are; the translations of all units are one more */
  constructor(places: number) {
    this.#lookers = new Uint8Array(places + 1);
    this.#changers = new Uint8Array(places + 1);
    this.#guards = new Uint32Array(places + 1).fill(noLock - 1);
    this.#sharing = new Uint8Array(places + 1);
  }

  /** Runs what an actor does, with all that comes of it. */
  as<Result>(actor: string, body: () => Promise<Result>): Promise<Result> {
    return this.#context.run(actor, body);
  }

  get actor(): string {
    return this.#context.getStore() ?? outside;
  }

  /** Forgets what was asked for. */
  reset(): void {
    this.pending = [];
    this.#touched = new Touched();
    this.#done = 0;
    for (const actor of this.#actors.values()) {
      actor.asked = 0;
      actor.held = 0;
      actor.past = 0n;
      actor.answers = noFingerprint;
    }
  }

  /** Ends telling actors apart, which makes everything slower. */
  close(): void {
    this.#context.disable();
  }

  /** Does something when it is chosen; at once where the order does not matter. */
  async take(what: string, use: Use, perform: () => Uint8Array | undefined, by = this.actor) {
    if (this.immediate || by === outside) return perform();
    const actor = this.#actorOf(by);
    const visible = this.#use(actor, use);
    const name = `${by} ${actor.asked} ${what}`;
    actor.asked += 1;
    const done = (): Uint8Array | undefined => {
      const answer = perform();
      // A sum: what was asked for at once is answered in any order.
      const one = fold(noFingerprint, name, answer);
      actor.answers = { low: (actor.answers.low + one.low) >>> 0, high: (actor.answers.high + one.high) >>> 0 };
      return answer;
    };
    if (!visible) return done();
    return new Promise<Uint8Array | undefined>((resolve, reject) => {
      const touched = new Touched();
      if (use.isShort !== true) touched.add(use);
      touched.translation = use.translation;
      touched.bump = use.bump;
      const before = this.#done === 0 ? 0n : 1n << BigInt(this.#done - 1);
      const step: Step = {
        by,
        name,
        past: actor.past | before,
        touched,
        perform: () => {
          this.pending.splice(this.pending.indexOf(step), 1);
          actor.past |= step.past | (1n << BigInt(this.#done));
          this.#done += 1;
          this.#touched = touched;
          try {
            resolve(done());
          } catch (error) {
            reject(error);
          }
        },
      };
      this.pending.push(step);
    });
  }

  #actorOf(name: string): Actor {
    const actor = this.#actors.get(name) ?? {
      bit: 1 << this.#actors.size,
      held: 0,
      asked: 0,
      answers: noFingerprint,
      past: 0n,
    };
    this.#actors.set(name, actor);
    return actor;
  }

  /** Notes that an actor has a lock, or has it no more. */
  holds(by: string, lock: number, has: boolean): void {
    if (by === outside || lock >= mostLocks) return;
    const actor = this.#actorOf(by);
    actor.held = has ? actor.held | (1 << lock) : actor.held & ~(1 << lock);
  }

  /** Notes which locks somebody has while a step is chosen. */
  noteLongLocks(): void {
    for (const { held } of this.#actors.values())
      if ((held & ~this.#long) !== 0) {
        this.#long |= held;
        this.hasLearnt = true;
      }
  }

  /** Whether a lock is never had by anybody while a step is chosen. */
  isShort(lock: number): boolean {
    return lock < mostLocks && (this.#long & (1 << lock)) === 0;
  }

  /** What an actor is where it is for. */
  pastOf(by: string): bigint {
    return this.#actors.get(by)?.past ?? 0n;
  }

  /** Notes that an actor goes on because of what others have done. */
  follows(by: string, past: bigint): void {
    if (by !== outside) this.#actorOf(by).past |= past;
  }

  /** Notes who uses what. Says whether others may see the step, or it them. */
  #use({ bit, held }: Actor, use: Use): boolean {
    let sharing: number = sharings.none;
    const note = (users: Uint8Array, place: number, guards: number): void => {
      users[place]! |= bit;
      this.#guards[place]! &= guards;
      if (this.#sharing[place] !== this.#sharingOf(place)) this.hasLearnt = true;
      sharing = Math.max(sharing, this.#sharing[place]!);
    };
    const users = use.changes ? this.#changers : this.#lookers;
    for (const { first, count } of use.ranges)
      for (let place = first; place < first + count; place += 1) note(users, place, held);
    const translations = this.#sharing.length - 1;
    if (use.translation !== undefined) note(this.#lookers, translations, 0);
    if (use.bump !== undefined) note(this.#changers, translations, 0);
    if (sharing === sharings.guarded) this.#touched.add(use);
    return sharing === sharings.open;
  }

  #sharingOf(place: number): number {
    const changers = this.#changers[place]!;
    const users = changers | this.#lookers[place]!;
    if (changers === 0 || (users & (users - 1)) === 0) return sharings.none;
    return this.#guards[place] === 0 ? sharings.open : sharings.guarded;
  }

  /** Goes by what was learnt from now on. */
  learn(): void {
    for (const place of this.#sharing.keys()) this.#sharing[place] = this.#sharingOf(place);
    this.hasLearnt = false;
  }

  /** Where all actors stand. */
  fingerprint(from: Fingerprint): Fingerprint {
    let sum = from;
    for (const name of [...this.#actors.keys()].sort()) {
      const { asked, answers } = this.#actors.get(name)!;
      sum = fold(sum, `${name} ${asked} ${answers.low} ${answers.high}`);
    }
    for (const name of this.pending.map((step) => step.name).sort()) sum = fold(sum, name);
    return sum;
  }
}

/**
 * Steps of software and devices, which happen in whatever order somebody chooses: what each actor asks for waits until it is chosen. Actors
 * are told apart by the asynchronous context in which they run.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Fingerprint, fold, noFingerprint } from './fingerprint.ts';

/** What a step looks at or changes: neighbouring places, which are words of memory, locks, or the translations of all units. */
export interface Touched {
  readonly ranges: readonly { readonly first: number; readonly count: number }[];
  readonly changes: boolean;
}

export interface Step {
  readonly by: string;
  /** Who asks, for how many things it has asked before, and for what. */
  readonly name: string;
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
}

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
  /**
   * Places that somebody changes and others use, and that no lock keeps for one at a time: only steps that touch one of these can be told
   * apart by their order. (Under a lock, each step of who has it can as well come directly after the one before: Lipton, 1975.)
   */
  readonly #shared: Uint8Array;
  pending: Step[] = [];
  /** Whether each step is done when it is asked for. */
  immediate = true;

  /** @param places how many there are */
  constructor(places: number) {
    this.#lookers = new Uint8Array(places);
    this.#changers = new Uint8Array(places);
    this.#guards = new Uint32Array(places).fill(noLock - 1);
    this.#shared = new Uint8Array(places);
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
    for (const actor of this.#actors.values()) {
      actor.asked = 0;
      actor.held = 0;
      actor.answers = noFingerprint;
    }
  }

  /** Ends telling actors apart, which makes everything slower. */
  close(): void {
    this.#context.disable();
  }

  /** Does something when it is chosen; at once where the order does not matter. */
  async take(what: string, touched: Touched, perform: () => Uint8Array | undefined, by = this.actor) {
    if (this.immediate || by === outside) return perform();
    const actor = this.#actorOf(by);
    const visible = this.#use(actor, touched);
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
      const step: Step = {
        by,
        name,
        perform: () => {
          this.pending.splice(this.pending.indexOf(step), 1);
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
    const actor = this.#actors.get(name) ?? { bit: 1 << this.#actors.size, held: 0, asked: 0, answers: noFingerprint };
    this.#actors.set(name, actor);
    return actor;
  }

  /** Notes that an actor has a lock, or has it no more. */
  holds(by: string, lock: number, has: boolean): void {
    if (by === outside || lock >= mostLocks) return;
    const actor = this.#actorOf(by);
    actor.held = has ? actor.held | (1 << lock) : actor.held & ~(1 << lock);
  }

  /** Notes who uses what. Says whether others may see the step, or it them. */
  #use({ bit, held }: Actor, { ranges, changes }: Touched): boolean {
    const users = changes ? this.#changers : this.#lookers;
    let visible = false;
    for (const { first, count } of ranges)
      for (let place = first; place < first + count; place += 1) {
        users[place]! |= bit;
        this.#guards[place]! &= held;
        visible ||= this.#shared[place] === 1;
      }
    return visible;
  }

  /** Adds the places that have come to be shared. Says whether there are new ones: then orders were left out. */
  share(): boolean {
    let added = false;
    for (const [place, changers] of this.#changers.entries()) {
      const users = changers | this.#lookers[place]!;
      const alone = changers === 0 || (users & (users - 1)) === 0;
      if (alone || this.#guards[place] !== 0 || this.#shared[place] === 1) continue;
      this.#shared[place] = 1;
      added = true;
    }
    return added;
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

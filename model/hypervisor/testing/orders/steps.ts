/**
 * Steps of software and devices, which happen in whatever order somebody chooses: what each actor asks for waits until it is chosen. Actors
 * are told apart by the asynchronous context in which they run. An actor that another has begun is part of what that one does: together they
 * are a *party*, and parties know nothing of each other but what steps tell them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Ask, Listener } from './recording.ts';
import type { Use } from './touched.ts';

export interface Step {
  readonly by: string;
  readonly ask: Ask;
  perform(): void;
}

interface Actor {
  /** A bit of its own. */
  readonly bit: number;
  readonly party: number;
  /** Bits of the locks that it has. */
  held: number;
  asked: number;
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
  readonly #context = new AsyncLocalStorage<{ readonly actor: string; readonly party: string }>();
  readonly #actors = new Map<string, Actor>();
  readonly #parties: string[] = [];
  /** Of each place, bits of those who have looked at it, and of those who have changed it. */
  readonly #lookers: Uint8Array;
  readonly #changers: Uint8Array;
  /** Of each place, bits of the locks that everybody had who used it. */
  readonly #guards: Uint32Array;
  readonly #sharing: Uint8Array;
  pending: Step[] = [];
  /** Locks that somebody has. */
  readonly #taken = new Set<number>();
  /** Bits of the locks that somebody has while another step is chosen. */
  #long = 0;
  /** Whether something has come to be known by which steps can be told apart: then orders were left out. */
  hasLearnt = false;
  /** Whether each step is done when it is asked for. */
  immediate = true;
  /** Is told of all that happens while steps are chosen, up to where something is learnt: from there on steps are not told apart as they should. */
  listener: Listener | undefined;

  /** @param places how many there are; the translations of all units are one more */
  constructor(places: number) {
    this.#lookers = new Uint8Array(places + 1);
    this.#changers = new Uint8Array(places + 1);
    this.#guards = new Uint32Array(places + 1).fill(noLock - 1);
    this.#sharing = new Uint8Array(places + 1);
  }

  /** Runs what an actor does, with all that comes of it. */
  as<Result>(actor: string, body: () => Promise<Result>): Promise<Result> {
    return this.#context.run({ actor, party: this.#context.getStore()?.party ?? actor }, body);
  }

  get actor(): string {
    return this.#context.getStore()?.actor ?? outside;
  }

  get #told(): Listener | undefined {
    return this.hasLearnt ? undefined : this.listener;
  }

  /** Names of all parties, by their numbers. */
  get parties(): readonly string[] {
    return this.#parties;
  }

  /** Forgets what was asked for. */
  reset(): void {
    this.pending = [];
    this.#taken.clear();
    for (const actor of this.#actors.values()) {
      actor.asked = 0;
      actor.held = 0;
    }
  }

  /** Ends telling actors apart, which makes everything slower. */
  close(): void {
    this.#context.disable();
  }

  /** Does something when it is chosen; at once where the order does not matter. Nothing but its answer may tell who asks what came of it. */
  async take(what: string, use: Use, perform: () => Uint8Array | undefined): Promise<Uint8Array | undefined> {
    const by = this.actor;
    if (this.immediate || by === outside) return perform();
    const actor = this.#actorOf(by);
    const sharing = this.#use(actor, use);
    const ask: Ask = { party: actor.party, name: `${by} ${actor.asked} ${what}`, use, perform };
    actor.asked += 1;
    const listener = this.#told;
    // What is read always holds the same, of a party that was answered the same.
    if (sharing === sharings.none && !use.changes) return perform();
    if (sharing !== sharings.open) {
      listener?.asked(ask, sharing === sharings.none ? 'alone' : 'at once');
      const answer = perform();
      listener?.answered(ask, answer);
      return answer;
    }
    listener?.asked(ask, 'when chosen');
    return new Promise<Uint8Array | undefined>((resolve) => {
      const step: Step = {
        by,
        ask,
        perform: () => {
          this.pending.splice(this.pending.indexOf(step), 1);
          const answer = perform();
          this.#told?.answered(ask, answer);
          resolve(answer);
        },
      };
      this.pending.push(step);
    });
  }

  #actorOf(name: string): Actor {
    const known = this.#actors.get(name);
    if (known !== undefined) return known;
    const party = this.#context.getStore()?.party ?? name;
    if (!this.#parties.includes(party)) this.#parties.push(party);
    const actor = { bit: 1 << this.#actors.size, party: this.#parties.indexOf(party), held: 0, asked: 0 };
    this.#actors.set(name, actor);
    return actor;
  }

  /** The party of who runs, while steps are chosen. */
  #listening(by: string): number | undefined {
    return this.immediate || by === outside ? undefined : this.#actorOf(by).party;
  }

  /** Notes that an actor has a lock, or has it no more. */
  holds(by: string, lock: number, has: boolean): void {
    if (by === outside) return;
    if (has) this.#taken.add(lock);
    else this.#taken.delete(lock);
    const party = this.#listening(by);
    if (!has && party !== undefined) this.#told?.freed(party, lock);
    if (lock >= mostLocks) return;
    const actor = this.#actorOf(by);
    actor.held = has ? actor.held | (1 << lock) : actor.held & ~(1 << lock);
  }

  /** Notes that an actor waits to be woken, by whoever wakes those who wait for something. */
  waits(by: string, what: string): void {
    const party = this.#listening(by);
    if (party !== undefined) this.#told?.waits(party, what);
  }

  woken(by: string, what: string): void {
    const party = this.#listening(by);
    if (party !== undefined) this.#told?.woken(party, what);
  }

  wakes(by: string, what: string): void {
    const party = this.#listening(by);
    if (party !== undefined) this.#told?.wakes(party, what);
  }

  /** Steps that could be next: one that asks for a lock could not while somebody has it. By party, then as they were asked for. */
  possible(): readonly Step[] {
    return this.pending
      .filter(({ ask }) => ask.use.lock === undefined || !this.#taken.has(ask.use.lock))
      .sort((one, other) => one.ask.party - other.ask.party);
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

  /** Notes who uses what. Says how it is shared with others. */
  #use({ bit, held }: Actor, use: Use): number {
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
    return sharing;
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
}

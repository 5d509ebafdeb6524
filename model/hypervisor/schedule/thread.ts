/**
 * A thread of control: the program of a virtual processor, or background work. It reaches the machine only through
 * `access`, and only while it has a processor port; so it can be taken off its port at any access, and needs not agree.
 */
import type { Processor } from '../../hardware/platform/interface.ts';

/** How a thread ended. */
export type Outcome<T = unknown> =
  | { readonly how: 'returned'; readonly value: T }
  | { readonly how: 'threw'; readonly error: unknown }
  /** By others, or by itself, in the middle. */
  | { readonly how: 'stopped' };

export interface ThreadOptions {
  readonly name: string;
  /** Share of time against that of others, 1 to 65,535; 256 when left out. */
  readonly weight?: number;
  /** Runs when nothing else is ready. */
  readonly background?: boolean;
  /** Has a port at once when it comes back from waiting, up to the end of a slice: others stand still until it has done something short. */
  readonly urgent?: boolean;
  /** The only port that it may have; any when left out. */
  readonly pin?: number;
}

/** The scheduler's part in it. */
export interface Dispatcher {
  /** It has left its port, may want one again, or no longer wants one. */
  changed(thread: Thread): void;
}

const never = new Promise<never>(() => {});

export class Thread {
  readonly name: string;
  readonly weight: number;
  readonly background: boolean;
  readonly urgent: boolean;
  readonly pin: number | undefined;
  /** What became of it, when nothing of it is in flight any more; never rejects. */
  readonly ended: Promise<Outcome>;
  /** Cycles for which it had a port. */
  used = 0;
  readonly #dispatcher: Dispatcher;
  #program: (() => Promise<unknown>) | undefined;
  #outcome: Outcome = { how: 'stopped' };
  #end: (outcome: Outcome) => void = () => {};
  #processor: Processor | undefined;
  #inFlight = 0;
  #suspensions = 0;
  #paused = false;
  #over = false;
  #leaving = false;
  #waiting: (() => void)[] = [];
  #stillness: (() => void)[] = [];

  constructor(program: (thread: Thread) => Promise<unknown>, options: ThreadOptions, dispatcher: Dispatcher) {
    const { name, weight = 256, background = false, urgent = false, pin } = options;
    if (!Number.isInteger(weight) || weight < 1 || weight > 65_535)
      throw new RangeError(`the weight of '${name}' is ${weight}, but it must be an integer from 1 to 65535`);
    this.name = name;
    this.weight = weight;
    if (background && urgent) throw new RangeError(`'${name}' is to be background work or urgent, and cannot be both`);
    this.background = background;
    this.urgent = urgent;
    this.pin = pin;
    this.#program = () => program(this);
    this.#dispatcher = dispatcher;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  /** Whether it could make use of a port. */
  get runnable(): boolean {
    return !this.#over && !this.#paused && this.#suspensions === 0;
  }

  /** Whether it would want a port if so many of the things had come that it waits for. */
  waitsForAtMost(count: number): boolean {
    return !this.#over && !this.#paused && this.#suspensions <= count;
  }

  get over(): boolean {
    return this.#over;
  }

  /** The port that it has. */
  get processor(): Processor | undefined {
    return this.#processor;
  }

  /** For the scheduler: gives it a port. */
  give(processor: Processor): void {
    this.#processor = processor;
    this.#leaving = false;
    const program = this.#program;
    if (program !== undefined) {
      this.#program = undefined;
      void Promise.resolve().then(() => this.#run(program));
    }
    for (const go of this.#waiting.splice(0)) go();
  }

  /** For the scheduler: lets it leave its port as soon as nothing of it is in flight. */
  leave(): void {
    this.#leaving = true;
    this.#settle();
  }

  async #run(program: () => Promise<unknown>): Promise<void> {
    try {
      const value = await program();
      this.#finish({ how: 'returned', value });
    } catch (error) {
      this.#finish({ how: 'threw', error });
    }
  }

  #finish(outcome: Outcome): void {
    if (this.#over) return;
    this.#over = true;
    this.#outcome = outcome;
    this.#program = undefined;
    this.#waiting = [];
    this.#settle();
  }

  get #onPort(): boolean {
    return this.#processor !== undefined && !this.#leaving && this.runnable;
  }

  async #granted(): Promise<void> {
    while (!this.#onPort) {
      if (this.#over) await never;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /**
   * Does something by the port, waiting for one if it has none. What is being done is never interrupted: the thread keeps
   * the port for as long. Does not return to a thread that has been ended.
   */
  async access<T>(work: (processor: Processor) => Promise<T>): Promise<T> {
    while (!this.#onPort) await this.#granted();
    this.#inFlight += 1;
    try {
      return await work(this.#processor!);
    } finally {
      this.#inFlight -= 1;
      this.#settle();
      if (this.#over) await never;
    }
  }

  /** Leaves the port until what it waits for has come; several at once are waited for together. */
  async suspend<T>(wait: Promise<T>): Promise<T> {
    this.#suspensions += 1;
    this.#settle();
    try {
      return await wait;
    } finally {
      this.#suspensions -= 1;
      this.#settle();
      if (this.#over) await never;
    }
  }

  /** Lets others have the port, and waits until it has one again. */
  async yield(): Promise<void> {
    this.leave();
    await this.#granted();
  }

  /** Takes it off its port until `unpause`. Returns when nothing of it is in flight. */
  async pause(): Promise<void> {
    this.#paused = true;
    await this.#still();
  }

  unpause(): void {
    this.#paused = false;
    this.#settle();
  }

  /** Ends it, wherever it is. Returns when nothing of it is in flight. */
  async stop(): Promise<void> {
    this.#finish({ how: 'stopped' });
    await this.#still();
  }

  async #still(): Promise<void> {
    this.#settle();
    while (this.#inFlight > 0) await new Promise<void>((resolve) => this.#stillness.push(resolve));
  }

  #settle(): void {
    if (this.#onPort) for (const go of this.#waiting.splice(0)) go();
    if (this.#inFlight > 0) return;
    for (const tell of this.#stillness.splice(0)) tell();
    if (this.#over) this.#end(this.#outcome);
    if (this.#onPort) return;
    this.#processor = undefined;
    this.#dispatcher.changed(this);
  }
}

import { HeldError } from './copier.ts';
import { Signal } from './signal.ts';
import { looksTogether } from './slices.ts';
import { SourceError } from './source.ts';
import { DamageError } from './storage.ts';

/** How background work gives way to reads and writes. */
export interface Pace {
  /**
   * Resolves when background work may go on, with the number of blocks that may be worked on at once.
   * @param requests reads and writes that were asked for since the last turn, and those that were under way then
   */
  turn(requests: number): Promise<number>;
  /** The work of the last turn has ended. */
  worked?(): void;
}

/** A pass over the blocks: tells whether there was something to do at a block. */
export interface BackgroundWork {
  /** Blocks to look at, in ascending order. */
  readonly blocks: number;
  isDue(block: number): boolean;
  /** Most blocks that are worked on at once. */
  readonly most: number;
  /** Does as much of several blocks, in ascending order, as can be done in one; what is due still is then done one by one. */
  together?(blocks: readonly number[]): Promise<void>;
  /** @throws HeldError, DamageError, SourceError where the others are to be gone on with */
  run(block: number): Promise<void>;
  /** Called when no block was due. */
  end(): Promise<void>;
}

/** Does background work block by block, until none is due, and again when it is told to look. */
export class Background {
  readonly #pace: Pace;
  readonly #work: () => BackgroundWork | null;
  readonly #idle: () => void;
  readonly #look = new Signal();
  #again = false;
  #stopped = false;
  #ended: Promise<void> = Promise.resolve();
  /** Those asked for since the last turn, and those under way at it. */
  #requests = 0;
  #underWay = 0;
  #endRest: () => void = () => undefined;
  /** Why the work stands still, or null. */
  stalled: Error | null = null;

  /**
   * @param work what is to be done now, asked before each pass
   * @param idle is called when there is nothing to do, or the work stands still
   */
  constructor(pace: Pace, work: () => BackgroundWork | null, idle: () => void) {
    this.#pace = pace;
    this.#work = work;
    this.#idle = idle;
  }

  start(): void {
    this.#ended = this.#loop();
  }

  /** A read or write was asked for, which is load until it ends. Gives it back. */
  count<Result>(request: Promise<Result>): Promise<Result> {
    this.#requests += 1;
    this.#underWay += 1;
    const ended = (): void => {
      this.#underWay -= 1;
    };
    request.then(ended, ended);
    return request;
  }

  /** There may be work again, or a reason to try again. */
  look(): void {
    this.#again = true;
    this.#look.give();
  }

  /** Ends when the work under way has; a rest ends at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.look();
    this.#endRest();
    await this.#ended;
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      this.#again = false;
      try {
        await this.#pass();
        this.stalled = null;
      } catch (error) {
        this.stalled = error instanceof Error ? error : new Error(String(error));
      }
      if (this.#again || this.#stopped) continue;
      this.#idle();
      await this.#look.wait();
    }
    this.#idle();
  }

  /** Resolves as the pace's turn, or at once when all is to stop. */
  #turn(): Promise<number> {
    const requests = this.#requests;
    this.#requests = this.#underWay;
    return new Promise((resolve, reject) => {
      this.#endRest = () => resolve(0);
      this.#pace.turn(requests).then(resolve, reject);
    });
  }

  async #pass(): Promise<void> {
    const work = this.#work();
    if (work === null) return;
    let held: Error | null = null;
    for (let block = 0; block < work.blocks; ) {
      const most = Math.min(work.most, await this.#turn());
      if (this.#stopped || this.#again) return;
      const group: number[] = [];
      const end = Math.min(work.blocks, block + looksTogether);
      for (; block < end && group.length < most; block += 1) if (work.isDue(block)) group.push(block);
      try {
        const failure = await this.#runAll(work, group);
        held ??= failure;
      } finally {
        this.#pace.worked?.();
      }
    }
    if (held !== null) throw held;
    await work.end();
    this.#again = true;
  }

  /** Works on blocks that are due. Gives why one could not be done where the others are to be gone on with. @throws anything else */
  async #runAll(work: BackgroundWork, group: readonly number[]): Promise<Error | null> {
    if (group.length > 1) await work.together?.(group);
    const left = group.filter((due) => work.isDue(due));
    let held: Error | null = null;
    for (const [index, result] of (await Promise.allSettled(left.map((due) => work.run(due)))).entries()) {
      if (result.status === 'fulfilled') continue;
      const { reason } = result;
      if (reason instanceof SourceError)
        held ??= new Error(`block ${left[index]}: ${reason.message}`, { cause: reason });
      else if (reason instanceof HeldError || reason instanceof DamageError) held ??= reason;
      else throw reason;
    }
    return held;
  }
}

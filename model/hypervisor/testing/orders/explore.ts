/** Every order of steps, by running what happens again from its beginning, and by knowing states again that were seen. */
import { type Fingerprint, textOf } from './fingerprint.ts';
import type { Step, Steps } from './steps.ts';

export interface Explored {
  /** States in which more than one step could be next. */
  readonly states: number;
  /** States in which all was over. */
  readonly ends: number;
  readonly runs: number;
}

export interface Happening {
  readonly steps: Steps;
  /** Puts everything back to the beginning, and begins; gives what ends when all is over. */
  begin(): Promise<unknown>;
  fingerprint(): Fingerprint;
  /** Looks at how it has ended. @throws for what must not be */
  judge(): Promise<void>;
}

/** An order of steps after which something is not as it must be. */
export class OrderError extends Error {
  readonly order: readonly string[];

  constructor(order: readonly string[], why: unknown) {
    super(`${why instanceof Error ? why.message : String(why)}, after:\n  ${order.join('\n  ')}`, { cause: why });
    this.name = 'OrderError';
    this.order = order;
  }
}

/** Until nothing goes on but what waits for steps. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Run {
  readonly choices: number[];
  /** Whether it has come to where another run has been, or is not to be part of the exploration. */
  known: boolean;
  /** Which of several steps is next where that does not matter. */
  next(steps: number): number;
}

class Exploration {
  readonly #happening: Happening;
  readonly #seen = new Set<string>();
  readonly #ends = new Set<string>();
  readonly #left: number[][] = [[]];
  #runs = 0;

  constructor(happening: Happening) {
    this.#happening = happening;
  }

  async all(): Promise<Explored> {
    for (let given = this.#left.pop(); given !== undefined; given = this.#left.pop()) {
      this.#runs += 1;
      await this.#run({ choices: given, known: false, next: () => 0 });
    }
    return { states: this.#seen.size, ends: this.#ends.size, runs: this.#runs };
  }

  /** Some orders that are far apart, in which most of what is shared shows itself. */
  async some(): Promise<void> {
    const { steps } = this.#happening;
    for (const part of [0, 1, 0.5, 0.25, 0.75, 0, 1]) {
      await this.#run({ choices: [], known: true, next: (count) => Math.min(count - 1, Math.floor(part * count)) });
      steps.share();
    }
  }

  async #run(run: Run): Promise<void> {
    const { steps } = this.#happening;
    const order: string[] = [];
    try {
      steps.reset();
      steps.immediate = false;
      let over = false;
      let thrown: { readonly error: unknown } | undefined;
      void this.#happening.begin().then(
        () => (over = true),
        (error: unknown) => (thrown = { error }),
      );
      for (let choices = 0; ; choices += 1) {
        await settled();
        if (thrown !== undefined) throw thrown.error;
        if (steps.pending.length === 0) break;
        const step = this.#choose(run, choices);
        order.push(step.name);
        step.perform();
      }
      if (!over) throw new Error('somebody waits for what does not come');
      steps.immediate = true;
      const end = textOf(this.#happening.fingerprint());
      if (run.known || this.#ends.has(end)) return;
      this.#ends.add(end);
      await this.#happening.judge();
    } catch (error) {
      throw new OrderError(order, error);
    } finally {
      steps.immediate = true;
    }
  }

  #choose(run: Run, at: number): Step {
    const { pending } = this.#happening.steps;
    const { choices } = run;
    if (at < choices.length) return pending[choices[at]!]!;
    if (!run.known && pending.length > 1) {
      const state = textOf(this.#happening.fingerprint());
      run.known = this.#seen.has(state);
      this.#seen.add(state);
      if (!run.known) for (let other = 1; other < pending.length; other += 1) this.#left.push([...choices, other]);
    }
    const next = run.next(pending.length);
    choices.push(next);
    return pending[next]!;
  }
}

/**
 * Runs a happening in every order that can be told apart.
 *
 * @throws OrderError with the first order after which it is not as it must be
 */
export const everyOrder = async (happening: Happening): Promise<Explored> => {
  await new Exploration(happening).some();
  for (;;) {
    const explored = await new Exploration(happening).all();
    // A place that turned out to be shared may have been passed over in orders that were made before.
    if (!happening.steps.share()) return explored;
  }
};

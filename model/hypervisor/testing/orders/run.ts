/** Runs of what happens, from its beginning, with steps in an order that somebody chooses. */
import type { Fingerprint } from './fingerprint.ts';
import type { Step, Steps } from './steps.ts';

/** What steps touch: it can be put back as it was. */
export interface SharedState {
  /** As it was at the beginning. */
  restore(): void;
  /** Gives what brings back what there is now, as long as nothing before it was brought back. */
  mark(): () => void;
  readonly fingerprint: Fingerprint;
}

export interface Happening {
  readonly steps: Steps;
  readonly shared: SharedState;
  /** Begins, with all that is not shared as it was at the beginning; gives what ends when all is over. */
  begin(): Promise<unknown>;
  /** What came of each actor that begins, by its name, beside what is shared. */
  outcomes(): Readonly<Record<string, string>>;
  /** Looks at how it has ended, by what is shared and outcomes. @throws for what must not be */
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

/** Runs to the end. @param choose one of the steps that could be next @throws OrderError */
export const runOnce = async (
  { steps, shared, begin }: Happening,
  choose: (possible: readonly Step[]) => Step,
  judge: () => Promise<void>,
): Promise<void> => {
  const order: string[] = [];
  try {
    shared.restore();
    steps.reset();
    steps.immediate = false;
    let over = false;
    let thrown: { readonly error: unknown } | undefined;
    void begin().then(
      () => (over = true),
      (error: unknown) => (thrown = { error }),
    );
    for (;;) {
      await settled();
      if (thrown !== undefined) throw thrown.error;
      steps.noteLongLocks();
      const possible = steps.possible();
      const step = possible.length > 0 ? choose(possible) : undefined;
      if (step === undefined) break;
      order.push(step.ask.name);
      step.perform();
    }
    if (!over) throw new Error('somebody waits for what does not come');
    steps.immediate = true;
    await judge();
  } catch (error) {
    throw new OrderError(order, error);
  } finally {
    steps.immediate = true;
  }
};

/** Some orders of steps, drawn by a number: for what has too many to run through all of them. */
import type { Step, Steps } from './steps.ts';

/** Of 2^32, by a linear congruential generator (Knuth, volume 2, 3.3.4, table 1, line 16). */
const next = (state: number): number => (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;

/** Until nothing goes on but what waits for steps. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Of so many choices, how often another actor goes on. */
const stay = 12;

/**
 * Lets something happen in an order drawn by a number. An actor goes on for a while before another does. Gives how many choices there were.
 *
 * @throws what happens throws; an Error when nobody goes on
 */
export const drawnOrder = async (steps: Steps, seed: number, begin: () => Promise<unknown>): Promise<number> => {
  let state = seed;
  const draw = (below: number): number => {
    state = next(state);
    return Math.floor((state / 2 ** 32) * below);
  };
  steps.reset();
  steps.immediate = false;
  let outcome: { readonly error?: unknown } | undefined;
  void begin().then(
    () => (outcome = {}),
    (error: unknown) => (outcome = { error }),
  );
  let actor = '';
  let choices = 0;
  for (;;) {
    await settled();
    const { pending } = steps;
    if (outcome !== undefined || pending.length === 0) break;
    if (draw(stay) === 0) actor = pending[draw(pending.length)]!.by;
    const own = pending.filter(({ by }) => by === actor);
    const among: readonly Step[] = own.length > 0 ? own : pending;
    among[draw(among.length)]!.perform();
    choices += 1;
  }
  steps.immediate = true;
  for (const step of [...steps.pending]) step.perform();
  steps.learn();
  if (outcome === undefined) throw new Error('somebody waits for what does not come');
  if ('error' in outcome) throw outcome.error;
  return choices;
};

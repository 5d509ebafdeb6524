/**
 * Every order of steps that can be told apart, by running what happens again from its beginning. Two orders cannot be told apart if one comes
 * of the other by exchanging neighbours that do not touch the same: of all these one is run. Which order to run next is found in the runs
 * before: where two steps could as well have come the other way round, one is begun in which they do (Abdulla, Aronis, Jonsson, Sagonas, *Optimal
 * dynamic partial order reduction*, 2014: source sets and sleep sets).
 */
import { type Fingerprint, textOf } from './fingerprint.ts';
import { Course, type Race } from './races.ts';
import type { Step, Steps } from './steps.ts';
import { isOrderSeen, type Touched } from './touched.ts';

export interface Explored {
  /** Runs to the end: orders that can be told apart. */
  readonly orders: number;
  /** Runs that were given up, since they could only come to orders that had been run. */
  readonly givenUp: number;
  /** States in which all was over. */
  readonly ends: number;
}

export interface Happening {
  readonly steps: Steps;
  /** Puts everything back to the beginning, and begins; gives what ends when all is over. */
  begin(): Promise<unknown>;
  /** Of all that came of it. */
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

/** A state on the way of a run. */
interface Place {
  /** What could be next, by name. */
  readonly pending: Map<string, Touched>;
  /** Of these, those with which only orders begin that have been run. */
  readonly asleep: Map<string, Touched>;
  /** Of these, those with which orders are to begin. */
  readonly wanted: Set<string>;
  chosen: string;
}

type Choose = (pending: readonly Step[]) => Step | undefined;

/** Runs once. @returns whether it came to its end: not when there was nothing to choose @throws OrderError */
const runOnce = async (happening: Happening, choose: Choose, judge: () => Promise<void>): Promise<boolean> => {
  const { steps } = happening;
  const order: string[] = [];
  try {
    steps.reset();
    steps.immediate = false;
    let over = false;
    let thrown: { readonly error: unknown } | undefined;
    void happening.begin().then(
      () => (over = true),
      (error: unknown) => (thrown = { error }),
    );
    let givenUp = false;
    for (;;) {
      await settled();
      if (thrown !== undefined) throw thrown.error;
      if (steps.pending.length === 0) break;
      steps.noteLongLocks();
      const step = choose(steps.pending);
      if (step === undefined) {
        givenUp = true;
        steps.immediate = true;
        for (const each of [...steps.pending]) each.perform();
        continue;
      }
      order.push(step.name);
      step.perform();
    }
    if (!over) throw new Error('somebody waits for what does not come');
    steps.immediate = true;
    if (!givenUp) await judge();
    return !givenUp;
  } catch (error) {
    throw new OrderError(order, error);
  } finally {
    steps.immediate = true;
  }
};

class Exploration {
  readonly #happening: Happening;
  readonly #ends = new Set<string>();
  readonly #way: Place[] = [];
  readonly #course = new Course();
  /** A step that is not part of the course yet. */
  #last: Step | undefined;
  #orders = 0;
  #givenUp = 0;

  constructor(happening: Happening) {
    this.#happening = happening;
  }

  /** @returns nothing if a place came to be shared, so that orders were left out */
  async all(): Promise<Explored | undefined> {
    do {
      let depth = 0;
      const ended = await runOnce(
        this.#happening,
        (pending) => this.#choose(pending, depth++),
        () => this.#judge(),
      );
      if (ended) this.#orders += 1;
      else this.#givenUp += 1;
      this.#complete();
      if (this.#happening.steps.hasLearnt) return undefined;
    } while (this.#goBack());
    return { orders: this.#orders, givenUp: this.#givenUp, ends: this.#ends.size };
  }

  async #judge(): Promise<void> {
    const end = textOf(this.#happening.fingerprint());
    if (this.#ends.has(end)) return;
    this.#ends.add(end);
    await this.#happening.judge();
  }

  #choose(pending: readonly Step[], depth: number): Step | undefined {
    this.#complete();
    const place = this.#way[depth] ?? this.#newPlace(pending);
    if (place === undefined) return undefined;
    const step = pending.find(({ name }) => name === place.chosen);
    if (step === undefined)
      throw new Error(`'${place.chosen}' is not to be chosen: what happens is not the same each time`);
    place.pending.set(step.name, step.touched);
    if (depth === this.#course.length) this.#last = step;
    return step;
  }

  /** Sees which races the last step has ended, now that it is known what it touched. */
  #complete(): void {
    if (this.#last !== undefined) for (const race of this.#course.add(this.#last)) this.#want(race);
    this.#last = undefined;
  }

  #newPlace(pending: readonly Step[]): Place | undefined {
    const last = this.#way.at(-1);
    const by = last?.pending.get(last.chosen);
    const asleep = [...(last?.asleep ?? [])].filter(([, touched]) => !isOrderSeen(touched, by!));
    const place = {
      pending: new Map(pending.map(({ name, touched }) => [name, touched])),
      asleep: new Map(asleep),
      wanted: new Set<string>(),
    };
    const step = pending.find(({ name }) => !place.asleep.has(name));
    if (step === undefined) return undefined;
    place.wanted.add(step.name);
    this.#way.push({ ...place, chosen: step.name });
    return this.#way.at(-1);
  }

  /** Has an order begun, where the first step of a race was done, in which the second comes before it. */
  #want(race: Race): void {
    const place = this.#way[race.first]!;
    const rest = this.#course.reversed(race);
    const beginning = rest.filter(({ begins }) => begins).map(({ step }) => step.name);
    if (beginning.some((name) => place.wanted.has(name) || place.asleep.has(name))) return;
    const next = beginning.find((name) => place.pending.has(name));
    if (next === undefined)
      throw new Error(`nothing begins the way from '${place.chosen}' to '${rest.at(-1)!.step.name}'`);
    place.wanted.add(next);
  }

  /** To the last place from which another order is to begin. Says whether there is one. */
  #goBack(): boolean {
    for (let place = this.#way.at(-1); place !== undefined; place = this.#way.at(-1)) {
      place.asleep.set(place.chosen, place.pending.get(place.chosen)!);
      const next = [...place.wanted].find((name) => !place.asleep.has(name));
      this.#course.cut(this.#way.length - 1);
      if (next !== undefined) {
        place.chosen = next;
        return true;
      }
      this.#way.pop();
    }
    return false;
  }
}

/** Runs some orders that are far apart, in which most of what is shared shows itself. @throws OrderError */
const someOrders = async (happening: Happening): Promise<void> => {
  for (const part of [0, 1, 0.5, 0.25, 0.75, 0, 1]) {
    const choose: Choose = (pending) => pending[Math.min(pending.length - 1, Math.floor(part * pending.length))];
    await runOnce(happening, choose, () => happening.judge());
    happening.steps.learn();
  }
};

/**
 * Runs a happening in every order that can be told apart.
 *
 * @throws OrderError with the first order after which it is not as it must be
 */
export const everyOrder = async (happening: Happening): Promise<Explored> => {
  await someOrders(happening);
  for (;;) {
    const explored = await new Exploration(happening).all();
    if (explored !== undefined) return explored;
    happening.steps.learn();
  }
};

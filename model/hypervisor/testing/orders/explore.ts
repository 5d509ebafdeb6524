/**
 * Every order of steps, by the states to which they lead. Where a state was seen before, nothing is gone on with that was then. Of two steps of
 * which nobody can tell the order, one is not begun with after the other (Godefroid, *Partial-order methods for the verification of concurrent
 * systems*, 1996: sleep sets, with states that are known again), and where a party can go on alone, only its steps are begun with. What comes of a step is known from runs where one has shown it; where none
 * has, what happens is run from its beginning.
 */
import { Alone } from './alone.ts';
import { type Fingerprint, textOf } from './fingerprint.ts';
import { KnownStates } from './known-states.ts';
import { beginning, fingerprintOf, isPossible, type Position, pendingAt, perform } from './position.ts';
import { type Ask, type Point, Recording } from './recording.ts';
import { type Happening, runOnce } from './run.ts';
import type { Step } from './steps.ts';
import { isOrderSeen, type Touched } from './touched.ts';

export interface Explored {
  /** States between steps. */
  readonly states: number;
  /** Steps from one to another. */
  readonly steps: number;
  /** States in which all was over. */
  readonly ends: number;
  /** Runs from the beginning. */
  readonly runs: number;
}

/** A step with which nothing begins any more that was not seen. */
interface Sleeper {
  readonly ask: Ask;
  readonly touched: Touched;
}

/** A state on the way, and what is to be begun with there. */
interface Place {
  readonly position: Position;
  readonly back: () => void;
  readonly asleep: Sleeper[];
  readonly todo: readonly Ask[];
  /** How much of it is done. */
  done: number;
}

/** How all is over. */
interface End {
  readonly points: readonly Point[];
  /** Fingerprint of what is shared. */
  readonly shared: string;
}

/** Within so many steps, it is begun anew where more is touched than was relied on; later, when all has been gone through. */
const soon = 50_000;
/** After so many steps others have their turn. */
const patience = 20_000;

/** What is known from one exploration to the next. */
interface Shown {
  readonly recording: Recording;
  /** What is shared and what came of all parties, where that was judged. */
  readonly judged: Set<string>;
  /** What came of a party that has ended at a point. */
  readonly outcomes: Map<Point, string>;
  runs: number;
}

class Exploration {
  readonly #happening: Happening;
  readonly #shown: Shown;
  readonly #recording: Recording;
  readonly #alone: Alone;
  /** Whether every step is begun with everywhere. */
  readonly #plain: boolean;
  readonly #known = new KnownStates();
  readonly #way: Place[] = [];
  #steps = 0;
  #ends = 0;

  constructor(happening: Happening, shown: Shown, plain: boolean) {
    this.#happening = happening;
    this.#shown = shown;
    this.#recording = shown.recording;
    this.#alone = new Alone(shown.recording);
    this.#plain = plain;
  }

  /** @returns nothing if a place came to be shared, so that orders were left out */
  async all(): Promise<Explored | undefined> {
    const { steps } = this.#happening;
    this.#recording.relyOnNothing();
    if (!(await this.#record([]))) return undefined;
    await this.#enter(this.#begin(), []);
    for (let place = this.#way.at(-1); place !== undefined; place = this.#way.at(-1)) {
      const ask = place.todo[place.done];
      if (ask === undefined) {
        this.#way.pop();
        this.#way.at(-1)?.back();
        continue;
      }
      let done = perform(place.position, ask);
      if (done === undefined) {
        if (!(await this.#record([...this.#names(), ask.name]))) return undefined;
        this.#goAgain();
        done = perform(place.position, ask);
        if (done === undefined) throw new Error(`a run has not shown what comes of '${ask.name}'`);
      }
      const { to, touched } = done;
      const asleep = this.#plain
        ? []
        : place.asleep.filter(
            (sleeper) =>
              to.points[sleeper.ask.party] === place.position.points[sleeper.ask.party] &&
              !isOrderSeen(sleeper.touched, touched),
          );
      place.done += 1;
      place.asleep.push({ ask, touched });
      this.#steps += 1;
      if (this.#steps % patience === 0) await new Promise((resolve) => setImmediate(resolve));
      if (!(await this.#enter(to, asleep))) place.back();
      if (steps.hasLearnt || (this.#recording.isMistaken && this.#steps < soon)) return undefined;
    }
    if (this.#recording.isMistaken) return undefined;
    return { states: this.#known.size, steps: this.#steps, ends: this.#ends, runs: this.#shown.runs };
  }

  /** Names of the steps that were done on the way. */
  #names(): readonly string[] {
    return this.#way.slice(0, -1).map(({ todo, done }) => todo[done - 1]!.name);
  }

  #begin(): Position {
    this.#happening.shared.restore();
    const position = beginning(this.#recording.roots);
    if (position === undefined) throw new Error('a run has not shown how it begins');
    return position;
  }

  /** Brings what is shared back to the end of the way. */
  #goAgain(): void {
    let position = this.#begin();
    for (const { todo, done } of this.#way.slice(0, -1)) {
      const came = perform(position, todo[done - 1]!);
      if (came === undefined) throw new Error(`what happens is not the same each time: '${todo[done - 1]!.name}'`);
      position = came.to;
    }
  }

  /** Goes on from a state, if there is something to begin with. */
  async #enter(position: Position, asleep: Sleeper[]): Promise<boolean> {
    const { shared } = this.#happening;
    const fingerprint: Fingerprint = fingerprintOf(position, shared.fingerprint);
    const pending = pendingAt(position);
    if (pending.length > 32) throw new Error(`${pending.length} steps could be next, but masks have 32 bits`);
    let mask = 0;
    for (const { ask } of asleep) mask |= 1 << pending.indexOf(ask);
    const before = this.#known.get(fingerprint);
    const among = before ?? -1;
    this.#known.set(fingerprint, mask & among);
    const possible = pending.filter((ask) => isPossible(position, ask));
    if (possible.length === 0) {
      if (before === undefined) await this.#end(position);
      return false;
    }
    const alone = this.#plain ? undefined : this.#alone.at(position);
    const todo = pending.filter(
      (ask, index) =>
        (alone === undefined || ask.party === alone) &&
        ((among >>> index) & 1) === 1 &&
        ((mask >>> index) & 1) === 0 &&
        possible.includes(ask),
    );
    if (todo.length === 0) return false;
    const still = asleep.filter(({ ask }) => ((among >>> pending.indexOf(ask)) & 1) === 1);
    this.#way.push({ position, back: shared.mark(), asleep: still, todo, done: 0 });
    return true;
  }

  /** All is over, or nobody can go on: what that is, a run says, if none has said it of the same. @throws OrderError */
  async #end({ points }: Position): Promise<void> {
    this.#ends += 1;
    if (this.#wasJudged(points)) return;
    const last = this.#way.at(-1);
    const names = last === undefined ? [] : [...this.#names(), last.todo[last.done - 1]!.name];
    await this.#record(names, { points, shared: textOf(this.#happening.shared.fingerprint) });
    this.#goAgain();
  }

  /** Whether all parties are known to have ended, and what has come of it was judged. */
  #wasJudged(points: readonly Point[]): boolean {
    const { outcomes, judged } = this.#shown;
    return points.every((point) => outcomes.has(point)) && judged.has(this.#endKey(points));
  }

  #endKey(points: readonly Point[]): string {
    const { outcomes } = this.#shown;
    return [textOf(this.#happening.shared.fingerprint), ...points.map((point) => outcomes.get(point))].join('; ');
  }

  /** Runs in the order of some names, then in any. Says whether nothing was learnt that everything before was done without. @throws OrderError */
  async #record(names: readonly string[], end?: End): Promise<boolean> {
    const { steps, judge, shared, outcomes } = this.#happening;
    let depth = 0;
    const choose = (possible: readonly Step[]): Step => {
      if (steps.hasLearnt) return possible[0]!;
      this.#recording.settle();
      const name = names[depth] ?? possible[0]!.ask.name;
      depth += 1;
      const step = possible.find(({ ask }) => ask.name === name);
      if (step === undefined) throw new Error(`'${name}' is not possible: what happens is not the same each time`);
      return step;
    };
    this.#shown.runs += 1;
    this.#recording.begin();
    steps.listener = this.#recording;
    try {
      await runOnce(this.#happening, choose, async () => {
        if (steps.hasLearnt) return;
        this.#recording.settle();
        if (end === undefined) return;
        const same = end.points.every((point, party) => this.#recording.at[party] === point);
        if (!same || textOf(shared.fingerprint) !== end.shared)
          throw new Error('what happens is not the same each time: it ends differently');
        const came = outcomes();
        for (const [party, point] of end.points.entries())
          this.#shown.outcomes.set(point, came[steps.parties[party]!] ?? '');
        this.#shown.judged.add(this.#endKey(end.points));
        await judge();
      });
    } finally {
      steps.listener = undefined;
    }
    return !steps.hasLearnt;
  }
}

/** Runs some orders that are far apart, in which most of what is shared shows itself. @throws OrderError */
const someOrders = async (happening: Happening): Promise<void> => {
  for (const part of [0, 1, 0.5, 0.25, 0.75, 0, 1]) {
    const choose = (possible: readonly Step[]): Step =>
      possible[Math.min(possible.length - 1, Math.floor(part * possible.length))]!;
    await runOnce(happening, choose, () => happening.judge());
    happening.steps.learn();
  }
};

/**
 * Runs a happening in every order that can be told apart; with `plain`, in those that cannot, too.
 *
 * @throws OrderError with the first order after which it is not as it must be
 */
export const everyOrder = async (happening: Happening, plain = false): Promise<Explored> => {
  await someOrders(happening);
  for (;;) {
    happening.steps.learn();
    const recording = new Recording();
    const shown: Shown = { recording, judged: new Set(), outcomes: new Map(), runs: 0 };
    while (!happening.steps.hasLearnt) {
      const explored = await new Exploration(happening, shown, plain).all();
      if (explored !== undefined) return explored;
    }
  }
};

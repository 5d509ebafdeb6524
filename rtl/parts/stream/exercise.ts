/**
 * Drives a part with the streams `push` and `pop` in a simulator, for tests: the two sides are as willing as `plan`
 * says, the pushing side keeps to the rule that an offered item stays offered. Checks the same rule at the other end.
 */

/** What of a simulator is needed. */
export interface Steppable {
  readonly in: Record<string, number | bigint>;
  readonly out: Record<string, number | bigint>;
  settle(): void;
  step(): void;
}

/** One cycle: whether the source would offer an item, and whether the sink would take one. */
export type Willingness = readonly [offer: boolean, take: boolean];

export interface StreamCycle {
  readonly pushReady: boolean;
  readonly popValid: boolean;
  /** What `pop_data` shows, whether valid or not. */
  readonly shown: number;
  readonly pushed: number | undefined;
  readonly popped: number | undefined;
}

export interface ExerciseNames {
  readonly push?: string;
  readonly pop?: string;
}

/** Item number i carries `(i * 37 + 11) mod 256`, so that order and loss both show in 8 bits. */
export const item = (index: number): number => (index * 37 + 11) % 256;

/** A part without state has no reset. */
export const outOfReset = (simulator: Steppable): void => {
  if ('aresetn' in simulator.in) simulator.in.aresetn = 1;
};

export const exerciseStream = (
  simulator: Steppable,
  plan: readonly Willingness[],
  { push = 'push', pop = 'pop' }: ExerciseNames = {},
): StreamCycle[] => {
  const cycles: StreamCycle[] = [];
  outOfReset(simulator);
  let next = 0;
  let offered = false;
  let waiting: number | undefined;
  for (const [offer, take] of plan) {
    offered ||= offer;
    simulator.in[`${push}_valid`] = offered ? 1 : 0;
    simulator.in[`${push}_data`] = offered ? item(next) : 0;
    simulator.in[`${pop}_ready`] = take ? 1 : 0;
    simulator.settle();
    const pushReady = simulator.out[`${push}_ready`] === 1;
    const popValid = simulator.out[`${pop}_valid`] === 1;
    const shown = Number(simulator.out[`${pop}_data`]);
    if (waiting !== undefined && (!popValid || shown !== waiting))
      throw new Error(`cycle ${cycles.length}: the item ${waiting} was offered, not taken, and did not stay`);
    waiting = popValid && !take ? shown : undefined;
    const pushed = offered && pushReady ? item(next) : undefined;
    if (pushed !== undefined) {
      next += 1;
      offered = false;
    }
    cycles.push({ pushReady, popValid, shown, pushed, popped: popValid && take ? shown : undefined });
    simulator.step();
  }
  return cycles;
};

/** Whether what came out is what went in, in order. */
export const inOrder = (cycles: readonly StreamCycle[]): boolean => {
  const pushed = cycles.flatMap((cycle) => cycle.pushed ?? []);
  const popped = cycles.flatMap((cycle) => cycle.popped ?? []);
  return popped.length <= pushed.length && popped.every((value, index) => value === pushed[index]);
};

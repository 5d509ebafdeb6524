/** Which steps of a run are in which order of necessity, and which two of them could as well have come the other way round. */
import { isOrderSeen, type Touched } from './touched.ts';

export interface Done {
  readonly name: string;
  readonly touched: Touched;
  /** Steps, by a bit each, because of which it was asked for. */
  readonly past: bigint;
}

/** Two steps, by their numbers, that nothing but chance had in this order. */
export interface Race {
  readonly first: number;
  readonly second: number;
}

const bitOf = (number: number): bigint => 1n << BigInt(number);
const has = (set: bigint, number: number): boolean => ((set >> BigInt(number)) & 1n) === 1n;

/** The steps of a run, as they are done. */
export class Course {
  readonly #steps: Done[] = [];
  /** Of each step, bits of those that come before it in every order that cannot be told from this one. */
  readonly #before: bigint[] = [];

  get length(): number {
    return this.#steps.length;
  }

  /** Takes back what was done from a number on. */
  cut(length: number): void {
    this.#steps.length = length;
    this.#before.length = length;
  }

  /** Adds a step. Gives the races that end with it. */
  add(step: Done): readonly Race[] {
    const second = this.#steps.length;
    let before = 0n;
    for (let first = second - 1; first >= 0; first -= 1)
      if (has(step.past, first)) before |= this.#before[first]! | bitOf(first);
    const races: Race[] = [];
    for (let first = second - 1; first >= 0; first -= 1) {
      if (has(before, first) || !isOrderSeen(this.#steps[first]!.touched, step.touched)) continue;
      races.push({ first, second });
      before |= this.#before[first]! | bitOf(first);
    }
    this.#steps.push(step);
    this.#before.push(before);
    return races;
  }

  /** What remains of a race's part of the run when its first step comes last: each with whether any of the others could begin it. */
  reversed({ first, second }: Race): readonly { readonly step: Done; readonly begins: boolean }[] {
    const rest: { step: Done; begins: boolean }[] = [];
    let taken = 0n;
    for (let number = first + 1; number <= second; number += 1) {
      const before = this.#before[number]!;
      if (number < second && has(before, first)) continue;
      rest.push({ step: this.#steps[number]!, begins: (before & taken) === 0n });
      taken |= bitOf(number);
    }
    return rest;
  }
}

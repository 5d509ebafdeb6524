/** When a model may be left alone: nothing happens in it for as long as nothing comes to it. */
import type { PortLayout } from './ports.ts';

/**
 * A model that can be passed over. Both speak of cycles in which its inputs stay as they were in the last `settlingCycles` steps, so
 * that what it has in registers has come to rest.
 */
export interface Restful {
  /** For how many cycles nothing changes in it but what counts cycles; 0 when something does. */
  rest(): number;
  /** Passes over so many cycles, at most `rest()`. */
  skip(cycles: number): void;
}

/** Longer than what was begun goes on by itself in a block that owes nothing to anybody. */
export const settlingCycles = 16;

/** Tells by a record of outputs whether every channel is empty: none offers anything, and all take what comes. */
export class EmptyChannels {
  readonly #valids: readonly number[];
  readonly #readies: readonly number[];

  /** @param except the prefix of channels that are not looked at */
  constructor(layout: PortLayout, except = 's_axil') {
    const words = (ending: RegExp): number[] =>
      layout.outputs.filter(({ name }) => ending.test(name) && !name.startsWith(except)).map(({ word }) => word);
    this.#valids = words(/(aw|ar|w|r|b|t)valid$/);
    this.#readies = words(/(aw|ar|w|r|b|t)ready$/);
  }

  in(record: Uint32Array): boolean {
    for (const word of this.#valids) if (record[word] !== 0) return false;
    for (const word of this.#readies) if (record[word] === 0) return false;
    return true;
  }
}

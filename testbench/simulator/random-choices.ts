/** What random modules choose by: one of a list, a chance, a width. */
import type { SourceLocation } from '../../rtl/hdl/ir.ts';
import type { Random } from './random.ts';

/** Where all of a random module comes from. */
export const location: SourceLocation = { file: 'random-module.ts', line: 1, column: 1 };

export class RandomChoices {
  readonly random: Random;
  readonly maximumWidth: number;

  /** @param maximumWidth of a signal, in bits. */
  constructor(random: Random, maximumWidth: number) {
    this.random = random;
    this.maximumWidth = maximumWidth;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.random.below(list.length)];
    if (one === undefined) throw new RangeError('nothing to pick from');
    return one;
  }

  /** True once in `one` times. */
  chance(one: number): boolean {
    return this.random.below(one) === 0;
  }

  /** Often one bit or a whole number of bytes. */
  width(): number {
    const { maximumWidth } = this;
    const kind = this.random.below(6);
    if (kind < 2) return 1;
    if (kind === 2) return this.pick([8, 16, 32, 64].filter((width) => width <= maximumWidth));
    return 1 + this.random.below(this.pick([8, 40, maximumWidth].map((limit) => Math.min(limit, maximumWidth))));
  }
}

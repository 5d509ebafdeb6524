/** Repeatable random numbers for the tests (Marsaglia, "Xorshift RNGs", 2003). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
    for (let warm = 0; warm < 8; warm += 1) this.#next();
  }

  #next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }

  /** From 0 to `limit - 1`. */
  below(limit: number): number {
    return this.#next() % limit;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }

  /** A value of a width; all zeros, all ones and the sign bit alone come often. */
  bits(width: number): bigint {
    switch (this.below(8)) {
      case 0:
        return 0n;
      case 1:
        return (1n << BigInt(width)) - 1n;
      case 2:
        return 1n << BigInt(width - 1);
      case 3:
        return BigInt.asUintN(width, BigInt(this.below(16)));
      default: {
        let value = 0n;
        for (let done = 0; done < width; done += 32) value = (value << 32n) | BigInt(this.#next());
        return BigInt.asUintN(width, value);
      }
    }
  }

  /** Narrow mostly, up to `most`. */
  width(most: number): number {
    const limit = this.pick([1, 4, 8, 33, 70, most]);
    return 1 + this.below(Math.min(limit, most));
  }
}

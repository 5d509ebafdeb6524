/** Words that depend on themselves, though none of their bits does. */

/** Signals, by path, of which whole words wait for each other. */
export class SignalCycle extends Error {
  readonly signals: readonly string[];
  constructor(signals: readonly string[]) {
    super('combinational cycle');
    this.signals = signals;
  }
}

/** Lowers with more and more signals bit by bit, until no word depends on itself. */
export const withBitwiseRetry = <T>(attempt: (bitwise: ReadonlySet<string>) => T): T => {
  let bitwise = new Set<string>();
  for (;;) {
    try {
      return attempt(bitwise);
    } catch (error) {
      if (!(error instanceof SignalCycle)) throw error;
      const before = bitwise.size;
      bitwise = new Set([...bitwise, ...error.signals]);
      if (bitwise.size === before)
        throw new Error(`combinational loop: ${error.signals.join(' -> ')}; break it with a register`);
    }
  }
};

/** What gives a block its inputs, and what watches its ports. */

/** Gives the inputs of each cycle from what was seen so far; a fresh one for each run, and deterministic. */
export interface Driver {
  /**
   * Writes the inputs of the next cycle over those of the cycle before.
   * @param outputs those of the cycle before; zeros before the first.
   * @returns false when the run is over; the inputs then do not count.
   */
  next(inputs: Uint32Array, outputs: Uint32Array): boolean;
}

/** Judges a run by its ports alone, independently of the model. */
export interface Scoreboard {
  readonly name: string;
  /** Called for every cycle with its inputs and outputs. Returns what is wrong, or null. */
  cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number): string | null;
  /** Called when the driver has ended the run; not called for a run that was cut off. */
  end?(): string | null;
}

/** What goes from the packet buffers to the writer, and from there to the completion. Source: `docs/systems/receive-engine.md`. */

/** A packet to write, or the end of a chain. */
export class Job {
  chain = false;
  mask = 0;
  buffer = 0;
  client = 0;
  hash = 0;
  hashType = 0;
  chainNumber = 0;
  chainStart = 0;
  length = 0;
  /** Beats stored. */
  stored = 0;
  truncated = false;
  /** Bytes of the last beat that are written. */
  lastBytes = 0;
}

/** A burst on its way, or the end of a chain behind those before it. */
export class Passing {
  chain = false;
  end = false;
  mask = 0;
}

export class Beat {
  readonly data: Uint32Array;
  last = 0;
  client = 0;
  hash = 0;
  chainNumber = 0;
  hashType = 0;
  chainStart = 0;
  mask = 0;
  bytes = 0;

  constructor(words: number) {
    this.data = new Uint32Array(words);
  }
}

export class ChainRecord {
  packets = 0;
  mask = 0;
}

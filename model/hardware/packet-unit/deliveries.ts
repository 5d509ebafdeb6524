/** What leaves the packet hash unit, read from the words of its ports. */

/** A frame as it left the unit. */
export interface DeliveredFrame {
  readonly bytes: Uint8Array;
  /** The client that the chain's hash names. */
  readonly client: number;
  /** Bit c is 1 when client c gets the frame. */
  readonly mask: number;
  readonly hash: number;
  readonly hashType: number;
  /** Chain number, modulo 2^16. */
  readonly chain: number;
  /** The frame is the first of its chain. */
  readonly chainStart: boolean;
  /** Cycles in which the first and the last beat left. */
  readonly firstCycle: number;
  readonly lastCycle: number;
}

export interface ChainRecord {
  readonly chain: number;
  readonly packets: number;
  readonly bytes: number;
  readonly client: number;
  readonly mask: number;
  readonly hash: number;
  readonly hashType: number;
  /** One of `closeReasons`. */
  readonly reason: number;
  /** Cycle in which the record left. */
  readonly cycle: number;
}

/** What `m_axis_tuser`, which begins at a word, says of a frame. */
export const frameMarks = (
  outputs: Uint32Array,
  user: number,
  clients: number,
): Pick<DeliveredFrame, 'mask' | 'hash' | 'hashType' | 'chain' | 'chainStart'> => {
  const marks = outputs[user + 1]!;
  const upper = clients > 12 ? outputs[user + 2]! : 0;
  return {
    mask: (marks >>> 20) | (upper << 12),
    hash: outputs[user]!,
    hashType: (marks >>> 16) & 7,
    chain: marks & 0xffff,
    chainStart: ((marks >>> 19) & 1) === 1,
  };
};

/** The record in `m_axis_chain_tdata`, which begins at a word. */
export const chainRecord = (outputs: Uint32Array, data: number): Omit<ChainRecord, 'cycle'> => {
  const counts = outputs[data + 2]!;
  const marks = outputs[data + 3]!;
  return {
    hash: outputs[data]!,
    bytes: outputs[data + 1]!,
    packets: counts & 0xffff,
    chain: counts >>> 16,
    client: marks & 0xff,
    reason: (marks >>> 8) & 7,
    hashType: (marks >>> 12) & 7,
    mask: marks >>> 16,
  };
};

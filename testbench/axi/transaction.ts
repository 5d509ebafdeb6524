/** AXI4 transactions as plain data, and what follows from them: addresses, byte lanes and write data of each beat. */

/** AxBURST (Arm IHI 0022, A3.4.1). */
export const bursts = { fixed: 0, incrementing: 1, wrapping: 2 } as const;
export type Burst = (typeof bursts)[keyof typeof bursts];

export interface Transaction {
  readonly direction: 'read' | 'write';
  readonly id: number;
  /** Of the first byte; below 2^53. */
  readonly address: number;
  /** 1 to 256. */
  readonly beats: number;
  /** AxSIZE: bytes in a beat, as a power of two. */
  readonly size: number;
  readonly burst: Burst;
  readonly exclusive: boolean;
  readonly cache: number;
  readonly prot: number;
  readonly qos: number;
  readonly region: number;
  /** AxUSER, where the interface has it. */
  readonly user?: number;
  /** What write data are made of: see `beatWord`. */
  readonly seed: number;
  /** 0: every byte lane of the transfer is written. Else some are left out, as this seed says. */
  readonly sparse: number;
  /** Cycles to wait before the address is offered, from the first in which it could be. */
  readonly wait: number;
  /** Cycles to wait before the first beat of write data is offered. */
  readonly dataWait: number;
  /** Whether write data wait until the address has been taken. */
  readonly dataAfterAddress: boolean;
  /** Whether everything before it in the list must have completed first. */
  readonly barrier: boolean;
}

/** What decides the addresses of a burst's beats. */
export type BurstShape = Pick<Transaction, 'address' | 'beats' | 'size' | 'burst'>;

/** The address of a beat's first byte (A3.4.1). */
export const beatAddress = ({ address, beats, size, burst }: BurstShape, beat: number): number => {
  if (beat === 0 || burst === bursts.fixed) return address;
  const bytes = 2 ** size;
  const aligned = address - (address % bytes);
  if (burst === bursts.incrementing) return aligned + beat * bytes;
  const container = bytes * beats;
  const boundary = address - (address % container);
  return boundary + ((aligned - boundary + beat * bytes) % container);
};

/** The first and the last byte lane that a beat may use on a bus of so many bytes (A3.4.3). */
export const firstLane = (transaction: BurstShape, beat: number, busBytes: number): number =>
  beatAddress(transaction, beat) % busBytes;
export const lastLane = (transaction: BurstShape, beat: number, busBytes: number): number => {
  const first = beatAddress(transaction, beat);
  const bytes = 2 ** transaction.size;
  return (first - (first % bytes) + bytes - 1) % busBytes;
};

const mix = (seed: number, index: number): number => {
  let value = Math.imul(seed ^ Math.imul(index + 1, 0x9e37_79b1), 0x85eb_ca6b);
  value ^= value >>> 13;
  value = Math.imul(value, 0xc2b2_ae35);
  return (value ^ (value >>> 16)) >>> 0;
};

/** A 32-bit word of the data of a beat, counted from the lowest byte lanes. */
export const beatWord = (seed: number, beat: number, word: number): number => mix(seed, beat * 64 + word);

/** The strobes of a write beat in byte lanes `32 * word` and up, of a bus of so many bytes. */
export const beatStrobes = (
  transaction: BurstShape & Pick<Transaction, 'sparse'>,
  beat: number,
  word: number,
  busBytes: number,
): number => {
  const low = Math.max(firstLane(transaction, beat, busBytes) - 32 * word, 0);
  const high = Math.min(lastLane(transaction, beat, busBytes) - 32 * word, 31);
  if (low > high) return 0;
  const lanes = ((high === 31 ? 0xffff_ffff : 2 ** (high + 1) - 1) & ~(2 ** low - 1)) >>> 0;
  return transaction.sparse === 0 ? lanes : (lanes & mix(transaction.sparse, beat * 64 + word)) >>> 0;
};

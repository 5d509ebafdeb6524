/** Which frames are free, and which of them to take. Source: `docs/systems/hypervisor.md`, "Free frames". */
import type { Processor } from '../../hardware/platform/index.ts';
import type { Core } from './core.ts';
import { HypervisorError, OutOfUseError } from './errors.ts';
import { copyBits, memoriesOf } from './frame-record.ts';
import type { Copies } from './interface.ts';
import { freeMapBytes, freeSummaryBytes, superFrameCount, superFrames } from './layout.ts';
import { readWords, writeWords } from './words.ts';

const wordBits = 64;
/** Of one memory in a super frame's part of the map. */
const words = superFrames / wordBits;
const all = (1n << BigInt(superFrames)) - 1n;
const outOfUseAt = 48n;

/** Bits of one super frame, of either memory: 1 is free. */
export type FreeBits = readonly [bigint, bigint];

/** Neighbouring frames of one super frame. */
export interface FrameRun {
  readonly frame: number;
  readonly copies: Copies;
  readonly frames: number;
}

export interface Summary {
  readonly first: number;
  readonly second: number;
  readonly both: number;
}

const joined = (parts: readonly bigint[]): bigint =>
  parts.reduce((sum, word, index) => sum | (word << BigInt(wordBits * index)), 0n);

const parted = (bits: bigint): bigint[] =>
  Array.from({ length: words }, (_, index) => BigInt.asUintN(wordBits, bits >> BigInt(wordBits * index)));

const count = (bits: bigint): number => {
  let ones = 0;
  for (const digit of bits.toString(16)) ones += [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4][parseInt(digit, 16)]!;
  return ones;
};

export const summaryOf = ([first, second]: FreeBits): Summary => ({
  first: count(first),
  second: count(second),
  both: count(first & second),
});

export const encodeSummary = ({ first, second, both }: Summary): bigint =>
  BigInt(first) | (BigInt(second) << 16n) | (BigInt(both) << 32n);

export const decodeSummary = (word: bigint): Summary => {
  const field = (low: bigint): number => Number((word >> low) & 0xffffn);
  return { first: field(0n), second: field(16n), both: field(32n) };
};

/** Bits of a run of frames, from a place in the super frame. */
const run = (place: number, frames: number): bigint => ((1n << BigInt(frames)) - 1n) << BigInt(place);

const lowestOne = (bits: bigint): number | undefined => (bits === 0n ? undefined : count((bits & -bits) - 1n));

/** The lowest place of so many free frames, aligned to their number, which is 1, 2 or 512. */
const placeOf = (bits: bigint, frames: number): number | undefined => {
  if (frames === superFrames) return bits === all ? 0 : undefined;
  if (frames === 1) return lowestOne(bits);
  const even = joined(Array.from({ length: words }, () => 0x5555_5555_5555_5555n));
  return lowestOne(bits & (bits >> 1n) & even);
};

/** All of these are called with the lock of the frame table. */
export class FreeMap {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  #summary(group: number): number {
    return this.#core.areaAddress('freeSummary') + freeSummaryBytes * group;
  }

  #map(group: number): number {
    return this.#core.areaAddress('freeMap') + freeMapBytes * group;
  }

  async bits({ machine }: Processor, group: number): Promise<FreeBits> {
    const read = await readWords(machine, this.#map(group), 2 * words);
    return [joined(read.slice(0, words)), joined(read.slice(words))];
  }

  /** The words of the summary, as they are. */
  summaries({ machine }: Processor): Promise<bigint[]> {
    return readWords(machine, this.#summary(0), superFrameCount(this.#core.layout.frames));
  }

  async #write({ machine }: Processor, group: number, before: FreeBits, after: FreeBits, word: bigint): Promise<void> {
    const writes = [
      machine.write64(this.#summary(group), (word & ~0xffff_ffff_ffffn) | encodeSummary(summaryOf(after))),
    ];
    for (const memory of [0, 1] as const) {
      const old = parted(before[memory]);
      const changed = parted(after[memory]).map((value, index) => ({ value, index }));
      const differing = changed.filter(({ value, index }) => value !== old[index]);
      if (differing.length === 0) continue;
      const { index } = differing[0]!;
      const values = changed.slice(index, differing.at(-1)!.index + 1).map(({ value }) => value);
      writes.push(writeWords(machine, this.#map(group) + 8 * (words * memory + index), values));
    }
    await Promise.all(writes);
  }

  /** Super frames with what is wanted, the best first. */
  #candidates(summaries: readonly bigint[], copies: Copies, frames: number): readonly number[] {
    const ranked = summaries.map((word, group) => {
      const { first, second, both } = decodeSummary(word);
      const wanted = copies === 'both' ? both : copies === 'first' ? first : second;
      const whole = memoriesOf(copies).some((memory) => [first, second][memory] === superFrames);
      const oneSided = copies === 'both' || wanted > both;
      return { group, wanted, rank: [Number(whole), Number(!oneSided), wanted, group] };
    });
    const byRank = (a: readonly number[], b: readonly number[]): number => {
      const at = a.findIndex((value, index) => value !== b[index]);
      return at < 0 ? 0 : a[at]! - b[at]!;
    };
    return ranked
      .filter(({ wanted }) => wanted >= frames)
      .sort((a, b) => byRank(a.rank, b.rank))
      .map(({ group }) => group);
  }

  /**
   * Takes frames out of the map: 1, 2 or 512. Gives the first's number.
   *
   * @throws ENOMEM where there are none; EIO for single copies of a memory that is out of use
   */
  async take(processor: Processor, copies: Copies, frames: number): Promise<number> {
    const summaries = await this.summaries(processor);
    if (copies !== 'both' && (Number((summaries[0]! >> outOfUseAt) & 3n) & copyBits(copies)) !== 0)
      throw new OutOfUseError(copies);
    for (const group of this.#candidates(summaries, copies, frames)) {
      const before = await this.bits(processor, group);
      const wanted = copies === 'both' ? before[0] & before[1] : before[copies === 'first' ? 0 : 1];
      const oneSided = copies === 'both' ? wanted : wanted & ~(before[0] & before[1]);
      const place = placeOf(oneSided, frames) ?? placeOf(wanted, frames);
      if (place === undefined) continue;
      const taken = run(place, frames);
      const after = this.#changed(before, copies, (bits) => bits & ~taken);
      await this.#write(processor, group, before, after, summaries[group]!);
      return group * superFrames + place;
    }
    const what = frames === 1 ? 'no frame is' : `no ${frames} neighbouring frames are`;
    const where = copies === 'both' ? 'both memories at once' : `the ${copies} memory`;
    throw new HypervisorError('ENOMEM', `${what} free in ${where}`);
  }

  /** Puts runs of frames of one super frame into the map. */
  async put(processor: Processor, group: number, runs: readonly FrameRun[]): Promise<void> {
    const [before, word] = await Promise.all([
      this.bits(processor, group),
      processor.machine.read64(this.#summary(group)),
    ]);
    const after = runs.reduce<FreeBits>(
      (bits, { frame, copies, frames }) => this.#changed(bits, copies, (old) => old | run(frame % superFrames, frames)),
      before,
    );
    await this.#write(processor, group, before, after, word);
  }

  #changed([first, second]: FreeBits, copies: Copies, change: (bits: bigint) => bigint): FreeBits {
    return [copies === 'second' ? first : change(first), copies === 'first' ? second : change(second)];
  }

  /** Whether single copies are given of a memory. */
  async setOutOfUse({ machine }: Processor, memory: 0 | 1, out: boolean): Promise<void> {
    const word = await machine.read64(this.#summary(0));
    const bit = 1n << (outOfUseAt + BigInt(memory));
    await machine.write64(this.#summary(0), out ? word | bit : word & ~bit);
  }
}

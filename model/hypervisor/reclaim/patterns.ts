/**
 * The table of patterns that swept pages hold, in the hypervisor's memory. Source: `docs/systems/hypervisor.md`, "Sweep".
 *
 * A record has 16 bytes: the pattern, then in bits 0 to 62 how many pages hold it (0: the record is free). Each domain has its own
 * part of them for its pages. Records lie in buckets; a pattern is in the first bucket from its own on that had room when it came. Bit 63 of
 * a bucket's first count says that one was passed over to the next bucket of the part, and stays.
 */
import type { Processor, View } from '../../hardware/platform/index.ts';
import { type Areas, HypervisorError } from '../memory/interface.ts';
import { domainCount, patternRecordBytes } from '../memory/layout.ts';
import { Lock } from '../memory/lock.ts';
import { wordsOf } from '../memory/words.ts';

/** Of a bucket, at most. */
const mostBucketRecords = 64;
const passedOver = 1n << 63n;
/** The odd number nearest to 2^64 divided by the golden ratio: Fibonacci hashing (Knuth, volume 3, 6.4). */
const multiplier = 0x9e37_79b9_7f4a_7c15n;

interface Bucket {
  /** Number of its first record. */
  readonly first: number;
  readonly words: readonly bigint[];
}

export class Patterns {
  readonly #areas: Areas;
  readonly #bucketRecords: number;
  /** Of each domain. */
  readonly #buckets: number;
  readonly #lock = new Lock();

  constructor(areas: Areas) {
    this.#areas = areas;
    const { frames } = areas.layout;
    const share = Math.floor(Math.min(frames, 65_536) / domainCount);
    this.#bucketRecords = Math.min(mostBucketRecords, share);
    this.#buckets = Math.floor(share / this.#bucketRecords);
  }

  #view(processor: Processor): View {
    return this.#areas.view(processor, 'patterns');
  }

  async #read(processor: Processor, bucket: number): Promise<Bucket> {
    const first = this.#bucketRecords * bucket;
    const bytes = await this.#view(processor).read(
      patternRecordBytes * first,
      patternRecordBytes * this.#bucketRecords,
    );
    return { first, words: wordsOf(bytes) };
  }

  #count({ words }: Bucket, record: number): bigint {
    return words[2 * record + 1]! & ~passedOver;
  }

  #setCount(processor: Processor, { first, words }: Bucket, record: number, count: bigint): Promise<void> {
    const mark = words[2 * record + 1]! & passedOver;
    return this.#view(processor).write64(patternRecordBytes * (first + record) + 8, count | mark);
  }

  /**
   * Counts pages of a domain's to a pattern, giving it a record of the domain's if it has none. Gives its number.
   *
   * @throws ENOSPC when the domain has used up its part
   */
  add(processor: Processor, domain: number, pattern: bigint, pages: number): Promise<number> {
    return this.#lock.hold(async () => {
      const home = Number(((pattern * multiplier) >> 32n) % BigInt(this.#buckets));
      let room: { readonly bucket: Bucket; readonly record: number } | undefined;
      for (let step = 0; step < this.#buckets; step += 1) {
        const bucket = await this.#read(processor, this.#buckets * domain + ((home + step) % this.#buckets));
        for (let record = 0; record < this.#bucketRecords; record += 1) {
          const count = this.#count(bucket, record);
          if (count === 0n) room ??= { bucket, record };
          else if (bucket.words[2 * record] === pattern) {
            await this.#setCount(processor, bucket, record, count + BigInt(pages));
            return bucket.first + record;
          }
        }
        const mark = bucket.words[1]!;
        if ((mark & passedOver) !== 0n) continue;
        if (room !== undefined) break;
        await this.#view(processor).write64(patternRecordBytes * bucket.first + 8, mark | passedOver);
      }
      if (room === undefined)
        throw new HypervisorError(
          'ENOSPC',
          `swept pages of domain ${domain} hold ${this.#bucketRecords * this.#buckets} patterns, which is all that they may`,
        );
      const { bucket, record } = room;
      await this.#view(processor).write64(patternRecordBytes * (bucket.first + record), pattern);
      await this.#setCount(processor, bucket, record, BigInt(pages));
      return bucket.first + record;
    });
  }

  /** The pattern with a number that a swept page names. */
  value(processor: Processor, number: number): Promise<bigint> {
    return this.#view(processor).read64(patternRecordBytes * number);
  }

  /** Counts pages that hold a pattern no more. */
  release(processor: Processor, number: number, pages: number): Promise<void> {
    return this.#lock.hold(async () => {
      const view = this.#view(processor);
      const at = patternRecordBytes * number + 8;
      await view.write64(at, (await view.read64(at)) - BigInt(pages));
    });
  }

  /** How many pages hold each pattern, by its number, as the table says. */
  async counts(processor: Processor): Promise<ReadonlyMap<number, number>> {
    const counts = new Map<number, number>();
    for (let number = 0; number < domainCount * this.#buckets; number += 1) {
      const bucket = await this.#read(processor, number);
      for (let record = 0; record < this.#bucketRecords; record += 1) {
        const count = this.#count(bucket, record);
        if (count !== 0n) counts.set(bucket.first + record, Number(count));
      }
    }
    return counts;
  }
}

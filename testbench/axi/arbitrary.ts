/** Random lists of legal AXI4 transactions, shrinking towards few, short and plain ones. */
import fc, { type Arbitrary } from 'fast-check';
import { bursts, type Transaction } from './transaction.ts';

/** Addresses to go to; base and size are multiples of 4 KiB. */
export interface AddressRange {
  readonly base: number;
  readonly size: number;
}

export interface TransactionOptions {
  readonly dataWidth: number;
  readonly idWidth: number;
  readonly ranges: readonly AddressRange[];
  /** Length of the list; default 30. */
  readonly maximum?: number;
  /** Longest burst in beats; default 256. */
  readonly longest?: number;
  /** Whether there are exclusive accesses; default: some. */
  readonly exclusives?: boolean | 'mostly';
}

const page = 4096;
/** AxCACHE without the reserved values (A4.4), plainest first. */
const cacheValues = [0, 1, 2, 3, 6, 7, 10, 11, 14, 15] as const;

const draws = (options: TransactionOptions) =>
  fc.record({
    write: fc.boolean(),
    id: fc.oneof(fc.nat(Math.min(3, 2 ** options.idWidth - 1)), fc.nat(2 ** options.idWidth - 1)),
    range: fc.nat(options.ranges.length - 1),
    page: fc.nat(0xffff),
    // Few different addresses, so that reads meet what writes wrote; and any.
    offset: fc.oneof(
      fc.nat(15).map((place) => place * 16),
      fc.nat(page - 1),
    ),
    beats: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) },
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 16 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 256 }) },
    ),
    narrow: fc.oneof(fc.constant(0), fc.nat(7)),
    burst: fc.constantFrom(bursts.incrementing, bursts.incrementing, bursts.wrapping, bursts.fixed),
    cache: fc.constantFrom(...cacheValues),
    prot: fc.nat(7),
    qos: fc.nat(15),
    region: fc.nat(15),
    seed: fc.nat(0xffff),
    sparse: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(0xffff) }),
    wait: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
    dataWait: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
    dataAfterAddress: fc.boolean(),
    barrier: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  });

type Draw = ReturnType<typeof draws> extends Arbitrary<infer T> ? T : never;

const place = (draw: Draw, options: TransactionOptions, exclusive: boolean): Omit<Transaction, 'direction'> => {
  const range = options.ranges[draw.range] ?? { base: 0, size: page };
  const widest = Math.log2(options.dataWidth / 8);
  const size = widest - (draw.narrow % (widest + 1));
  const bytes = 2 ** size;
  const longest = options.longest ?? 256;
  const base = range.base + (draw.page % (range.size / page)) * page;
  const { burst } = draw;
  let beats = Math.min(draw.beats, longest);
  let { offset } = draw;
  if (exclusive) {
    // A7.2.4: a power of two of bytes, at most 128, in at most 16 beats, aligned to their number.
    beats = Math.min(2 ** Math.floor(Math.log2(Math.min(beats, 16))), 128 / bytes, longest);
    if (burst === bursts.wrapping) beats = Math.max(2, beats);
    offset -= offset % (beats * bytes);
  } else if (burst === bursts.wrapping) {
    beats = Math.min(16, Math.max(2, 2 ** Math.floor(Math.log2(beats))));
    offset -= offset % bytes;
  } else if (burst === bursts.fixed) beats = Math.min(beats, 16);
  else beats = Math.min(beats, Math.floor((page - (offset - (offset % bytes))) / bytes));
  const { id, cache, prot, qos, region, seed, sparse, wait, dataWait, dataAfterAddress, barrier } = draw;
  return {
    id,
    address: base + offset,
    beats,
    size,
    burst,
    exclusive,
    cache,
    prot,
    qos,
    region,
    seed,
    sparse,
    wait,
    dataWait,
    dataAfterAddress,
    barrier,
  };
};

/** A list of legal transactions; an exclusive write follows the exclusive read of its place, perhaps with others between. */
export const transactionLists = (options: TransactionOptions): Arbitrary<readonly Transaction[]> => {
  const one = draws(options);
  const single = one.map((draw): Transaction[] => [
    { direction: draw.write ? 'write' : 'read', ...place(draw, options, false) },
  ]);
  const pair = fc.tuple(one, fc.array(single, { maxLength: 2 }), fc.boolean()).map(([draw, between, stays]) => {
    const both = place(draw, options, true);
    return [
      { direction: 'read' as const, ...both },
      ...between.flat(),
      // A7.2.1: the write begins when the read has completed.
      { direction: 'write' as const, ...both, exclusive: stays, barrier: true },
    ];
  });
  const [singles, pairs] = options.exclusives === 'mostly' ? [1, 3] : [8, 1];
  const step =
    options.exclusives === false
      ? single
      : fc.oneof({ weight: singles, arbitrary: single }, { weight: pairs, arbitrary: pair });
  return fc.array(step, { maxLength: options.maximum ?? 30 }).map((steps) => steps.flat());
};

/** Lengths of going and stopping for `RunLengths`, the empty list first: always going. */
export const stalls: Arbitrary<readonly number[]> = fc.oneof(
  fc.constant([] as number[]),
  fc.array(fc.nat(6), { maxLength: 8 }),
);

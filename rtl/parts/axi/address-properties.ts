import type { Bits } from '../../hdl/index.ts';
import { type BurstSignals, beatMask, burstCodes, containerMask } from './beat.ts';

export interface AddressSignals extends BurstSignals {
  readonly valid: Bits<1>;
  readonly lock: Bits<1>;
  readonly cache: Bits;
}

type AddressRule =
  | 'burst'
  | 'size'
  | 'fixed_length'
  | 'wrap_length'
  | 'wrap_aligned'
  | 'boundary'
  | 'cache'
  | 'exclusive_bytes'
  | 'exclusive_beats'
  | 'exclusive_aligned';

const oneOf = (value: Bits, allowed: readonly number[]): Bits<1> =>
  allowed.map((one) => value.eq(one)).reduce((sum, one) => sum.or(one));

/** The rules of one address channel, whatever happens on the others (A3.4.1, A4.4, A7.2.4). */
export const addressRules = <Channel extends 'aw' | 'ar'>(
  channel: Channel,
  { valid, addr, len, size, burst, lock, cache }: AddressSignals,
  busBytes: number,
  never: (name: `${Channel}_${AddressRule}`, broken: Bits<1>) => void,
): void => {
  const broken = (name: AddressRule, condition: Bits<1>): void => never(`${channel}_${name}`, valid.and(condition));
  const wraps = burst.eq(burstCodes.wrapping);
  const offset = addr.resize<number>(12);
  broken('burst', burst.eq(3));
  broken('size', size.gt(Math.log2(busBytes)));
  broken('fixed_length', burst.eq(burstCodes.fixed).and(len.gt(15)));
  broken('wrap_length', wraps.and(oneOf(len, [1, 3, 7, 15]).not()));
  broken('wrap_aligned', wraps.and(offset.and(beatMask(size, 12)).isNonZero()));
  // The last byte: the beats that follow the first are aligned, so the bytes of the first count from its aligned address.
  const bytes = len.extend<number>(16).shiftLeft(size);
  const first = offset.and(beatMask(size, 12).not()).extend<number>(16);
  const last = first.add(bytes).or(beatMask(size, 16));
  broken('boundary', burst.eq(burstCodes.incrementing).and(last.gt(4095)));
  const allocates = cache.slice<number, number>(3, 2).isNonZero();
  broken('cache', cache.bit(1).not().and(allocates));
  const total = len.extend<number>(16).add(1).shiftLeft(size);
  const fits = oneOf(total, [1, 2, 4, 8, 16, 32, 64, 128]);
  broken('exclusive_bytes', lock.and(fits.not()));
  broken('exclusive_beats', lock.and(len.gt(15)));
  broken(
    'exclusive_aligned',
    lock
      .and(fits)
      .and(len.le(15))
      .and(offset.and(containerMask(len, size).extend<number>(12)).isNonZero()),
  );
};

/** Where the beats of a burst go: addresses and byte lanes (Arm IHI 0022, A3.4.1 and A3.4.3), as logic. */
import { type Bits, bits, concat, constant, lit, mux, select } from '../../hdl/index.ts';

/** AxBURST. */
export const burstCodes = { fixed: 0, incrementing: 1, wrapping: 2 } as const;

export interface BurstSignals {
  readonly addr: Bits;
  readonly len: Bits;
  readonly size: Bits;
  readonly burst: Bits;
}

/** Ones below the size of a beat: an address and this is the offset in the beat. In as many bits as asked for; zeros above. */
export const beatMask = (size: Bits, width: number): Bits =>
  select(
    size,
    Array.from({ length: 8 }, (_, code) => constant(bits<number>(width), Math.min(2 ** code, 2 ** width) - 1)),
  );

/** Ones below the size of a whole burst that wraps: (`len` + 1) beats less one byte; 11 bits for at most 16 beats of 128 bytes. */
export const containerMask = (len: Bits, size: Bits): Bits => {
  const wide = len.slice<number, number>(3, 0).extend<number>(11);
  return wide.shiftLeft(size).or(beatMask(size, 11));
};

/** The low `width` bits of the address of a beat by its number, without the addresses between. */
export const beatAddressOf = (start: BurstSignals, beat: Bits, width: number): Bits => {
  const low = start.addr.resize<number>(width);
  const offset = beat
    .resize<number>(width + 8)
    .shiftLeft(start.size)
    .resize<number>(width);
  const aligned = low.and(beatMask(start.size, width).not()).add(offset);
  const container = containerMask(start.len, start.size).resize<number>(width);
  const wrapped = low.and(container.not()).or(aligned.and(container));
  const moved = mux(start.burst.eq(burstCodes.wrapping), wrapped, aligned);
  return mux(beat.isZero().or(start.burst.eq(burstCodes.fixed)), low, moved);
};

/** One bit for each byte lane of the bus: whether a beat at this address may use it. Only the low bits of the address matter. */
export const beatLanes = (address: Bits, size: Bits, busBytes: number): Bits => {
  if (busBytes === 1) return lit<number>(1, 1);
  const width = Math.log2(busBytes);
  const low = address.resize<number>(width);
  const last = low.or(beatMask(size, width));
  const lanes = Array.from({ length: busBytes }, (_, lane) => low.le(lane).and(last.ge(lane)));
  return concat(...lanes.reverse());
};

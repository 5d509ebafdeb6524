import { type Bits, concat, lit, mux, select } from '../hdl/index.ts';

/** Addresses of the beats of bursts (Arm IHI 0022, A3.4.1). Sizes are up to 4: 16 bytes. */
const powers = [0, 1, 2, 3, 4, 0, 0, 0] as const;

/** Bytes of a beat, less one. */
export const sizeMask = (size: Bits<3>, width: number): Bits =>
  select(
    size,
    powers.map((power) => lit<number>(width, 2 ** power - 1)),
  );

/** A number of beats in bytes, cut to a width. */
const beatsToBytes = (beats: Bits, size: Bits<3>, width: number): Bits =>
  select(
    size,
    powers.map((power) => beats.resize<number>(width).shiftLeft(power)),
  );

/** Beats after this one up to the end of the line, or of the wrap container. */
export const beatsAhead = (address: Bits, size: Bits<3>, burst: Bits<2>, wrap: Bits<8>): Bits<6> => {
  const within = mux(burst.eq(2), wrap.slice(5, 0), 63) as Bits;
  const bytes = address.slice(5, 0).not().and(within);
  return select(
    size,
    powers.map((power) => bytes.shiftRight(power)),
  );
};

/** Bytes of a wrap container, less one: of 16 beats of 16 bytes at most. */
export const wrapMask = (length: Bits<8>, size: Bits<3>): Bits<8> =>
  beatsToBytes(length, size, 8).or(sizeMask(size, 8));

/** Where in its line the beat is that comes `beats` later, its line being the same. */
export const offsetAfter = (address: Bits, beats: Bits, size: Bits<3>): Bits<6> =>
  address
    .slice(5, 0)
    .and(sizeMask(size, 6).not())
    .add(beatsToBytes(beats, size, 6));

/** The address of the beat that comes `beats` later. Bursts stay in their 4 KiB, and those that wrap in their container. */
export const addressAfter = (address: Bits, beats: Bits, size: Bits<3>, burst: Bits<2>, wrap: Bits<8>): Bits => {
  const low = address.slice(11, 0);
  const sum = low.and(sizeMask(size, 12).not()).add(beatsToBytes(beats, size, 12));
  const wide = wrap.resize(12);
  const wrapped = low.and(wide.not()).or(sum.and(wide));
  const next = mux(burst.eq(0), low, mux(burst.eq(2), wrapped, sum));
  return concat(address.slice<number, number>(address.width - 1, 12), next);
};

import { type Bits, concat, lit, mux, type ValueOf } from '../hdl/index.ts';
import { superPageBits } from './interface.ts';
import { type Geometry, type leaf, widthsOf } from './shapes.ts';

/** The index of a leaf's cookie (the page's "Cookies"): pieces of its identity, exclusive-ored together. */
export const cookieIndexOf = (p: Geometry, of: ValueOf<ReturnType<typeof leaf>>): Bits => {
  const { frame: width } = widthsOf(p);
  const first = of.where.enabled.bit(0);
  const place: Bits = mux(first, of.where.places.get(0), of.where.places.get(1));
  const frame = place.slice<number, number>(width - 1, 0);
  const high = frame.slice<number, number>(width - 1, superPageBits);
  const low = mux(of.super, 0, frame.slice<number, number>(superPageBits - 1, 0));
  const identity = concat(first.not(), of.super, high, low) as Bits;
  const pieces = Math.ceil((width + 2) / p.cookieIndexWidth);
  const padded = identity.resize<number>(pieces * p.cookieIndexWidth);
  return Array.from({ length: pieces }, (_, piece) =>
    padded.slice<number, number>((piece + 1) * p.cookieIndexWidth - 1, piece * p.cookieIndexWidth),
  ).reduce((sum, piece) => sum.xor(piece), lit<number>(p.cookieIndexWidth, 0) as Bits);
};

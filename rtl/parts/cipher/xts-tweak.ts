import { type Bits, concat, lit, mux } from '../../hdl/index.ts';

/** What x to the width is reduced to: IEEE 1619, 5.2 for 128 bits; for 64 the lexically first irreducible polynomial of weight five. */
const reductions = { 64: 0x1b, 128: 0x87 } as const;

/** The product with x to the `power` in GF(2^width), bit i being the coefficient of x^i. @param power less than the width less 8 */
const timesPower = (value: Bits, power: number): Bits => {
  const width = value.width as keyof typeof reductions;
  const reduction = reductions[width];
  const high = value.slice(width - 1, width - power);
  const shifted = concat(value.slice(width - 1 - power, 0), lit(power, 0)).resize(width);
  const folded = [0, 1, 2, 3, 4, 5, 6, 7]
    .filter((bit) => (reduction >> bit) & 1)
    .map((bit) => (bit === 0 ? high : (concat(high, lit(bit, 0)) as Bits)).resize(width));
  return folded.reduce((sum, part) => sum.xor(part), shifted as Bits);
};

/**
 * The tweak of block `index` of a data unit from that of its first block: times alpha to the `index` (IEEE 1619, 5.2), byte 0 being the lowest.
 * Combinational: powers of alpha of 1, 2, 4 and so on are products of a few bits each, so a burst can begin at any block of a data unit.
 *
 * @param tweak 128 bits; or 64, for ciphers with blocks of 64 bits
 */
export const tweakOf = (tweak: Bits, index: Bits): Bits => {
  if (!(tweak.width in reductions)) throw new Error(`a tweak has 64 or 128 bits, not ${tweak.width}`);
  let value: Bits = tweak;
  for (let bit = 0; bit < index.width; bit += 1) {
    // Larger powers are taken in steps that the reduction goes through once.
    let product = value;
    for (let left = 2 ** bit; left > 0; left -= 32) product = timesPower(product, Math.min(left, 32));
    value = mux(index.bit(bit), product, value);
  }
  return value;
};

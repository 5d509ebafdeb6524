/** The tables of AES as numbers, computed from FIPS 197's definitions: nothing is transcribed, so nothing can be mistyped. */

/** x to the eighth plus what the product of the field is reduced by (FIPS 197, 4.2). */
const modulus = 0x11b;

/** The product in GF(2^8) (FIPS 197, 4.2). */
export const multiply = (left: number, right: number): number => {
  let product = 0;
  for (let index = 0; index < 8; index += 1) if ((right >> index) & 1) product ^= left << index;
  for (let index = 14; index >= 8; index -= 1) if ((product >> index) & 1) product ^= modulus << (index - 8);
  return product;
};

const all = Array.from({ length: 256 }, (_, value) => value);
const invert = (value: number): number => all.find((other) => multiply(value, other) === 1) ?? 0;
const rotate = (value: number, by: number): number => ((value << by) | (value >> (8 - by))) & 0xff;

/** The S-box (FIPS 197, 5.1.1): the inverse in the field, then an affine map. */
export const sBox: readonly number[] = all.map((value) => {
  const inverse = invert(value);
  return [1, 2, 3, 4].reduce((sum, by) => sum ^ rotate(inverse, by), inverse ^ 0x63);
});

/** The inverse S-box (FIPS 197, 5.3.2). */
export const inverseSBox: readonly number[] = all.map((value) => sBox.indexOf(value));

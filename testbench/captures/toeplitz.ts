/**
 * The Toeplitz hash of RSS, a byte of input at a time: for every bit of the input that is 1, from the first and most significant on,
 * the 32 bits of the key that start at the bit's position are combined by exclusive or. Source: Microsoft, "RSS hashing functions".
 * @param key at least 4 bytes longer than the input, so that every bit of the input has its 32 bits of key.
 * @returns an unsigned 32-bit number.
 * @throws RangeError when the key is too short.
 */
export const toeplitzHash = (key: Uint8Array, input: Uint8Array): number => {
  if (key.length < input.length + 4)
    throw new RangeError(
      `A key of ${key.length} bytes hashes at most ${Math.max(0, key.length - 4)} bytes of input, not ${input.length}; give a key of ${input.length + 4} bytes.`,
    );
  let hash = 0;
  input.forEach((byte, position) => {
    const window = (key[position]! << 24) | (key[position + 1]! << 16) | (key[position + 2]! << 8) | key[position + 3]!;
    // The last byte of the input may need bits of a fifth byte of key; beyond the key's end they are never used.
    const next = key[position + 4] ?? 0;
    for (let bit = 0; bit < 8; bit += 1)
      if ((byte & (0x80 >>> bit)) !== 0) hash ^= (window << bit) | (next >>> (8 - bit));
  });
  return hash >>> 0;
};

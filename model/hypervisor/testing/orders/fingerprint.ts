/** Fingerprints of 64 bits, by which states that were seen are known again. */
export interface Fingerprint {
  readonly low: number;
  readonly high: number;
}

export const noFingerprint: Fingerprint = { low: 0x811c_9dc5, high: 0x0137_c4a9 };

/** The finalizer of MurmurHash3. */
export const mixed = (value: number): number => {
  const first = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2_ae35);
  return (second ^ (second >>> 16)) >>> 0;
};

/** Adds a text, and some bytes. */
export const fold = ({ low, high }: Fingerprint, text: string, bytes?: Uint8Array): Fingerprint => {
  let [one, other] = [low, high];
  const add = (value: number): void => {
    one = Math.imul(one ^ value, 0x0100_0193) >>> 0;
    other = (Math.imul(other, 31) + value + 0x9e37) >>> 0;
  };
  for (let index = 0; index < text.length; index += 1) add(text.charCodeAt(index));
  if (bytes !== undefined) for (const byte of bytes) add(byte + 256);
  return { low: mixed(one), high: mixed(other ^ 0x5bd1_e995) };
};

/** Adds a number of 32 bits. */
export const foldNumber = ({ low, high }: Fingerprint, value: number): Fingerprint => ({
  low: mixed(Math.imul(low, 0x9e37_79b1) ^ mixed(value + 0x1234_567)),
  high: mixed(Math.imul(high, 0xc2b2_ae3d) ^ mixed(value ^ 0x7f4a_7c15)),
});

export const textOf = ({ low, high }: Fingerprint): string => `${low}:${high}`;

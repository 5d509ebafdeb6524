/** Content by a number, so that a scenario need not write it out. */
import { randomNumbers } from '../../model/hardware/primitives/random-numbers.ts';

/** The first bytes of the content with that number. */
export const patternBytes = (pattern: number, bytes: number): Uint8Array => {
  const random = randomNumbers(pattern);
  return Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256));
};

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

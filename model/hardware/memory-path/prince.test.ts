import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { Prince } from './prince.ts';

describe('PRINCE', () => {
  /** The paper's appendix A: plaintext, k0, k1, ciphertext. */
  it.each([
    [0x0000000000000000n, 0x0000000000000000n, 0x0000000000000000n, 0x818665aa0d02dfdan],
    [0xffffffffffffffffn, 0x0000000000000000n, 0x0000000000000000n, 0x604ae6ca03c20adan],
    [0x0000000000000000n, 0xffffffffffffffffn, 0x0000000000000000n, 0x9fb51935fc3df524n],
    [0x0000000000000000n, 0x0000000000000000n, 0xffffffffffffffffn, 0x78a54cbe737bb7efn],
    [0x0123456789abcdefn, 0x0000000000000000n, 0xfedcba9876543210n, 0xae25ad3ca8fa9ccfn],
  ])('encrypts %x under %x, %x', (plain, k0, k1, hidden) => {
    const prince = new Prince(k0, k1);
    expect(prince.encrypt(plain)).toBe(hidden);
    expect(prince.decrypt(hidden)).toBe(plain);
  });

  const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  test.prop([word, word, word])('decrypts what it encrypted', (plain, k0, k1) => {
    const prince = new Prince(k0, k1);
    expect(prince.decrypt(prince.encrypt(plain))).toBe(plain);
  });
});

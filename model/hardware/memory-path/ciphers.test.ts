import { describe, expect, it } from 'vitest';
import { channels } from '../../../rtl/memory-path/interface.ts';
import { cipherOf } from './ciphers.ts';

const bytes = (hexadecimal: string): Uint8Array => Uint8Array.from(Buffer.from(hexadecimal, 'hex'));
const hexadecimal = (value: Uint8Array): string => Buffer.from(value).toString('hex');

const staged = (key1: string, key2: string): Uint8Array => {
  const key = new Uint8Array(64);
  key.set(bytes(key1));
  key.set(bytes(key2), 32);
  return key;
};

describe('AES in XTS mode', () => {
  /** IEEE 1619-2007, annex B: vectors 1, 2, 3 (AES-128) and the first 32 bytes of vector 10 (AES-256). */
  it.each([
    {
      channel: channels.aes128,
      key1: '00'.repeat(16),
      key2: '00'.repeat(16),
      unit: 0,
      plain: '00'.repeat(32),
      hidden: '917cf69ebd68b2ec9b9fe9a3eadda692cd43d2f59598ed858c02c2652fbf922e',
    },
    {
      channel: channels.aes128,
      key1: '11'.repeat(16),
      key2: '22'.repeat(16),
      unit: 0x3333333333,
      plain: '44'.repeat(32),
      hidden: 'c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0',
    },
    {
      channel: channels.aes128,
      key1: 'fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0',
      key2: '22'.repeat(16),
      unit: 0x3333333333,
      plain: '44'.repeat(32),
      hidden: 'af85336b597afc1a900b2eb21ec949d292df4c047e0b21532186a5971a227a89',
    },
    {
      channel: channels.aes256,
      key1: '2718281828459045235360287471352662497757247093699959574966967627',
      key2: '3141592653589793238462643383279502884197169399375105820974944592',
      unit: 0xff,
      plain: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
      hidden: '1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b',
    },
  ])('gives vector of unit $unit', ({ channel, key1, key2, unit, plain, hidden }) => {
    const cipher = cipherOf(channel, staged(key1, key2));
    const tweak = cipher.tweak(unit);
    const blocks = [0, 1].map((index) => bytes(plain).slice(16 * index, 16 * index + 16));
    const encrypted = blocks.map((block, index) => cipher.encrypt(block, tweak, index));
    expect(encrypted.map(hexadecimal).join('')).toBe(hidden);
    expect(encrypted.map((block, index) => cipher.decrypt(block, tweak, index))).toEqual(blocks);
  });
});

describe('PRINCE with masks', () => {
  const cipher = cipherOf(
    channels.prince,
    Uint8Array.from({ length: 64 }, (_, index) => index * 7),
  );
  it('gives words of equal content different ciphers by their place', () => {
    const tweak = cipher.tweak(5);
    const words = [0, 1].flatMap((index) => {
      const block = cipher.encrypt(new Uint8Array(16), tweak, index);
      return [hexadecimal(block.slice(0, 8)), hexadecimal(block.slice(8))];
    });
    expect(new Set(words).size).toBe(4);
  });

  it('decrypts what it encrypted', () => {
    const block = Uint8Array.from({ length: 16 }, (_, index) => index);
    const tweak = cipher.tweak(1234);
    expect(cipher.decrypt(cipher.encrypt(block, tweak, 3), tweak, 3)).toEqual(block);
  });
});

/** Runs of 64-bit words in memory. */
import type { Space } from '../../hardware/platform/index.ts';

export const wordsOf = (bytes: Uint8Array): bigint[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 8 }, (_, index) => view.getBigUint64(8 * index, true));
};

export const bytesOf = (words: readonly bigint[]): Uint8Array => {
  const bytes = new Uint8Array(8 * words.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => view.setBigUint64(8 * index, word, true));
  return bytes;
};

export const readWords = async (space: Space, address: number, count: number): Promise<bigint[]> =>
  wordsOf(await space.read(address, 8 * count));

export const writeWords = (space: Space, address: number, words: readonly bigint[]): Promise<void> =>
  space.write(address, bytesOf(words));

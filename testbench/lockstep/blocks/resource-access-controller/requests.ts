/** Requests and beats as the signals of an AXI4 interface say them. */

import type { Memory } from '../../../axi/memory.ts';
import { type Burst, type BurstShape, beatAddress } from '../../../axi/transaction.ts';
import { type AddressWords, type Axi4Words, readAddress } from '../../../axi/words.ts';

export interface Request extends BurstShape {
  readonly id: number;
  readonly exclusive: boolean;
  /** From bit 0 up: cache (4 bits), prot (3), qos (4), region (4). */
  readonly attributes: number;
}

export const readRequest = (record: Uint32Array, words: AddressWords): Request => ({
  id: record[words.id] ?? 0,
  address: readAddress(record, words.address),
  beats: (record[words.length] ?? 0) + 1,
  size: record[words.size] ?? 0,
  burst: (record[words.burst] ?? 0) as Burst,
  exclusive: record[words.lock] !== 0,
  attributes:
    (record[words.cache] ?? 0) |
    ((record[words.prot] ?? 0) << 4) |
    ((record[words.qos] ?? 0) << 7) |
    ((record[words.region] ?? 0) << 11),
});

/** In which way two requests differ, their addresses left out; null for none. */
export const requestDifference = (one: Request, other: Request): string | null => {
  for (const name of ['id', 'beats', 'size', 'burst', 'exclusive', 'attributes'] as const) {
    if (one[name] !== other[name]) return `${name} is ${other[name]} in place of ${one[name]}`;
  }
  return null;
};

/** A beat of write data: its words, and one strobe a byte. */
export interface WriteBeat {
  readonly data: Uint32Array;
  readonly strobes: number;
  readonly last: boolean;
}

export const readWriteBeat = (record: Uint32Array, { w, dataWords }: Axi4Words): WriteBeat => ({
  data: record.slice(w.data.word, w.data.word + dataWords),
  strobes: record[w.strobes.word] ?? 0,
  last: record[w.last] !== 0,
});

export const equalWords = (one: Uint32Array, other: Uint32Array): boolean => {
  for (let word = 0; word < one.length; word += 1) if (one[word] !== other[word]) return false;
  return true;
};

/** Writes the beats of a burst where they belong. */
export const storeBurst = (memory: Memory, request: BurstShape, beats: readonly WriteBeat[]): void => {
  for (const [index, { data, strobes }] of beats.entries()) {
    const address = beatAddress(request, index);
    const base = address - (address % (4 * data.length));
    for (let lane = 0; lane < 4 * data.length; lane += 1) {
      if (((strobes >>> lane) & 1) === 1) memory.write(base + lane, (data[lane >>> 2]! >>> (8 * (lane % 4))) & 0xff);
    }
  }
};

/** What the buffers between the parts of the unit hold. All fields are set anew by whoever pushes an entry. */
import type { Descriptor } from './descriptor.ts';
import { emptyDescriptor } from './descriptor.ts';

export interface Beat {
  /** Byte 0 in the low bits of word 0. */
  readonly data: Uint32Array;
  readonly keep: Uint32Array;
  last: number;
}

export const createBeat = (dataWidth: number) => (): Beat => ({
  data: new Uint32Array(dataWidth / 32),
  keep: new Uint32Array(Math.ceil(dataWidth / 256)),
  last: 0,
});

/** Copies whole words. A loop, because `set` costs more than it copies at these lengths. */
export const copyWords = (
  from: Uint32Array,
  fromWord: number,
  to: Uint32Array,
  toWord: number,
  count: number,
): void => {
  for (let word = 0; word < count; word += 1) to[toWord + word] = from[fromWord + word]!;
};

export const copyBeat = (from: Beat, to: Beat): void => {
  copyWords(from.data, 0, to.data, 0, to.data.length);
  copyWords(from.keep, 0, to.keep, 0, to.keep.length);
  to.last = from.last;
};

/** Bytes that a beat holds: all, unless it is the last, in which the ones of `keep` from bit 0 up to the first zero count. */
export const bytesOf = (beat: Beat): number => {
  const beatBytes = beat.data.length * 4;
  if (beat.last === 0) return beatBytes;
  let bytes = 0;
  while (bytes < beatBytes && (beat.keep[bytes >>> 5]! >>> (bytes & 31)) & 1) bytes += 1;
  return bytes;
};

/** From the parser to the aggregator: a frame begins (its descriptor is known), ends, or both. */
export interface FrameEvent {
  begin: boolean;
  descriptor: Descriptor;
  end: boolean;
  /** Of the whole frame, in bytes modulo 2^24. */
  length: number;
}

export const createFrameEvent = (): FrameEvent => ({
  begin: false,
  descriptor: emptyDescriptor(),
  end: false,
  length: 0,
});

/** From the aggregator to the resolver: the open chain closes, a frame follows, or both. */
export interface Item {
  close: boolean;
  packets: number;
  bytes: number;
  reason: number;
  frame: boolean;
  /** The frame is the first of a chain. */
  start: boolean;
  /** Of the chain that starts. */
  number: number;
}

export const createItem = (): Item => ({
  close: false,
  packets: 0,
  bytes: 0,
  reason: 0,
  frame: false,
  start: false,
  number: 0,
});

/** From the hash engine to the resolver. */
export interface HashedChain {
  hash: number;
  hashType: number;
  client: number;
  /** Clients that get a copy by an all-SAP entry. */
  copies: number;
}

export const createHashedChain = (): HashedChain => ({ hash: 0, hashType: 0, client: 0, copies: 0 });

/** From the resolver to the streamer, one a frame. */
export interface Tag {
  number: number;
  hash: number;
  hashType: number;
  client: number;
  /** The chain's client and those that get a copy. */
  wanted: number;
  /** Those of `wanted` that accepted when the chain began. */
  mask: number;
  start: number;
}

export const createTag = (): Tag => ({
  number: 0,
  hash: 0,
  hashType: 0,
  client: 0,
  wanted: 0,
  mask: 0,
  start: 0,
});

/** A beat of `m_axis`. */
export interface OutputBeat extends Beat {
  destination: number;
  readonly user: Uint32Array;
}

/** A record of `m_axis_chain`: its four words. */
export type ChainRecordWords = Uint32Array;
export const createChainRecord = (): ChainRecordWords => new Uint32Array(4);

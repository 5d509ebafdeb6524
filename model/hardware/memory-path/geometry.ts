/** What follows from the parameters, and the words of beats. Source: `docs/systems/memory-path.md`, "Words". */
import { blockBytes, type MemoryPathParameters, processorAddressWidth } from '../../../rtl/memory-path/interface.ts';
import { blockInLine } from './bursts.ts';

export class Geometry {
  readonly beatBytes: number;
  readonly beatWords: number;
  readonly beatsPerBlock: number;
  readonly dataUnit: number;
  readonly addressWidth: number;
  /** Words of an address in the records, on the memory's and on the processor's side. */
  readonly addressWords: number;
  readonly processorAddressWords: number;
  /** The value of a request's size for whole beats. */
  readonly wholeBeat: number;
  /** Bits of the memory identifiers of what the path asks for itself. */
  readonly own: number;

  constructor(parameters: MemoryPathParameters, ownIdentifier: number) {
    this.beatBytes = parameters.dataWidth / 8;
    this.beatWords = parameters.dataWidth / 32;
    this.beatsPerBlock = blockBytes / this.beatBytes;
    this.dataUnit = parameters.dataUnit;
    this.addressWidth = parameters.addressWidth;
    this.addressWords = parameters.addressWidth > 32 ? 2 : 1;
    this.processorAddressWords = processorAddressWidth(parameters) > 32 ? 2 : 1;
    this.wholeBeat = Math.log2(this.beatBytes);
    this.own = ownIdentifier;
  }

  unitOf(address: number): number {
    return Math.floor(address / this.dataUnit);
  }

  /** A block's index in its data unit. */
  blockInUnit(address: number): number {
    return Math.floor((address % this.dataUnit) / blockBytes);
  }

  /** Memory beats from the block of one address to the block of another in the same line. */
  beatsOf(first: number, last: number): number {
    return (blockInLine(last) - blockInLine(first) + 1) * this.beatsPerBlock;
  }
}

export const blockAddress = (address: number): number => address - (address % blockBytes);

/** The bytes of words, the lowest first. */
export const bytesOf = (source: Uint32Array, from: number, words: number): Uint8Array => {
  const bytes = new Uint8Array(4 * words);
  const view = new DataView(bytes.buffer);
  for (let word = 0; word < words; word += 1) view.setUint32(4 * word, source[from + word]!, true);
  return bytes;
};

/** Writes bytes as words, the lowest first. */
export const writeBytes = (to: Uint32Array, at: number, bytes: Uint8Array): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let word = 0; 4 * word < bytes.length; word += 1) to[at + word] = view.getUint32(4 * word, true);
};

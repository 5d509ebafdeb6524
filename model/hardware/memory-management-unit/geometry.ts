/** Widths and places that follow from a unit's or a keeper's parameters. Source: `docs/systems/memory-management-unit.md`. */
import { pageBits, superPageBits } from '../../../rtl/memory-management-unit/interface.ts';

export const pageBytes = 2 ** pageBits;
const superPages = 2 ** superPageBits;

/** Both memories, as a set. */
export const both = 3;
export type Memory = 0 | 1;
export const memories: readonly Memory[] = [0, 1];
export const setOf = (memory: Memory): number => 1 << memory;
export const other = (memory: Memory): Memory => (memory === 0 ? 1 : 0);

export const isError = (response: number): boolean => response >= 2;

/** A page's or a frame's number without the bits that lie within a super page. */
export const superStart = (number: number): number => number - (number % superPages);
export const withinSuper = (number: number): number => number % superPages;

interface Widths {
  readonly dataWidth: number;
  readonly addressWidth: number;
  readonly formWidth: number;
}

export class Geometry {
  readonly dataWords: number;
  readonly beatBytes: number;
  /** AxSIZE of a beat as wide as the bus. */
  readonly wholeBeat: number;
  /** Words of an address towards a memory. */
  readonly physicalWords: number;
  readonly frames: number;
  readonly forms: number;
  readonly #memoryBytes: number;

  constructor({ dataWidth, addressWidth, formWidth }: Widths) {
    this.dataWords = dataWidth / 32;
    this.beatBytes = dataWidth / 8;
    this.wholeBeat = Math.log2(this.beatBytes);
    this.physicalWords = addressWidth + formWidth > 32 ? 2 : 1;
    this.frames = 2 ** (addressWidth - pageBits);
    this.forms = 2 ** formWidth;
    this.#memoryBytes = 2 ** addressWidth;
  }

  physical(form: number, frame: number, offset: number): number {
    return form * this.#memoryBytes + frame * pageBytes + offset;
  }
}

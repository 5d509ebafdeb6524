/** Page tables as software lays them out in both memories, at the same places. */
import { entryFields as fields } from '../../../../rtl/memory-management-unit/interface.ts';
import type { TableEntry } from './scenario.ts';

export interface Leaf {
  readonly first: number | null;
  readonly second: number | null;
  readonly firstForm?: number;
  readonly secondForm?: number;
  readonly superPage?: boolean;
  readonly compare?: boolean;
  readonly fake?: boolean;
  /** Rights: all unless said otherwise. */
  readonly read?: boolean;
  readonly write?: boolean;
  readonly execute?: boolean;
  readonly user?: boolean;
}

const bit = (place: number, holds: boolean): bigint => BigInt(holds) << BigInt(place);
const at = (place: number, value: number): bigint => BigInt(value) << BigInt(place);

const wordsOf = (bits: bigint): readonly number[] =>
  [0n, 32n, 64n, 96n].map((low) => Number((bits >> low) & 0xffff_ffffn));

const translations = (leaf: Leaf): bigint =>
  bit(fields.valid, true) |
  bit(fields.first, leaf.first !== null) |
  bit(fields.second, leaf.second !== null) |
  at(fields.firstFrame, leaf.first ?? 0) |
  at(fields.firstForm, leaf.firstForm ?? 0) |
  at(fields.secondFrame, leaf.second ?? 0) |
  at(fields.secondForm, leaf.secondForm ?? 0);

export const leafWords = (leaf: Leaf): readonly number[] =>
  wordsOf(
    translations(leaf) |
      bit(fields.leaf, true) |
      bit(fields.compare, leaf.compare ?? false) |
      bit(fields.fake, leaf.fake ?? false) |
      bit(fields.read, leaf.read ?? true) |
      bit(fields.write, leaf.write ?? true) |
      bit(fields.execute, leaf.execute ?? true) |
      bit(fields.user, leaf.user ?? true),
  );

export const pointerWords = (frame: number, enabled: 1 | 2 | 3 = 3): readonly number[] =>
  wordsOf(translations({ first: (enabled & 1) !== 0 ? frame : null, second: (enabled & 2) !== 0 ? frame : null }));

/** Frames of the tables: one of each level, and beside the one of level 2 a second for another domain. */
export const tableFrames = { domains: 0x100, two: 0x102, otherTwo: 0x104, one: 0x106, zero: 0x108 } as const;
/** Tables take two frames. */
export const tableSpan = 0x10;
export const pageBytes = 4096;

export const entryAddress = (frame: number, index: number): number => frame * pageBytes + index * 16;

export const entry = (frame: number, index: number, words: readonly number[], memories = 3): TableEntry => ({
  memories,
  address: entryAddress(frame, index),
  words,
});

/** The tables above the pages: domain 0 and, by a table of its own, domain 1 share the others. */
export const upperTables: readonly TableEntry[] = [
  entry(tableFrames.domains, 0, pointerWords(tableFrames.two)),
  entry(tableFrames.domains, 1, pointerWords(tableFrames.otherTwo)),
  entry(tableFrames.two, 0, pointerWords(tableFrames.one)),
  entry(tableFrames.otherTwo, 0, pointerWords(tableFrames.one)),
  entry(tableFrames.one, 0, pointerWords(tableFrames.zero)),
];

/** The entry of a page among the first 512, or of a super page among those after them. */
export const leafEntry = (page: number, leaf: Leaf, memories = 3): TableEntry =>
  leaf.superPage === true
    ? entry(tableFrames.one, page, leafWords(leaf), memories)
    : entry(tableFrames.zero, page, leafWords(leaf), memories);

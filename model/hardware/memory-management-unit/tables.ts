/** Entries of page tables. Source: `docs/systems/memory-management-unit.md`, "Page tables". */
import { cookieIndex, faultCauses, entryFields as fields } from '../../../rtl/memory-management-unit/interface.ts';
import { both, type Geometry, superStart } from './geometry.ts';

/** Where something is in each memory. */
export interface Translations {
  /** The set of memories whose translation is enabled. */
  readonly enabled: number;
  readonly frames: readonly [number, number];
  readonly forms: readonly [number, number];
}

export interface Leaf extends Translations {
  readonly superPage: boolean;
  readonly compare: boolean;
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  readonly user: boolean;
  readonly fake: boolean;
  /** Of its cookie. */
  readonly index: number;
}

export type Found =
  | { readonly kind: 'fault'; readonly cause: number }
  | { readonly kind: 'pointer'; readonly pointer: Translations }
  | { readonly kind: 'leaf'; readonly leaf: Leaf };

/** What of the parameters decides a cookie's index. */
export type IndexWidths = Parameters<typeof cookieIndex>[0];

const indexOf = (widths: IndexWidths, { enabled, frames }: Translations, superPage: boolean): number => {
  const memory = (enabled & 1) !== 0 ? 0 : 1;
  return cookieIndex(widths, { memory, superPage, frame: frames[memory] });
};

/** @param words the entry's 128 bits, lowest first */
export const decodeEntry = (words: Uint32Array, level: number, geometry: Geometry, widths: IndexWidths): Found => {
  const bit = (place: number): boolean => ((words[place >> 5]! >>> (place & 31)) & 1) !== 0;
  // Neither a frame's 36 bits nor a form's 4 lie across more than two words.
  const number = (low: number, width: number): number => {
    const word = low >> 5;
    const shift = low & 31;
    const high = shift + width > 32 ? words[word + 1]! * 2 ** (32 - shift) : 0;
    return ((words[word]! >>> shift) + high) % 2 ** width;
  };
  if (!bit(fields.valid)) return { kind: 'fault', cause: faultCauses.no_translation };
  const leaf = bit(fields.leaf);
  const enabled = Number(bit(fields.first)) | (Number(bit(fields.second)) << 1);
  if (enabled === 0 || (leaf ? level >= 2 : level === 0)) return { kind: 'fault', cause: faultCauses.malformed };
  const translations: Translations = {
    enabled,
    frames: [number(fields.firstFrame, 36) % geometry.frames, number(fields.secondFrame, 36) % geometry.frames],
    forms: [number(fields.firstForm, 4) % geometry.forms, number(fields.secondForm, 4) % geometry.forms],
  };
  if (!leaf) return { kind: 'pointer', pointer: translations };
  const superPage = level === 1;
  return {
    kind: 'leaf',
    leaf: {
      ...translations,
      superPage,
      compare: bit(fields.compare),
      read: bit(fields.read),
      write: bit(fields.write),
      execute: bit(fields.execute),
      user: bit(fields.user),
      fake: bit(fields.fake),
      index: indexOf(widths, translations, superPage),
    },
  };
};

/** The super page of a page, at the same address in both memories; undefined where memory has no such address. */
export const directLeaf = (page: number, geometry: Geometry, widths: IndexWidths): Leaf | undefined => {
  if (page >= geometry.frames) return undefined;
  const frame = superStart(page);
  const translations: Translations = { enabled: both, frames: [frame, frame], forms: [0, 0] };
  const all = { read: true, write: true, execute: true, user: true, superPage: true, compare: false, fake: false };
  return { ...translations, ...all, index: indexOf(widths, translations, true) };
};

/** Neighbouring stores and outputs that one 128-bit instruction can do: copies of wide registers, bytes in another order, checksums. */

import { checksumMultiplier } from '../checksum.ts';
import type { Node } from '../graph.ts';
import type { Step } from '../program.ts';

const vectorBytes = 16;

/** Where the bytes of a value lie among the registers, lowest first; null where it is more than bytes put together. */
const bytesOf = (node: Node, inLocal: ReadonlySet<Node>): readonly number[] | null => {
  // What is in a local may have been overwritten since.
  if (inLocal.has(node)) return null;
  if (node.kind === 'load') {
    if (node.space !== 'state' || node.bit % 8 !== 0 || node.width % 8 !== 0) return null;
    return Array.from({ length: node.width / 8 }, (_, index) => node.bit / 8 + index);
  }
  if (node.kind !== 'concatenation') return null;
  const parts = node.parts.map((part) => bytesOf(part, inLocal));
  return parts.every((part) => part !== null) ? parts.flat() : null;
};

export interface WideStore {
  /** Steps that it does. */
  readonly count: number;
  /** First byte written among the registers. */
  readonly target: number;
  /** First bytes of the one or two vectors that the bytes come from. */
  readonly sources: readonly number[];
  /** For each byte its place in the vectors, one after the other. */
  readonly lanes: readonly number[];
}

/** Stores from `index` on that together fill one vector with bytes of at most two others. */
export const wideStoreAt = (steps: readonly Step[], index: number, inLocal: ReadonlySet<Node>): WideStore | null => {
  const bytes: number[] = [];
  let target: number | null = null;
  let count = 0;
  while (bytes.length < vectorBytes) {
    const step = steps[index + count];
    if (step?.kind !== 'effect' || step.effect.kind !== 'store') return null;
    const { bit, width, value, wakes } = step.effect;
    if (wakes !== undefined && wakes.length > 0) return null;
    if (![8, 16, 32, 64].includes(width)) return null;
    target ??= bit / 8;
    if (bit / 8 !== target + bytes.length) return null;
    const own = bytesOf(value, inLocal);
    if (own === null) return null;
    bytes.push(...own);
    count++;
  }
  if (target === null || bytes.length !== vectorBytes) return null;
  const first = Math.min(...bytes);
  const beyond = bytes.filter((byte) => byte >= first + vectorBytes);
  if (beyond.length === 0) return { count, target, sources: [first], lanes: bytes.map((byte) => byte - first) };
  const second = Math.min(...beyond);
  if (beyond.some((byte) => byte >= second + vectorBytes)) return null;
  const lanes = bytes.map((byte) => (byte < first + vectorBytes ? byte - first : vectorBytes + byte - second));
  return { count, target, sources: [first, second], lanes };
};

export interface WideOutput {
  readonly word: number;
  /** First byte among the registers. */
  readonly source: number;
  readonly multipliers: readonly number[];
}

/** Four output words from `index` on that are one vector of the registers. */
export const wideOutputAt = (steps: readonly Step[], index: number, inLocal: ReadonlySet<Node>): WideOutput | null => {
  let found: { readonly word: number; readonly source: number } | null = null;
  for (let offset = 0; offset < 4; offset++) {
    const step = steps[index + offset];
    if (step?.kind !== 'effect' || step.effect.kind !== 'output') return null;
    const { word, value } = step.effect;
    const bytes = value.width === 32 ? bytesOf(value, inLocal) : null;
    const [source] = bytes ?? [];
    if (value.kind !== 'load' || source === undefined) return null;
    found ??= { word, source };
    if (word !== found.word + offset || source !== found.source + 4 * offset) return null;
  }
  if (found === null) return null;
  const { word } = found;
  return { ...found, multipliers: [0, 1, 2, 3].map((offset) => checksumMultiplier(word + offset)) };
};

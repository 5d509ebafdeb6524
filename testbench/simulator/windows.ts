/** Windows: bits `low + width - 1` down to `low` of a wide value. Which are evaluated as they are asked for, and which are cut out of more. */

import type { Node } from './graph.ts';

/** A slice narrower than this is cut out of a whole word rather than pushed through the operations that make the word. */
export const narrow = 16;

/** What is computed window by window; the rest has words of its own, or costs nothing to cut. */
const splitKinds = new Set(['wire', 'unary', 'binary', 'multiplex', 'select']);

/** What was evaluated of expressions and signals, by window. */
export type Memo = Map<object, Map<number, Node>>;

export const windowKey = (low: number, width: number, exact: boolean): number =>
  (low * 128 + width) * 2 + (exact ? 1 : 0);

/**
 * Wide expressions and wires that were asked for in windows that overlap so much that whole words, with the windows cut out
 * of them, are less work.
 */
export const crowdedOwners = (memos: Iterable<Memo>, wordWidth: number): ReadonlySet<object> => {
  const result = new Set<object>();
  for (const memo of memos) {
    for (const [owner, windows] of memo) {
      const width: unknown = Reflect.get(owner, 'width');
      if (typeof width !== 'number' || width <= wordWidth) continue;
      const kind: unknown = Reflect.get(owner, 'kind');
      if (typeof kind !== 'string' || !splitKinds.has(kind)) continue;
      let asked = 0;
      for (const key of windows.keys()) asked += (key >> 1) % 128;
      if (asked > width * 1.5) result.add(owner);
    }
  }
  return result;
};

/** What is evaluated for a window of a segment: the whole segment, a whole word for few bits of a wide one, or the window. */
export const container = (
  from: number,
  to: number,
  start: number,
  end: number,
  word: number,
): { low: number; width: number } => {
  if (end - start <= word) return { low: start, width: end - start };
  const index = Math.floor((from - start) / word);
  if (to - from >= narrow || index !== Math.floor((to - 1 - start) / word)) return { low: from, width: to - from };
  return { low: start + index * word, width: Math.min(end - start - index * word, word) };
};

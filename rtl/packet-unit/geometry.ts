import { type Bits, bits, vector } from '../hdl/index.ts';
import { headerLimit } from './interface.ts';

/**
 * The parser's view of a frame. All headers start two bytes past a multiple of four, so the parser shifts the frame by two bytes: word 0 ends
 * with the frame's bytes 0 and 1, word j holds bytes 4j-2 to 4j+1, first byte highest. A beat of B bytes holds B/4 words, its *lanes*.
 */
export interface Geometry {
  readonly dataWidth: number;
  readonly lanes: number;
  /** Words in which headers are looked for; words past them are only counted as "enough". */
  readonly words: number;
  readonly laneWidth: number;
  /** Bits of a beat's number within its frame, which stops at the first beat past `words`. */
  readonly indexWidth: number;
  readonly lastIndex: number;
}

export const geometry = (p: { readonly dataWidth: number }): Geometry => {
  const lanes = p.dataWidth / 32;
  const words = headerLimit / 4;
  const laneWidth = Math.log2(lanes);
  const lastIndex = words / lanes;
  const indexWidth = Math.log2(lastIndex) + 1;
  return { dataWidth: p.dataWidth, lanes, words, laneWidth, indexWidth, lastIndex };
};

export const laneShape = (g: Geometry) => vector(bits(32), g.lanes);

/** A beat on its way through the parser, by the frame's word numbers. */
export interface BeatView {
  /** Word `j`, if it is in this beat. */
  readonly word: (j: number) => Bits<32>;
  /** Whether it is. */
  readonly holds: (j: number) => Bits<1>;
}

export const beatOf = (g: Geometry, word: number): number => Math.floor(word / g.lanes);

export const beatView = (g: Geometry, lanes: { get(lane: number): Bits<32> }, index: Bits): BeatView => {
  const seen = new Map<number, Bits<1>>();
  return {
    word: (j) => lanes.get(j % g.lanes),
    holds: (j) => {
      const beat = beatOf(g, j);
      const known = seen.get(beat) ?? index.eq(beat);
      seen.set(beat, known);
      return known;
    },
  };
};

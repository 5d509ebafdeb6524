import { all, type Bits } from '../hdl/index.ts';
import { range } from '../parts/seen.ts';
import type { ProvenEngine } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/** The bursts and ends of chains on their way, oldest first. */

export const underWayPaths = (p: Geometry): readonly string[] => [
  'under_way.occupied',
  'under_way.push',
  'under_way.push_end',
  'under_way.pop',
  ...range(p.outstanding).flatMap((index) =>
    ['chain', 'end', 'mask'].map((field) => `under_way.${placeName(index)}_${field}`),
  ),
];

const placeName = (index: number): string => (index === 0 ? 'head' : `waiting_${index - 1}`);

export interface ItemSeen {
  readonly present: Bits<1>;
  readonly chain: Bits<1>;
  /** It is the last burst of an entry. */
  readonly end: Bits<1>;
  readonly mask: Bits;
}

export const underWaySeen = (p: Geometry, { m, seen }: ProvenEngine): readonly ItemSeen[] => {
  const items = range(p.outstanding).map((index): ItemSeen => {
    const of = (field: string): Bits => seen(`under_way.${placeName(index)}_${field}`);
    return {
      present: seen('under_way.occupied').bit(index),
      chain: of('chain').bit(0),
      end: of('end').bit(0),
      mask: of('mask'),
    };
  });
  for (const [index, { present, chain, end }] of items.entries())
    m.assert(all([present, chain, end]).not(), `under way: item ${index} is a burst or the end of a chain`);
  return items;
};

import type { WriteGateParameters } from '../../../../rtl/write-gate/interface.ts';

export const pageBytes = 4096;
/** From address 0 on. */
const first = 3;

/** Pages that traffic goes to and that can be marked: the first ones, and the last. */
export const markedPages = ({ pageWidth }: WriteGateParameters): readonly number[] => [
  ...new Set([...Array.from({ length: Math.min(first, 2 ** pageWidth) }, (_, page) => page), 2 ** pageWidth - 1]),
];

/** Where traffic goes: those, and the first page above, which looks like page 0 to who forgets the high bits. */
export const trafficRanges = (p: WriteGateParameters): readonly { readonly base: number; readonly size: number }[] => {
  const above = pageBytes * 2 ** p.pageWidth;
  return [...markedPages(p).map((page) => page * pageBytes), ...(above < 2 ** p.addressWidth ? [above] : [])].map(
    (base) => ({ base, size: pageBytes }),
  );
};

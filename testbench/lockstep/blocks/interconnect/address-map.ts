/** The address map as the page has it, for those who judge: in plain numbers. */
import { type InterconnectParameters, regionsOf } from '../../../../rtl/interconnect/interface.ts';

/** The subordinate of an address; as many as there are for none. */
export const targetOf = (p: InterconnectParameters, address: number): number => {
  const regions = regionsOf(p);
  const found = regions.findIndex(({ base, size }) => address >= base && address < base + size);
  return found < 0 ? regions.length : found;
};

const page = 4096;

/** The first address that nobody owns, among the ends of regions; null where there is none. */
const unownedPage = (p: InterconnectParameters): number | null => {
  const candidates = [0, ...regionsOf(p).map(({ base, size }) => base + size), 2 ** p.addressWidth - page];
  const found = candidates.find(
    (address) => address + page <= 2 ** p.addressWidth && targetOf(p, address) === p.subordinates,
  );
  return found ?? null;
};

/** Where traffic goes: the first and last pages of each region, and a page that nobody owns. */
export const trafficRanges = (
  p: InterconnectParameters,
): readonly { readonly base: number; readonly size: number }[] => {
  const unowned = unownedPage(p);
  return [
    ...regionsOf(p).flatMap(({ base, size }) => [
      { base, size: page },
      { base: base + size - page, size: page },
    ]),
    ...(unowned === null ? [] : [{ base: unowned, size: page }]),
  ];
};

import type { Parts } from '../protocol/codec.ts';
import type { RingDoor } from './door.ts';
import { ringEntries, ringPageBytes } from './layout.ts';

/** The stretches of a ring that entries from an index on take up: two where they go around its end. */
const stretches = (index: number, count: number): readonly { readonly first: number; readonly count: number }[] => {
  const first = index % ringEntries;
  const before = Math.min(count, ringEntries - first);
  return before === count
    ? [{ first, count }]
    : [
        { first, count: before },
        { first: 0, count: count - before },
      ];
};

/** Loads entries, each once. */
export const readEntries = async (
  { pages }: RingDoor,
  base: number,
  entryBytes: number,
  index: number,
  count: number,
): Promise<Uint8Array> => {
  const parts = stretches(index, count).map((part) =>
    pages.read(base + part.first * entryBytes, part.count * entryBytes),
  );
  return Buffer.concat(await Promise.all(parts));
};

export const writeEntries = async (
  { pages }: RingDoor,
  base: number,
  entryBytes: number,
  index: number,
  entries: Uint8Array,
): Promise<void> => {
  let from = 0;
  const parts = stretches(index, entries.length / entryBytes).map(({ first, count }) => {
    const data = entries.subarray(from, (from += count * entryBytes));
    return pages.write(base + first * entryBytes, data);
  });
  await Promise.all(parts);
};

/** Stores a message at its place behind the ring page. */
export const writeParts = async ({ pages }: RingDoor, place: number, parts: Parts): Promise<void> => {
  let to = ringPageBytes + place;
  const writes = parts.map((part) => {
    const written = pages.write(to, part);
    to += part.length;
    return written;
  });
  await Promise.all(writes);
};

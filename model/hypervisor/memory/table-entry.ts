/** Entries of page tables, with what the hypervisor keeps in them. Source: `docs/systems/hypervisor.md`, "Page maps". */
import { encodeTableEntry, tableEntryFields } from '../../hardware/platform/index.ts';
import { copyBits } from './frame-record.ts';
import type { Backing, Copies, PageEntry, PresentEntry, Rights, Trap, Wanted } from './interface.ts';

/** The two halves of an entry's 16 bytes. */
export interface Halves {
  readonly low: bigint;
  readonly high: bigint;
}

/** An entry that leads to a table, and how many entries are in use there. */
export interface Pointer {
  readonly kind: 'table';
  readonly frame: number;
  readonly used: number;
}

const kinds = ['nothing', 'held', 'swept', 'given back', 'lost'] as const;
const traps: readonly (Trap | undefined)[] = [undefined, 'snapshot', 'watch'];
const copiesOf: readonly (Copies | undefined)[] = [undefined, 'first', 'second', 'both'];

const at = tableEntryFields;
/** Of software, in the low half. */
const kindAt = 1n;
const copiesAt = 10n;
const setWriteAt = 52n;
const trapAt = 53n;
const foreignAt = 55n;
const usedAt = 52n;
/** The high half's fields stand where those of the low half do. */
const frameAt = BigInt(at.firstFrame);
const formAt = BigInt(at.firstForm);

const field = (word: bigint, low: bigint, bits: bigint): number => Number((word >> low) & ((1n << bits) - 1n));

const halvesOf = (bytes: Uint8Array): Halves => {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { low: view.getBigUint64(0, true), high: view.getBigUint64(8, true) };
};

/** A pointer to a table, which lies in both memories, with the number of its entries in use. */
export const encodePointer = ({ frame, used }: Omit<Pointer, 'kind'>): Halves => {
  const { low, high } = halvesOf(encodeTableEntry({ leaf: false, first: { frame }, second: { frame } }));
  return { low: low | (BigInt(used) << usedAt), high };
};

/** A leaf of the hypervisor's own, without `user`. */
export const encodeWindowEntry = (backing: Backing): Halves =>
  halvesOf(encodeTableEntry({ leaf: true, ...placesOf(backing), read: true, write: true }));

const placesOf = ({ frame, copies, form }: Backing) => ({
  first: copies === 'second' ? undefined : { frame, form },
  second: copies === 'first' ? undefined : { frame, form },
});

const encodePresent = (entry: PresentEntry): Halves => {
  const { rights, trap, backing } = entry;
  const leaf = halvesOf(
    encodeTableEntry({
      leaf: true,
      ...placesOf(backing),
      ...rights,
      write: rights.write && trap === undefined,
      user: true,
    }),
  );
  const software =
    (BigInt(rights.write) << setWriteAt) |
    (BigInt(traps.indexOf(trap)) << trapAt) |
    (BigInt(entry.foreign) << foreignAt);
  const low = leaf.low | software;
  if (entry.kind === 'page') return { low, high: leaf.high };
  return { low: marked(low, entry.kind, backing.copies), high: leaf.high };
};

/** The low half, not valid any more, with its kind and copies. */
const marked = (low: bigint, kind: (typeof kinds)[number], copies: Copies): bigint =>
  (low & ~0b1111n) | (BigInt(kinds.indexOf(kind)) << kindAt) | (BigInt(copyBits(copies)) << copiesAt);

/** What is written for an entry. */
export const encodeEntry = (entry: PageEntry): Halves => {
  if ('backing' in entry) return encodePresent(entry);
  if (!('wanted' in entry)) return { low: BigInt(kinds.indexOf(entry.kind)) << kindAt, high: 0n };
  const { wanted, rights, pattern } = entry;
  const { low } = encodePresent({
    kind: 'page',
    backing: { ...wanted, copies: 'both', frame: 0 },
    rights,
    trap: undefined,
    foreign: false,
  });
  return { low: marked(low, 'swept', wanted.copies), high: BigInt(pattern) };
};

const decodeRights = (low: bigint): Rights => {
  const has = (bit: number): boolean => field(low, BigInt(bit), 1n) === 1;
  const rights = { read: has(at.read), write: field(low, setWriteAt, 1n) === 1, execute: has(at.execute) };
  return has(at.compare) ? { ...rights, compare: true } : rights;
};

const decodeWanted = (word: bigint, copies: Copies, superPage: boolean): Wanted => {
  const wanted = { copies, form: field(word, formAt, 4n) };
  return superPage ? { ...wanted, super: true } : wanted;
};

const decodePresent = (
  kind: 'page' | 'held' | 'lost',
  { low, high }: Halves,
  copies: Copies,
  superPage: boolean,
): PageEntry => {
  const place = copies === 'second' ? high : low;
  return {
    kind,
    backing: { frame: field(place, frameAt, 36n), ...decodeWanted(place, copies, superPage) },
    rights: decodeRights(low),
    trap: traps[field(low, trapAt, 2n)],
    foreign: field(low, foreignAt, 1n) === 1,
  };
};

/**
 * Reads an entry at a level: 1, where leaves are super pages, or 0.
 *
 * @returns `undefined` for one that the hypervisor never writes
 */
export const decodeEntry = (halves: Halves, level: number): PageEntry | Pointer | undefined => {
  const { low, high } = halves;
  const superPage = level === 1;
  const valid = field(low, BigInt(at.valid), 1n) === 1;
  if (valid && field(low, BigInt(at.leaf), 1n) === 0)
    return level === 0 ? undefined : { kind: 'table', frame: field(low, frameAt, 36n), used: field(low, usedAt, 10n) };
  if (valid) {
    const copies = copiesOf[field(low, BigInt(at.first), 2n)];
    return copies === undefined || level > 1 ? undefined : decodePresent('page', halves, copies, superPage);
  }
  const kind = kinds[field(low, kindAt, 3n)];
  if (kind === undefined) return undefined;
  if (kind === 'nothing' || kind === 'given back') return { kind };
  const copies = copiesOf[field(low, copiesAt, 2n)];
  if (copies === undefined) return undefined;
  if (kind !== 'swept') return decodePresent(kind, halves, copies, superPage);
  return {
    kind,
    pattern: field(high, 0n, 16n),
    wanted: decodeWanted(low, copies, superPage),
    rights: decodeRights(low),
  };
};

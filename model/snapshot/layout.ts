import { copyCount } from './copies.ts';
import { SnapshotError } from './storage.ts';

/** What a store is made for. Sizes in bytes. */
export interface Geometry {
  readonly sourceSize: number;
  /** A power of two, 64 to 16 MiB. */
  readonly blockSize: number;
  /** Unit of the maps: a power of two, 64 to 65,536. */
  readonly pageSize: number;
  /** Most snapshots at a time, 1 to 1,024. */
  readonly places: number;
}

export const superblockHeader = 128;
export const recordSize = 128;
export const pageHeader = 32;
export const entrySize = 8;

/** Where everything lies in the store. */
export interface Layout extends Geometry {
  readonly blocks: number;
  readonly superblockSize: number;
  readonly blocksPerPage: number;
  readonly pages: number;
  /** Offset of a copy (0 to 2) of a page of the map of a place; place number `places` is the restore map. */
  pageOffset(place: number, page: number, copy: number): number;
  /** Offset of slot 0. */
  readonly slotsOffset: number;
}

const requirePowerOfTwo = (name: string, value: number, least: number, most: number): void => {
  if (Number.isSafeInteger(value) && value >= least && value <= most && Number.isInteger(Math.log2(value))) return;
  throw new SnapshotError(`${name} is ${value}; it must be a power of two from ${least} to ${most}.`);
};

/** @throws SnapshotError naming the parameter, its value and what is allowed. */
export const layoutOf = (geometry: Geometry): Layout => {
  const { sourceSize, blockSize, pageSize, places } = geometry;
  requirePowerOfTwo('The block size', blockSize, 64, 2 ** 24);
  requirePowerOfTwo('The page size', pageSize, 64, 2 ** 16);
  if (!Number.isInteger(places) || places < 1 || places > 1024)
    throw new SnapshotError(`The number of places is ${places}; it must be from 1 to 1024.`);
  if (!Number.isSafeInteger(sourceSize) || sourceSize < 1)
    throw new SnapshotError(`The size of the source is ${sourceSize}; it must be a whole number of bytes, at least 1.`);
  const blocks = Math.ceil(sourceSize / blockSize);
  if (blocks >= 2 ** 30 - 1) {
    throw new SnapshotError(
      `${sourceSize} bytes are ${blocks} blocks of ${blockSize}; at most ${2 ** 30 - 2} are possible: choose larger blocks.`,
    );
  }
  const superblockSize = Math.ceil((superblockHeader + places * recordSize) / pageSize) * pageSize;
  const blocksPerPage = (pageSize - pageHeader) / entrySize;
  const pages = Math.ceil(blocks / blocksPerPage);
  const pageOffset = (place: number, page: number, copy: number): number =>
    copyCount * superblockSize + ((place * pages + page) * copyCount + copy) * pageSize;
  const slotsOffset = Math.ceil(pageOffset(places + 1, 0, 0) / blockSize) * blockSize;
  return { ...geometry, blocks, superblockSize, blocksPerPage, pages, pageOffset, slotsOffset };
};

/** The ring page as both sides see it. Source: `docs/systems/file-proxy.md`, "Ring". */

/** Entries of each ring, and so requests in flight at most. */
export const ringEntries = 64;
export const ringPageBytes = 4096;
/** Bytes of messages that a ring has at least. */
export const leastAreaBytes = 8192;
/** Places of messages begin at multiples of it. */
export const placeUnit = 64;

/** Where what is in the ring page. The words at `request` and `response` hold the index in their lower half, the connection in their upper one. */
export const ringLayout = {
  request: 0x000,
  responseEvent: 0x008,
  response: 0x040,
  requestEvent: 0x048,
  requests: 0x400,
  responses: 0x800,
} as const;

export const requestEntryBytes = 16;
export const responseEntryBytes = 8;

/** A request: where its message is, counted from the first page behind the ring page, and the room that its reply has there. */
export interface RequestEntry {
  readonly place: number;
  readonly bytes: number;
  readonly room: number;
}

export interface ResponseEntry {
  readonly tag: number;
  readonly bytes: number;
}

/** An index, and the connection that it belongs to. */
export interface RingWord {
  readonly connection: number;
  readonly index: number;
}

export const packWord = ({ connection, index }: RingWord): bigint => (BigInt(connection) << 32n) | BigInt(index);
export const unpackWord = (word: bigint): RingWord => ({
  connection: Number(word >> 32n),
  index: Number(word & 0xffff_ffffn),
});

/** Indices count modulo 2^32. */
export const after = (index: number, count: number): number => (index + count) >>> 0;
export const distance = (from: number, to: number): number => (to - from) >>> 0;

/** Whether an event is due: the index that the other side waits for is among those that were just passed. */
export const isDue = (event: number, from: number, to: number): boolean => distance(event, to) < distance(from, to);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const packRequests = (entries: readonly RequestEntry[]): Uint8Array => {
  const bytes = new Uint8Array(entries.length * requestEntryBytes);
  const view = viewOf(bytes);
  for (const [index, entry] of entries.entries()) {
    view.setUint32(index * requestEntryBytes, entry.place, true);
    view.setUint32(index * requestEntryBytes + 4, entry.bytes, true);
    view.setUint32(index * requestEntryBytes + 8, entry.room, true);
  }
  return bytes;
};

export const unpackRequests = (bytes: Uint8Array): readonly RequestEntry[] => {
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / requestEntryBytes }, (_, index) => ({
    place: view.getUint32(index * requestEntryBytes, true),
    bytes: view.getUint32(index * requestEntryBytes + 4, true),
    room: view.getUint32(index * requestEntryBytes + 8, true),
  }));
};

export const packResponses = (entries: readonly ResponseEntry[]): Uint8Array => {
  const bytes = new Uint8Array(entries.length * responseEntryBytes);
  const view = viewOf(bytes);
  for (const [index, entry] of entries.entries()) {
    view.setUint32(index * responseEntryBytes, entry.tag, true);
    view.setUint32(index * responseEntryBytes + 4, entry.bytes, true);
  }
  return bytes;
};

export const unpackResponses = (bytes: Uint8Array): readonly ResponseEntry[] => {
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / responseEntryBytes }, (_, index) => ({
    tag: view.getUint32(index * responseEntryBytes, true),
    bytes: view.getUint32(index * responseEntryBytes + 4, true),
  }));
};

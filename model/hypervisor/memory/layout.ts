/** Where the hypervisor's areas lie: what `boot` writes into frame 0. Source: `docs/systems/hypervisor.md`, "Memory". */

export const frameBytes = 4096;
/** Frames of a super frame, and entries of a table. */
export const superFrames = 512;
/** Frames of a table of 8 KiB. */
export const tableFrames = 2;
export const domainCount = 16;
/** Pages of a domain's address space: virtual addresses have 39 bits. */
export const pageCount = 2 ** 27;
/** Below this page, domain 0 has the hypervisor's windows. */
const firstPageOfDomain0 = 2 ** 26;
/** A domain's page map begins at this page. */
export const firstPage = (domain: number): number => (domain === 0 ? firstPageOfDomain0 : 0);
/** Words of 64 bits. */
export const frameRecordBytes = 8;
/** Of one super frame: counts of what is free in it, and a bit for each of its frames of either memory. */
export const freeSummaryBytes = 8;
export const freeMapBytes = 128;
export const domainRecordBytes = 256;
export const eventPorts = 256;
export const eventRecordBytes = 16;
export const grantRecordBytes = 32;
export const patternRecordBytes = 16;
/** Of a packet client, of which there are at most 16. */
export const clientRecordBytes = 128;
const mostClients = 16;

const bootVersion = 1;
/** `PORTCUL1`, the byte at the lowest address first. */
const bootMagic = 0x314c_5543_5452_4f50n;

/** The areas in the order of the boot record. Both memories hold each, at the same frames. */
export const areaNames = [
  'domains',
  'domainTable',
  'frameTable',
  'freeSummary',
  'freeMap',
  'events',
  'grants',
  'patterns',
  'clients',
] as const;
export type LayoutArea = (typeof areaNames)[number];

export interface AreaPlace {
  readonly firstFrame: number;
  readonly frames: number;
}

export interface Layout {
  /** Frames of each memory. */
  readonly frames: number;
  readonly areas: Readonly<Record<LayoutArea, AreaPlace>>;
  /** Frames from 0 up that are the boot record's and the areas'. */
  readonly reserved: number;
}

/** Super frames of a memory, the last of which may be cut short. */
export const superFrameCount = (frames: number): number => Math.ceil(frames / superFrames);

const areaBytes = (frames: number): Readonly<Record<LayoutArea, number>> => ({
  domains: domainCount * domainRecordBytes,
  domainTable: 2 * frameBytes,
  frameTable: 2 * frames * frameRecordBytes,
  freeSummary: superFrameCount(frames) * freeSummaryBytes,
  freeMap: superFrameCount(frames) * freeMapBytes,
  events: domainCount * eventPorts * eventRecordBytes,
  // A mapping for each frame, and a pattern, up to as many as a number of 16 bits can name.
  grants: Math.min(frames, 65536) * grantRecordBytes,
  patterns: Math.min(frames, 65536) * patternRecordBytes,
  clients: mostClients * clientRecordBytes,
});

/**
 * The layout of memories with so many frames.
 *
 * @throws RangeError when the areas leave less than half of it
 */
export const layoutOf = (frames: number): Layout => {
  const bytes = areaBytes(frames);
  let next = 1;
  const areas = Object.fromEntries(
    areaNames.map((name) => {
      // The table is one of 8 KiB, aligned to its size.
      if (name === 'domainTable') next += next % 2;
      const place = { firstFrame: next, frames: Math.ceil(bytes[name] / frameBytes) };
      next += place.frames;
      return [name, place];
    }),
  ) as Record<LayoutArea, AreaPlace>;
  if (2 * next > frames)
    throw new RangeError(
      `memories of ${frames} frames are too small: the hypervisor needs ${next}, and at least as many for all else`,
    );
  return { frames, areas, reserved: next };
};

/** The boot record's words: magic, version, frames of a memory, then first frame and frames of each area. */
export const encodeBootRecord = (layout: Layout): Uint8Array => {
  const words = [bootMagic, BigInt(bootVersion), BigInt(layout.frames)];
  for (const name of areaNames) words.push(BigInt(layout.areas[name].firstFrame), BigInt(layout.areas[name].frames));
  const bytes = new Uint8Array(8 * words.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => view.setBigUint64(8 * index, word, true));
  return bytes;
};

import { bit, bits, log2Ceil, record, vector } from '../hdl/index.ts';
import {
  frameWidth,
  type MemoryManagementUnitParameters,
  memoryIdWidth,
  pageWidth,
  physicalWidth,
} from './interface.ts';

/** The parameters of a whole unit: its parts take what they need of them. */
export type Geometry = MemoryManagementUnitParameters;

/** Widths that follow from the parameters. */
export const widthsOf = (p: Geometry) => ({
  bytes: p.dataWidth / 8,
  frame: frameWidth(p),
  page: pageWidth(p),
  /** A form above a frame: an address in a memory but for what lies in the page. */
  place: frameWidth(p) + p.formWidth,
  entry: log2Ceil(p.entries),
  memoryId: memoryIdWidth(p),
});

/** What an address channel carries beside its identifier and address. */
const attributes = {
  len: bits(8),
  size: bits(3),
  burst: bits(2),
  lock: bit,
  cache: bits(4),
  prot: bits(3),
  qos: bits(4),
  region: bits(4),
} as const;
export const attributeNames = Object.keys(attributes) as readonly (keyof typeof attributes)[];

/** A request of the processor, with its domain. */
export const processorRequest = (p: Geometry) =>
  record({
    id: bits<number>(p.idWidth),
    addr: bits<number>(p.virtualWidth),
    ...attributes,
    domain: bits<number>(p.domainWidth),
  });

/** A request to a memory. */
export const memoryRequest = (p: Geometry) =>
  record({ id: bits<number>(memoryIdWidth(p)), addr: bits<number>(physicalWidth(p)), ...attributes });

const readBeatOf = (p: Geometry, idWidth: number) =>
  record({ id: bits<number>(idWidth), data: bits<number>(p.dataWidth), resp: bits(2), last: bit });
export const readBeat = (p: Geometry) => readBeatOf(p, p.idWidth);
export const memoryBeat = (p: Geometry) => readBeatOf(p, memoryIdWidth(p));
export const writeBeat = (p: Geometry) =>
  record({ data: bits<number>(p.dataWidth), strb: bits<number>(p.dataWidth / 8), last: bit });
export const writeResponse = (p: Geometry) => record({ id: bits<number>(p.idWidth), resp: bits(2) });
export const memoryResponse = (p: Geometry) => record({ id: bits<number>(memoryIdWidth(p)), resp: bits(2) });

/** An answer of a memory, if there is one. */
export const memoryAnswer = (p: Geometry) =>
  record({ present: bit, id: bits<number>(memoryIdWidth(p)), resp: bits(2) });

/** Where a page or a table is: the enabled memories, bit m for memory m, and the place in each. */
export const location = (p: Geometry) =>
  record({ enabled: bits(2), places: vector(bits<number>(widthsOf(p).place), 2) });

/** A leaf of the tables. */
export const leaf = (p: Geometry) =>
  record({
    super: bit,
    compare: bit,
    read: bit,
    write: bit,
    execute: bit,
    user: bit,
    fake: bit,
    where: location(p),
  });

/** Whose page is looked up. */
export const page = (p: Geometry) =>
  record({ domain: bits<number>(p.domainWidth), page: bits<number>(widthsOf(p).page) });

/** An entry of the TLB, but for whether it is valid. */
export const tlbEntry = (p: Geometry) =>
  record({
    of: page(p),
    leaf: leaf(p),
    index: bits<number>(p.cookieIndexWidth),
    cookie: bits<number>(p.cookieWidth),
  });

/** A request that asks to be looked up. */
export const lookupRequest = (p: Geometry) => record({ valid: bit, of: page(p), prot: bits(3) });

/** What a lookup found, the same for both directions: who looked up is told beside it. */
export const lookupResult = (p: Geometry) =>
  record({
    hit: bit,
    /** A fault of the walker's, for this request. */
    fault: bit,
    local: bit,
    response: bits(2),
    cause: bits(3),
    compare: bit,
    where: location(p),
    index: bits<number>(p.cookieIndexWidth),
  });

/** A beat from a memory, if there is one. */
export const heldBeat = (p: Geometry) => record({ present: bit, beat: memoryBeat(p) });

/** An access that a fault ended. */
export const notedFault = (p: Geometry) =>
  record({
    valid: bit,
    cause: bits(3),
    domain: bits<number>(p.domainWidth),
    id: bits<number>(p.idWidth),
    addr: bits<number>(p.virtualWidth),
  });

/** What the keeper says of the memories, bit m for memory m. */
export const memoryState = record({ failed: bits(2), readable: bits(2) });

/** A page that is taken back in this cycle. */
export const bumped = (p: Geometry) => record({ now: bit, index: bits<number>(p.cookieIndexWidth), flush: bit });

/** Slots, one bit each, whose cookies were compared in this cycle: equal, or different. */
export const comparison = (slots: number) => record({ equal: bits<number>(slots), different: bits<number>(slots) });

/** State of an output register: it can be loaded; it is full; what it offers is not taken in this cycle; and whose it is. */
export const registerState = (owners: number) =>
  record({ free: bit, full: bit, waits: bit, owner: bits<number>(owners) });

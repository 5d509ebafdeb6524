/**
 * What a guest and the hypervisor agree on: addresses, the shared page, call blocks, numbers, grant entries. Source:
 * `docs/systems/hypervisor.md`, "What a guest has".
 */

export const pageBytes = 4096;

/** Virtual addresses of what every domain has beside its memory. */
export const sharedPageAddress = 0x60_0000_0000;
export const storeRingAddress = 0x60_0000_1000;
export const grantTableAddress = 0x60_0001_0000;
/** Where grants may be mapped, and how many bytes. */
export const grantAreaAddress = 0x68_0000_0000;
export const grantAreaBytes = 2 ** 32;
/** Where domain 0's own pages begin; guests' begin at 0. */
export const trustedMemoryAddress = 2 ** 38;

/** A guest's own memory may be at pages below this one. */
export const ownPages = sharedPageAddress / pageBytes;

export const mostVirtualProcessors = 4;
/** Of domain 0, whose services are programs of their own. */
export const trustedVirtualProcessors = 16;
export const mostGrantPages = 16;
export const grantEntriesPerPage = 512;
/** Words of a list in memory that a call takes. */
export const mostListWords = 512;

/** Offsets in the shared page. */
export const sharedPage = {
  pending: 0x000,
  mask: 0x020,
  domain: 0x040,
  virtualProcessors: 0x044,
  pages: 0x048,
  target: 0x050,
  choices: 0x058,
  /** Of memory m: bit m, it is out of use; bit m + 2, it is being restored. */
  memories: 0x060,
  /** How many pages of the domain were ever lost with a memory; the number of the n-th, from 0, was written to `lostPages`, word n modulo 256. */
  lost: 0x068,
  callBlocks: 0x100,
  lostPages: 0x800,
} as const;
/** Words of `lostPages`. */
export const lostPagesKept = 256;
/** Of `choices`: pages that were given back come back when they are touched, as long as the maximum allows. */
export const deflateOnExhaustion = 1;
/** Bytes of `pending`, and of `mask`: a bit for each of 256 ports. */
export const eventBytes = 32;
export const callBlockBytes = 64;
/** Number and six arguments: what the hypervisor reads of a call block, at once. */
export const callRequestBytes = 56;
export const callArguments = 6;
/** Where the call block of a virtual processor lies, in the shared page. */
export const callBlock = (virtualProcessor: number): number =>
  sharedPage.callBlocks + callBlockBytes * virtualProcessor;

/** Numbers of calls. */
export const calls = {
  yield: 1,
  block: 2,
  exit: 3,
  eventOpen: 4,
  eventBind: 5,
  eventSend: 6,
  eventClose: 7,
  grantMap: 8,
  grantUnmap: 9,
  grantEnd: 10,
  giveBack: 11,
  take: 12,
  sweep: 13,
  protect: 14,
  packetsOpen: 15,
  packetsClose: 16,
  create: 32,
  destroy: 33,
  pause: 34,
  unpause: 35,
  setTarget: 36,
  packetsCap: 37,
  packetsAccept: 38,
  memoryReplace: 39,
} as const;
export type CallName = keyof typeof calls;
/** Calls from this number up are domain 0's alone. */
export const firstTrustedCall = 32;

/** Events that the hypervisor sends: the port of each is its number, in every domain. */
export const virtualEvents = { timer: 1, store: 2, target: 3, packets: 4, memoryStatus: 5 } as const;
export type VirtualEvent = keyof typeof virtualEvents;

/** In the count of `give_back`: the pages are as swept ones of zeros. */
export const giveBackReport = 1n << 63n;
/** In the count of `sweep`: pages of super pages are taken too; it is done when nothing else is ready. */
export const sweepRegular = 1n << 63n;
export const sweepBackground = 1n << 62n;

/** In the flags of `packets_open`: the client is never interrupted. */
export const packetsPolled = 1;
/** Bytes of an entry of a client's ring, and the most entries that one has, log2. */
export const packetSlotBytes = 2048;
export const mostPacketEntriesLog2 = 12;
/** In the page of a client, behind its ring: `consumer` is the guest's to write, all else the hypervisor's. */
export const clientPage = { producer: 0x000, overflow: 0x008, dropped: 0x00c, consumer: 0xff8 } as const;

/** Rights as `protect` takes them. */
export const rightBits = { read: 1, write: 2, execute: 4 } as const;

/** An entry of the grant table. */
export interface GrantEntry {
  readonly permit: boolean;
  readonly readOnly: boolean;
  /** Who may map it. */
  readonly domain: number;
  /** Of the granter's own memory. */
  readonly page: number;
}

export const encodeGrantEntry = ({ permit, readOnly, domain, page }: GrantEntry): bigint =>
  BigInt(permit) | (BigInt(readOnly) << 1n) | (BigInt(domain) << 16n) | (BigInt(page) << 32n);

/** Any 64 bits are an entry. */
export const decodeGrantEntry = (word: bigint): GrantEntry => ({
  permit: (word & 1n) !== 0n,
  readOnly: (word & 2n) !== 0n,
  domain: Number((word >> 16n) & 0xffffn),
  page: Number(word >> 32n),
});

/** What `create` is asked for. */
export interface DomainRequest {
  /** Virtual processors, 1 to 4. */
  readonly processors: number;
  /** Share of time against that of others, 1 to 65,535. */
  readonly weight: number;
  /** In which memories its pages lie. */
  readonly copies: 'first' | 'second' | 'both';
  /** The form of the memory paths in which they lie, 0 to 7. */
  readonly form: number;
  /** Pages of its grant table, 1 to 16. */
  readonly grantPages: number;
  /** Pages that it has at first, which is its target too. */
  readonly pages: number;
  /** Pages that it may ever have. */
  readonly maximum: number;
}

const copiesBits = { first: 1, second: 2, both: 3 } as const;

/** The arguments of `create`. */
export const encodeDomainRequest = (request: DomainRequest): readonly bigint[] => {
  const { processors, weight, copies, form, grantPages, pages, maximum } = request;
  const kind =
    BigInt(processors) |
    (BigInt(weight) << 16n) |
    (BigInt(copiesBits[copies]) << 32n) |
    (BigInt(form) << 40n) |
    (BigInt(grantPages) << 48n);
  return [kind, BigInt(pages), BigInt(maximum)];
};

/** What the arguments of `create` ask for, or `undefined` where there is no such domain. */
export const decodeDomainRequest = (kind: bigint, pages: bigint, maximum: bigint): DomainRequest | undefined => {
  const field = (low: bigint, width: bigint): number => Number((kind >> low) & ((1n << width) - 1n));
  const copies = ([undefined, 'first', 'second', 'both'] as const)[field(32n, 8n)];
  const [processors, weight, form, grantPages] = [field(0n, 16n), field(16n, 16n), field(40n, 8n), field(48n, 16n)];
  const fits =
    processors >= 1 &&
    processors <= mostVirtualProcessors &&
    weight >= 1 &&
    form < 8 &&
    grantPages >= 1 &&
    grantPages <= mostGrantPages &&
    pages <= maximum &&
    maximum <= BigInt(sharedPageAddress / pageBytes);
  if (copies === undefined || !fits) return undefined;
  return { processors, weight, copies, form, grantPages, pages: Number(pages), maximum: Number(maximum) };
};

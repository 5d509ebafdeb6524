import { bit, bits, log2Ceil, record, vector } from '../hdl/index.ts';
import { roundKeyShape } from '../parts/cipher/aes-key-expansion.ts';
import { type MemoryPathParameters, memoryIdWidth, processorAddressWidth } from './interface.ts';

/** The parameters of the whole path: its parts take what they need of them. */
export type Geometry = MemoryPathParameters;

/** Widths that follow from the parameters. */
export const widthsOf = (p: Geometry) => {
  const unitBits = Math.log2(p.dataUnit);
  return {
    bytes: p.dataWidth / 8,
    /** Beats of a block. */
    beats: 128 / p.dataWidth,
    memoryId: memoryIdWidth(p),
    read: log2Ceil(p.reads),
    write: log2Ceil(p.writes),
    unit: p.addressWidth - unitBits,
    /** The index of a block in its data unit. */
    block: unitBits - 4,
    unitBits,
    lines: Math.min(32, p.addressWidth - 6),
  };
};

export const keySlotWidth = 3;

/** The payload of an address channel. */
export const requestSignals = (p: { readonly idWidth: number; readonly addressWidth: number }) =>
  record({
    id: bits<number>(p.idWidth),
    addr: bits<number>(p.addressWidth),
    len: bits(8),
    size: bits(3),
    burst: bits(2),
    lock: bit,
    cache: bits(4),
    prot: bits(3),
    qos: bits(4),
    region: bits(4),
  });

/** A request of the processor: with the form, which is taken off its address or comes beside it. */
export const processorRequest = (p: Geometry) => record({ form: bits<number>(p.select), signals: requestSignals(p) });
export const memoryRequest = (p: Geometry) =>
  requestSignals({ idWidth: memoryIdWidth(p), addressWidth: p.addressWidth });
export const processorBus = (p: Geometry) => ({
  addressWidth: processorAddressWidth(p),
  dataWidth: p.dataWidth,
  idWidth: p.idWidth,
});

export const writeBeat = (p: Geometry) =>
  record({ data: bits<number>(p.dataWidth), strb: bits<number>(p.dataWidth / 8), last: bit });
const readBeatOf = (p: Geometry, idWidth: number) =>
  record({ id: bits<number>(idWidth), data: bits<number>(p.dataWidth), resp: bits(2), last: bit });
export const readBeat = (p: Geometry) => readBeatOf(p, p.idWidth);
export const memoryBeat = (p: Geometry) => readBeatOf(p, memoryIdWidth(p));
export const writeResponse = (p: Geometry) => record({ id: bits<number>(p.idWidth), resp: bits(2) });
export const memoryResponse = (p: Geometry) => record({ id: bits<number>(memoryIdWidth(p)), resp: bits(2) });

/** What forms are judged by: the registers `form`, and the state of the key slots. */
export const formState = (p: Geometry) =>
  record({
    forms: vector(record({ valid: bit, channel: bits(2), slot: bits(keySlotWidth) }), 2 ** p.select),
    loaded: bits<number>(p.keySlots),
    kinds: vector(bits(2), p.keySlots),
    committing: bit,
    commit_slot: bits(keySlotWidth),
  });

/** What reaches the engines of the keys. */
export const keyFeed = (p: Geometry) =>
  record({
    clear: bit,
    write: bit,
    second: bit,
    written: roundKeyShape({ slots: p.keySlots }),
    prince: vector(record({ k0: bits(64), k1: bits(64) }), 2 * p.keySlots),
  });

/** Classes of accesses: the channels of forms, 0 for the plain one, and refused. */
export const refusedClass = 4;
export const accessClass = bits(3);
export const purposes = { processor: 0, merge: 1, scan: 2 } as const;

/** The first beat of a block of two. */
export const readHalf = (p: Geometry) => record({ data: bits<number>(p.dataWidth), resp: bits(2) });
/** What travels with a block through decryption. */
export const readTag = (p: Geometry) =>
  record({ slot: bits<number>(widthsOf(p).read), place: bits(2), response: bits(2), last: bit });
/** What travels with a block through encryption. */
export const writeTag = (p: Geometry) => record({ piece: bits<number>(widthsOf(p).write), place: bits(2), last: bit });
/** A decrypted block. */
export const readBlock = (p: Geometry) => record({ tag: readTag(p), block: bits(128) });
/** The head of a queue of decrypted blocks. */
export const queueHead = (p: Geometry) => record({ valid: bit, tag: readTag(p), block: bits(128) });

/** A block to be taken by a data engine: `tweak` is that of its data unit. */
export const blockToTake = (p: Geometry) =>
  record({
    valid: bit,
    channel: bits(2),
    key: bits(keySlotWidth),
    index: bits<number>(widthsOf(p).block),
    tweak: bits(128),
    block: bits(128),
  });

const tweakPlace = (p: Geometry) => bits<number>(Math.max(widthsOf(p).read, widthsOf(p).write));
/** Whose tweak it is: a read slot's or a write piece's. */
export const tweakTag = (p: Geometry) => record({ write: bit, place: tweakPlace(p) });
/** A tweak that is wanted. */
export const tweakQuestion = (p: Geometry) =>
  record({
    valid: bit,
    channel: bits(2),
    key: bits(keySlotWidth),
    unit: bits<number>(widthsOf(p).unit),
    place: tweakPlace(p),
  });
/** The tweak of a data unit, from an engine. */
const foundTweak = (p: Geometry, width: 64 | 128) =>
  record({ valid: bit, tag: tweakTag(p), tweak: bits<number>(width) });
/** What both tweak engines give in a cycle. */
export const tweaksFound = (p: Geometry) => record({ aes: foundTweak(p, 128), prince: foundTweak(p, 64) });

/** A read slot as it is filled. */
export const slotFill = (p: Geometry) =>
  record({
    class: accessClass,
    purpose: bits(2),
    id: bits<number>(memoryIdWidth(p)),
    size: bits(3),
    offset: bits(6),
    left: bits(8),
    final: bit,
    expected: bits(4),
    unit: bits<number>(widthsOf(p).unit),
    block: bits<number>(widthsOf(p).block),
    key: bits(keySlotWidth),
    poisoned: bit,
    piece: bits<number>(widthsOf(p).write),
  });

/** What the requests of a burst's pieces take over from it. */
export const attributes = record({ cache: bits(4), prot: bits(3), qos: bits(4), region: bits(4) });
/** A merge read that a write piece asks for. */
export const mergeRequest = (p: Geometry) =>
  record({
    line: bits<number>(p.addressWidth - 6),
    first: bits(2),
    last: bits(2),
    channel: bits(2),
    key: bits(keySlotWidth),
    piece: bits<number>(widthsOf(p).write),
    attributes,
  });
/** A line that the scanner asks for. */
export const scanRequest = (p: Geometry) =>
  record({ line: bits<number>(p.addressWidth - 6), channel: bits(2), key: bits(keySlotWidth) });

/** A decrypted block that goes to a write piece. */
export const fetchedBlock = (p: Geometry) =>
  record({
    valid: bit,
    piece: bits<number>(widthsOf(p).write),
    place: bits(2),
    response: bits(2),
    last: bit,
    block: bits(128),
  });
/** What the scanner sees: a plain beat or a decrypted block, each in the low bits of the data as far as they are wide. */
export const seenData = record({ valid: bit, plain: bit, failed: bit, data: bits(128) });

/** A beat of an encrypted burst, on its way into a write piece. */
export const pieceBeat = (p: Geometry) =>
  record({
    valid: bit,
    begins: bit,
    completes: bit,
    burst: bits<number>(widthsOf(p).write),
    line: bits<number>(p.addressWidth - 6),
    offset: bits(6),
    channel: bits(2),
    key: bits(keySlotWidth),
    strb: bits<number>(p.dataWidth / 8),
    data: bits<number>(p.dataWidth),
  });
/** A burst one of whose pieces is answered. */
export const answeredPiece = (p: Geometry) =>
  record({ valid: bit, burst: bits<number>(widthsOf(p).write), response: bits(2) });
/** A piece that is ready for memory. */
export const sealedPiece = (p: Geometry) =>
  record({
    valid: bit,
    piece: bits<number>(widthsOf(p).write),
    line: bits<number>(p.addressWidth - 6),
    first: bits(2),
    last: bits(2),
    /** Blocks of which nothing is written. */
    empty: bits(4),
    prince: bit,
    attributes,
  });

import type { Octets } from './octets.ts';
import type { Qid } from './qid.ts';

/** What each kind of field holds. Integers are little-endian; a text has a count of 16 bits before it, data one of 32. */
export interface Kinds {
  readonly u8: number;
  readonly u16: number;
  readonly u32: number;
  readonly u64: bigint;
  readonly text: Octets;
  readonly data: Uint8Array;
  readonly qid: Qid;
  /** At most 16 of them, with a count of 16 bits before. */
  readonly names: readonly Octets[];
  readonly qids: readonly Qid[];
}

type Fields = Readonly<Record<string, keyof Kinds>>;
const message = <const F extends Fields>(type: number, fields: F): { readonly type: number; readonly fields: F } => ({
  type,
  fields,
});

const lockFields = {
  type: 'u8',
  start: 'u64',
  length: 'u64',
  processId: 'u32',
  clientId: 'text',
} as const;

/**
 * Every message of 9P2000.L: number, then fields in the order in which they travel (diod's `protocol.md`; `intro(5)` of Plan 9); and two of ours, of
 * `docs/systems/file-proxy.md`, "Requests that may be done once".
 */
export const layout = {
  Rlerror: message(7, { ecode: 'u32' }),
  Tstatfs: message(8, { fid: 'u32' }),
  Rstatfs: message(9, {
    type: 'u32',
    blockSize: 'u32',
    blocks: 'u64',
    blocksFree: 'u64',
    blocksAvailable: 'u64',
    files: 'u64',
    filesFree: 'u64',
    fileSystemId: 'u64',
    nameLength: 'u32',
  }),
  Tlopen: message(12, { fid: 'u32', flags: 'u32' }),
  Rlopen: message(13, { qid: 'qid', ioUnit: 'u32' }),
  Tlcreate: message(14, { fid: 'u32', entry: 'text', flags: 'u32', mode: 'u32', gid: 'u32' }),
  Rlcreate: message(15, { qid: 'qid', ioUnit: 'u32' }),
  Tsymlink: message(16, { fid: 'u32', entry: 'text', target: 'text', gid: 'u32' }),
  Rsymlink: message(17, { qid: 'qid' }),
  Tmknod: message(18, { fid: 'u32', entry: 'text', mode: 'u32', major: 'u32', minor: 'u32', gid: 'u32' }),
  Rmknod: message(19, { qid: 'qid' }),
  Trename: message(20, { fid: 'u32', directory: 'u32', entry: 'text' }),
  Rrename: message(21, {}),
  Treadlink: message(22, { fid: 'u32' }),
  Rreadlink: message(23, { target: 'text' }),
  Tgetattr: message(24, { fid: 'u32', mask: 'u64' }),
  Rgetattr: message(25, {
    valid: 'u64',
    qid: 'qid',
    mode: 'u32',
    uid: 'u32',
    gid: 'u32',
    links: 'u64',
    device: 'u64',
    size: 'u64',
    blockSize: 'u64',
    blocks: 'u64',
    accessSeconds: 'u64',
    accessNanoseconds: 'u64',
    modifySeconds: 'u64',
    modifyNanoseconds: 'u64',
    changeSeconds: 'u64',
    changeNanoseconds: 'u64',
    birthSeconds: 'u64',
    birthNanoseconds: 'u64',
    generation: 'u64',
    dataVersion: 'u64',
  }),
  Tsetattr: message(26, {
    fid: 'u32',
    valid: 'u32',
    mode: 'u32',
    uid: 'u32',
    gid: 'u32',
    size: 'u64',
    accessSeconds: 'u64',
    accessNanoseconds: 'u64',
    modifySeconds: 'u64',
    modifyNanoseconds: 'u64',
  }),
  Rsetattr: message(27, {}),
  Txattrwalk: message(30, { fid: 'u32', newFid: 'u32', entry: 'text' }),
  Rxattrwalk: message(31, { size: 'u64' }),
  Txattrcreate: message(32, { fid: 'u32', entry: 'text', size: 'u64', flags: 'u32' }),
  Rxattrcreate: message(33, {}),
  Treaddir: message(40, { fid: 'u32', offset: 'u64', count: 'u32' }),
  Rreaddir: message(41, { data: 'data' }),
  Tfsync: message(50, { fid: 'u32', dataOnly: 'u32' }),
  Rfsync: message(51, {}),
  Tlock: message(52, {
    fid: 'u32',
    type: 'u8',
    flags: 'u32',
    start: 'u64',
    length: 'u64',
    processId: 'u32',
    clientId: 'text',
  }),
  Rlock: message(53, { status: 'u8' }),
  Tgetlock: message(54, { fid: 'u32', ...lockFields }),
  Rgetlock: message(55, lockFields),
  Tlink: message(70, { directory: 'u32', fid: 'u32', entry: 'text' }),
  Rlink: message(71, {}),
  Tmkdir: message(72, { fid: 'u32', entry: 'text', mode: 'u32', gid: 'u32' }),
  Rmkdir: message(73, { qid: 'qid' }),
  Trenameat: message(74, { oldDirectory: 'u32', oldEntry: 'text', newDirectory: 'u32', newEntry: 'text' }),
  Rrenameat: message(75, {}),
  Tunlinkat: message(76, { fid: 'u32', entry: 'text', flags: 'u32' }),
  Runlinkat: message(77, {}),
  Tversion: message(100, { messageSize: 'u32', version: 'text' }),
  Rversion: message(101, { messageSize: 'u32', version: 'text' }),
  Tauth: message(102, { afid: 'u32', userName: 'text', attachName: 'text', uid: 'u32' }),
  Rauth: message(103, { qid: 'qid' }),
  Tattach: message(104, { fid: 'u32', afid: 'u32', userName: 'text', attachName: 'text', uid: 'u32' }),
  Rattach: message(105, { qid: 'qid' }),
  Tflush: message(108, { oldTag: 'u16' }),
  Rflush: message(109, {}),
  Twalk: message(110, { fid: 'u32', newFid: 'u32', names: 'names' }),
  Rwalk: message(111, { qids: 'qids' }),
  Tread: message(116, { fid: 'u32', offset: 'u64', count: 'u32' }),
  Rread: message(117, { data: 'data' }),
  Twrite: message(118, { fid: 'u32', offset: 'u64', data: 'data' }),
  Rwrite: message(119, { count: 'u32' }),
  Tclunk: message(120, { fid: 'u32' }),
  Rclunk: message(121, {}),
  Tremove: message(122, { fid: 'u32' }),
  Rremove: message(123, {}),
  Tsession: message(150, { key: 'text' }),
  Rsession: message(151, { known: 'u8' }),
  /** Answered by the reply to the request that it holds. */
  Tonce: message(152, { slot: 'u16', sequence: 'u64', request: 'data' }),
} as const;

export type MessageName = keyof typeof layout;
export type RequestName = Extract<MessageName, `T${string}`>;
/** The reply's name: of `Twalk` it is `Rwalk`. */
export type ReplyName<N extends RequestName> = N extends `T${infer Rest}` ? Extract<MessageName, `R${Rest}`> : never;

export type Body<N extends MessageName> = {
  readonly [F in keyof (typeof layout)[N]['fields']]: (typeof layout)[N]['fields'][F] extends infer K extends
    keyof Kinds
    ? Kinds[K]
    : never;
};
export type Message<N extends MessageName = MessageName> = {
  [M in N]: { readonly name: M; readonly tag: number } & Body<M>;
}[N];

/** size[4] type[1] tag[2] */
export const headerBytes = 7;
/** The tag of Tversion alone. */
export const noTag = 0xffff;
export const noFid = 0xffff_ffff;
/** Names that one walk may hold. */
export const walkLimit = 16;
/** Bytes around the data of Tread's, Twrite's and Treaddir's messages at most. */
export const ioHeaderBytes = 24;
export const versionText = '9P2000.L';
/** With Tsession and Tonce. By `version(5)`, a server that does not know what follows the last point answers with what is before it. */
export const numberedVersionText = '9P2000.L.once';
/** Slots of a session, and so requests with a sequence number that may be in flight. */
export const slotLimit = 64;

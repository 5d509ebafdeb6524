import type { Attributes, Change } from '../tree/tree.ts';
import type { Body } from './layout.ts';

const billion = 1_000_000_000n;
/** Which fields of Rgetattr hold (`P9_GETATTR_*`): the basic ones, and the time of birth. */
const basic = 0x7ffn;
const birth = 0x800n;

/** Seconds and nanoseconds of a time; one before 1970 has negative seconds, as two's complement. */
const split = (time: bigint): { readonly seconds: bigint; readonly nanoseconds: bigint } => {
  const nanoseconds = ((time % billion) + billion) % billion;
  return { seconds: BigInt.asUintN(64, (time - nanoseconds) / billion), nanoseconds };
};
const join = (seconds: bigint, nanoseconds: bigint): bigint => BigInt.asIntN(64, seconds) * billion + nanoseconds;

export const attributesToWire = (attributes: Attributes, mask: bigint): Body<'Rgetattr'> => {
  const accessed = split(attributes.accessed);
  const modified = split(attributes.modified);
  const changed = split(attributes.changed);
  const born = split(attributes.born);
  return {
    valid: basic | (mask & birth),
    qid: attributes.qid,
    mode: attributes.mode,
    uid: attributes.uid,
    gid: attributes.gid,
    links: BigInt(attributes.links),
    device: attributes.device,
    size: BigInt(attributes.size),
    blockSize: BigInt(attributes.blockSize),
    blocks: BigInt(attributes.blocks),
    accessSeconds: accessed.seconds,
    accessNanoseconds: accessed.nanoseconds,
    modifySeconds: modified.seconds,
    modifyNanoseconds: modified.nanoseconds,
    changeSeconds: changed.seconds,
    changeNanoseconds: changed.nanoseconds,
    birthSeconds: born.seconds,
    birthNanoseconds: born.nanoseconds,
    generation: 0n,
    dataVersion: 0n,
  };
};

export const attributesFromWire = (body: Body<'Rgetattr'>): Attributes => ({
  qid: body.qid,
  mode: body.mode,
  uid: body.uid,
  gid: body.gid,
  links: Number(body.links),
  device: body.device,
  size: Number(body.size),
  blockSize: Number(body.blockSize),
  blocks: Number(body.blocks),
  accessed: join(body.accessSeconds, body.accessNanoseconds),
  modified: join(body.modifySeconds, body.modifyNanoseconds),
  changed: join(body.changeSeconds, body.changeNanoseconds),
  born: join(body.birthSeconds, body.birthNanoseconds),
});

/** Which fields of Tsetattr are to be set (`P9_SETATTR_*`). */
const set = { mode: 1, uid: 2, gid: 4, size: 8, accessed: 16, modified: 32, accessedTo: 128, modifiedTo: 256 } as const;
const sameOwner = 0xffff_ffff;

export const changeFromWire = (body: Body<'Tsetattr'>): Change => {
  const has = (bit: number): boolean => (body.valid & bit) !== 0;
  const accessed = has(set.accessedTo) ? join(body.accessSeconds, body.accessNanoseconds) : 'now';
  const modified = has(set.modifiedTo) ? join(body.modifySeconds, body.modifyNanoseconds) : 'now';
  return {
    ...(has(set.mode) ? { mode: body.mode } : {}),
    ...(has(set.uid) && body.uid !== sameOwner ? { uid: body.uid } : {}),
    ...(has(set.gid) && body.gid !== sameOwner ? { gid: body.gid } : {}),
    ...(has(set.size) ? { size: Number(body.size) } : {}),
    ...(has(set.accessed) ? { accessed } : {}),
    ...(has(set.modified) ? { modified } : {}),
  };
};

export const changeToWire = ({ mode, uid, gid, size, accessed, modified }: Change): Omit<Body<'Tsetattr'>, 'fid'> => {
  const time = (value: bigint | 'now' | undefined): ReturnType<typeof split> =>
    split(typeof value === 'bigint' ? value : 0n);
  const flags = [
    mode === undefined ? 0 : set.mode,
    uid === undefined ? 0 : set.uid,
    gid === undefined ? 0 : set.gid,
    size === undefined ? 0 : set.size,
    accessed === undefined ? 0 : set.accessed | (accessed === 'now' ? 0 : set.accessedTo),
    modified === undefined ? 0 : set.modified | (modified === 'now' ? 0 : set.modifiedTo),
  ];
  return {
    valid: flags.reduce((word, flag) => word | flag, 0),
    mode: mode ?? 0,
    uid: uid ?? sameOwner,
    gid: gid ?? sameOwner,
    size: BigInt(size ?? 0),
    accessSeconds: time(accessed).seconds,
    accessNanoseconds: time(accessed).nanoseconds,
    modifySeconds: time(modified).seconds,
    modifyNanoseconds: time(modified).nanoseconds,
  };
};

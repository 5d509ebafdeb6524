/** A frame's record as a word of the frame table. Source: `docs/systems/hypervisor.md`, "Memory". */
import { HypervisorError } from './errors.ts';
import type { Copies, FrameRecord } from './interface.ts';
import { superFrames } from './layout.ts';

const states = ['free', 'hypervisor', 'table', 'page', 'lost'] as const;
const nowhere = 0xffff_ffffn;
export const mostReferences = 0xffff;

export const freeRecord: FrameRecord = {
  state: 'free',
  owner: 0,
  both: false,
  super: false,
  scanned: false,
  form: 0,
  references: 0,
  page: undefined,
};

const bit = (set: boolean, at: number): bigint => (set ? 1n << BigInt(at) : 0n);

/** The word; of a free frame 0. */
export const encodeFrameRecord = (record: FrameRecord): bigint => {
  if (record.state === 'free') return 0n;
  return (
    BigInt(states.indexOf(record.state)) |
    (BigInt(record.owner) << 4n) |
    bit(record.both, 8) |
    bit(record.super, 9) |
    bit(record.scanned, 10) |
    (BigInt(record.form) << 12n) |
    (BigInt(record.references) << 16n) |
    ((record.page === undefined ? nowhere : BigInt(record.page)) << 32n)
  );
};

/** @throws HypervisorError EIO for a word that no record has */
export const decodeFrameRecord = (word: bigint): FrameRecord => {
  const field = (low: number, bits: number): number => Number((word >> BigInt(low)) & ((1n << BigInt(bits)) - 1n));
  const state = states[field(0, 4)];
  if (state === undefined) throw new HypervisorError('EIO', `the frame table holds 0x${word.toString(16)}`);
  if (state === 'free') return freeRecord;
  const page = word >> 32n;
  return {
    state,
    owner: field(4, 4),
    both: field(8, 1) === 1,
    super: field(9, 1) === 1,
    scanned: field(10, 1) === 1,
    form: field(12, 3),
    references: field(16, 16),
    page: page === nowhere ? undefined : Number(page),
  };
};

/** The memories that hold a copy. */
export const memoriesOf = (copies: Copies): readonly (0 | 1)[] =>
  copies === 'both' ? [0, 1] : copies === 'first' ? [0] : [1];

/** As bits: 1 the first memory, 2 the second. */
export const copyBits = (copies: Copies): number => ({ first: 1, second: 2, both: 3 })[copies];

/** Frames of a backing, in each memory. */
export const framesOf = (backing: { readonly super?: boolean | undefined }): number =>
  backing.super === true ? superFrames : 1;

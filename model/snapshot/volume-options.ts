import type { Pace } from './background.ts';
import type { CopiedBlock } from './background-work.ts';
import type { SourceMark } from './binding.ts';
import { SnapshotError } from './storage.ts';
import { longestName, type Policy } from './superblock.ts';

export interface VolumeOptions {
  readonly pace: Pace;
  /** The instant of now, for records: nanoseconds since 1970, or cycles. */
  now(): bigint;
  /** A clock that is never set, in the unit of `now`, which is taken for it when left out. */
  elapsed?(): bigint;
  /** Most blocks that the store may hold; as many as fit when left out. */
  readonly limit?: number;
  /** Most bytes of writes that are answered before they are done, where that takes a flush; none when left out. */
  readonly ahead?: number;
  /** What tells whether the store is this source's; when left out, the caller sees to that. */
  readonly mark?: SourceMark;
  /**
   * Called when the background has copied a block, which may be written without passing this code from then on: it is noted as changed.
   * When left out, all writes pass this code, and a copied block that nobody wrote is not copied again for later snapshots.
   */
  readonly copied?: CopiedBlock;
}

export interface TakeOptions {
  readonly policy: Policy;
  /**
   * Blocks that may be written without passing this code, which are copied before anything goes on; what finds them runs when writes have
   * ended, and sees to it that others pass this code from then on.
   */
  readonly untrapped?: readonly number[] | (() => Promise<readonly number[]>);
}

/**
 * What a name must not hold: control characters; what ends a line; what turns the direction of text, so that a list shows another name than it is; and halves of a
 * character, which UTF-8 does not have, so that two such names are one when they are read again.
 */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u;

/** @throws SnapshotError saying what a name may be */
export const checkName = (name: string): void => {
  const length = Buffer.byteLength(name);
  if (length >= 1 && length <= longestName && !unfit.test(name)) return;
  throw new SnapshotError(
    `A snapshot cannot be named ${JSON.stringify(name)}: a name has 1 to ${longestName} bytes of UTF-8 without control characters, line separators, halves of characters and marks that turn the direction of text.`,
  );
};

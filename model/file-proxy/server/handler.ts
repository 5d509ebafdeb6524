import { FileError } from '../protocol/errors.ts';
import { type Body, ioHeaderBytes, type ReplyName, type RequestName } from '../protocol/layout.ts';
import { qidType } from '../protocol/qid.ts';
import type { OpenFile, Reference, Tree } from '../tree/tree.ts';
import type { Fid, Fids } from './fids.ts';
import type { Locks } from './locks.ts';

/** What a handler may use of its connection. */
export interface Context {
  readonly tree: Tree;
  readonly fids: Fids;
  readonly locks: Locks;
  readonly readOnly: boolean;
  /** Names of the root that a client may attach to besides `/` and paths below it. */
  readonly attachNames: readonly string[];
  readonly messageSize: number;
}

export type Handled = Exclude<RequestName, 'Tversion' | 'Tflush' | 'Tsession' | 'Tonce'>;
type Handler<N extends RequestName> = (context: Context, body: Body<N>) => Promise<Body<ReplyName<N>>>;
/** How a connection answers each of some requests. */
export type Handlers<N extends Handled> = { readonly [M in N]: Handler<M> };

export const nothing = {} as const;
export const isDirectory = (reference: Reference): boolean => (reference.qid.type & qidType.directory) !== 0;
export const fidOf = (reference: Reference, file: OpenFile | null = null): Fid => ({
  reference,
  file,
  isDirectory: isDirectory(reference),
  extended: null,
});

/** @throws FileError with EROFS */
export const checkWritable = ({ readOnly }: Context): void => {
  if (readOnly) throw new FileError('EROFS');
};
/** An offset that arithmetic on it keeps exact. @throws FileError with EFBIG */
export const offsetOf = (offset: bigint): number => {
  if (offset > 2n ** 52n) throw new FileError('EFBIG');
  return Number(offset);
};
export const opened = (fid: Fid): OpenFile => {
  if (fid.file === null) throw new FileError('EBADF');
  return fid.file;
};
export const unopened = (fid: Fid): Reference => {
  if (fid.file !== null || fid.extended !== null) throw new FileError('EBADF');
  return fid.reference;
};
export const ioUnit = ({ messageSize }: Context): number => messageSize - ioHeaderBytes;

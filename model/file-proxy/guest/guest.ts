import { codeOf, FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import type { Tree } from '../tree/tree.ts';
import { Turns } from '../tree/turns.ts';
import { Handles } from './handles.ts';
import { type Location, Namespace } from './namespace.ts';

/** What all operations of one guest's file system share. */
export class Guest {
  readonly namespace: Namespace;
  readonly handles = new Handles();
  readonly umask: number;
  readonly gid = 0;
  /** Tells who watches of what this guest changed: `rename` where a name came or went. */
  tell: (event: 'rename' | 'change', path: readonly Octets[]) => void = () => undefined;
  /** By file: appends to it, one after another. */
  private readonly appends = new Map<string, WeakRef<Turns>>();
  constructor(local: Tree, umask: number) {
    this.namespace = new Namespace(local);
    this.umask = umask;
  }
  appendsTo({ reference, device }: Location): Turns {
    const key = `${device}:${reference.qid.path}`;
    const turns = this.appends.get(key)?.deref() ?? new Turns();
    this.appends.set(key, new WeakRef(turns));
    return turns;
  }
}

/** Codes that Node spells otherwise than Linux. */
const nodeSpelling: Readonly<Record<string, string>> = { EOPNOTSUPP: 'ENOTSUP' };

/**
 * Runs an operation; what it refuses with becomes the error that Node would throw: the same code, with the call and the paths as they were given.
 * @throws FileError; other errors as they are
 */
export const asNode = async <T>(
  syscall: string,
  paths: { readonly path?: string; readonly dest?: string },
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    // What says something of arguments or signals stays as it is, and so do faults.
    if (error instanceof TypeError || typeof code !== 'string' || /^ERR_|_ERR$/.test(code)) throw error;
    const told = new FileError(codeOf(error), { syscall, ...paths });
    const spelled = nodeSpelling[told.code];
    throw spelled === undefined
      ? told
      : Object.assign(told, { code: spelled, message: told.message.replace(told.code, spelled) });
  }
};

export const slashed = (path: readonly string[]): string => `/${path.join('/')}`;

/** What a request is about to do to names, written down so that whoever comes after a crash can see whether it was done. */
import { encode } from '../protocol/codec.ts';
import { codeOf } from '../protocol/errors.ts';
import type { Message } from '../protocol/layout.ts';
import type { NumberedName, NumberedRequest } from '../protocol/numbered.ts';
import type { Octets } from '../protocol/octets.ts';
import type { Qid } from '../protocol/qid.ts';
import type { Reference, Tree } from '../tree/tree.ts';
import type { Context } from './handler.ts';

export interface Intent {
  readonly request: NumberedName;
  /** Names from the root to the directory. */
  readonly path: readonly Octets[];
  readonly name: Octets;
  /** What the name stands for before, in decimal; null where it is not there and is to be made. */
  readonly before: string | null;
  /** Permissions that what is made is to have. */
  readonly mode?: number;
}

/** The names from the root to an object. @throws FileError where it cannot be reached */
const pathOf = async (reference: Reference): Promise<readonly Octets[]> => {
  const names: Octets[] = [];
  let at = await reference.duplicate();
  try {
    for (;;) {
      const place = await at.place();
      names.unshift(place.name);
      await at.release();
      at = place.directory;
    }
  } catch (error) {
    // The root has no place.
    if (codeOf(error) === 'EBUSY') return names;
    throw error;
  } finally {
    await at.release();
  }
};

/** What a name stands for now; null where nothing is there. */
const find = async (directory: Reference, name: Octets): Promise<Qid | null> => {
  try {
    const found = await directory.walk(name);
    await found.release();
    return found.qid;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};

const permissions = 0o1777;

/** What a request is to do, by what is there now; null where it will change no name: it will be refused, or has nothing to do. @throws FileError */
export const intentOf = ({ fids }: Context, request: NumberedRequest): Promise<Intent | null> => {
  const { name: kind } = request;
  if (kind === 'Tunlinkat')
    return fids.use(request.fid, ({ reference }) => going(reference, kind, request.entry, () => Promise.resolve(null)));
  if (kind === 'Trenameat')
    return fids.use(request.oldDirectory, ({ reference }) =>
      going(reference, kind, request.oldEntry, () =>
        fids.use(request.newDirectory, ({ reference: to }) => find(to, request.newEntry)),
      ),
    );
  return fids.use(kind === 'Tlink' ? request.directory : request.fid, async ({ reference }) => {
    if ((await find(reference, request.entry)) !== null) return null;
    const made = { request: kind, path: await pathOf(reference), name: request.entry, before: null };
    return 'mode' in request ? { ...made, mode: request.mode & permissions } : made;
  });
};

const going = async (
  directory: Reference,
  request: NumberedName,
  name: Octets,
  replaced: () => Promise<Qid | null>,
): Promise<Intent | null> => {
  const before = await find(directory, name);
  if (before === null || (await replaced())?.path === before.path) return null;
  return { request, path: await pathOf(directory), name, before: String(before.path) };
};

/** Walks names from the root; null where one of them is not there. */
const reach = async (tree: Tree, path: readonly Octets[]): Promise<Reference | null> => {
  let at = await tree.root();
  for (const name of path) {
    const next = await at.walk(name).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    await at.release();
    if (next === null) return null;
    at = next;
  }
  return at;
};

/** Whether an intent was carried out, and then the reply to it; null where it was not. Nothing may have changed names since. */
export const outcomeOf = async (tree: Tree, intent: Intent): Promise<Uint8Array | null> => {
  const { request, path, name, before, mode } = intent;
  const directory = await reach(tree, path);
  try {
    const now = directory === null ? null : await find(directory, name);
    if (before === null ? now === null : String(now?.path) === before) return null;
    if (before === null && mode !== undefined) {
      // It may have been cut off after making it, and before giving it its permissions.
      const made = await directory!.walk(name);
      try {
        await made.change({ mode });
      } finally {
        await made.release();
      }
    }
    const reply = { name: `R${request.slice(1)}`, tag: 0, qid: now, ioUnit: 0 };
    return encode(reply as unknown as Message);
  } finally {
    await directory?.release();
  }
};

import { attributesToWire, changeFromWire } from '../protocol/attributes.ts';
import { FileError } from '../protocol/errors.ts';
import { noFid } from '../protocol/layout.ts';
import type { Octets } from '../protocol/octets.ts';
import type { Qid } from '../protocol/qid.ts';
import { checkName } from '../tree/names.ts';
import type { Reference } from '../tree/tree.ts';
import { extendedHandlers } from './extended-handlers.ts';
import type { Fid } from './fids.ts';
import { fileHandlers } from './file-handlers.ts';
import { checkWritable, fidOf, type Handled, type Handlers, nothing, unopened } from './handler.ts';
import { nameHandlers } from './name-handlers.ts';

/** Walks names from a reference: what was found on the way, and a hold on the last, or null where a name was missing. */
const walkNames = async (
  from: Reference,
  names: readonly Octets[],
): Promise<{ readonly qids: readonly Qid[]; readonly end: Reference | null }> => {
  const qids: Qid[] = [];
  let at = await from.duplicate();
  for (const name of names) {
    try {
      checkName(name);
      const next = await at.walk(name);
      await at.release();
      at = next;
      qids.push(at.qid);
    } catch (error) {
      await at.release();
      if (qids.length === 0) throw error;
      return { qids, end: null };
    }
  }
  return { qids, end: at };
};

export const handlers: Handlers<Handled> = {
  ...nameHandlers,
  ...fileHandlers,
  ...extendedHandlers,
  // What clients, diod's among them, take for: no authentication is needed.
  Tauth: () => Promise.reject(new FileError('ENOENT')),
  async Tattach(context, { fid, afid, attachName }) {
    if (afid !== noFid) throw new FileError('EBADF');
    const names = context.attachNames.includes(attachName)
      ? []
      : attachName.split('/').filter((name) => name !== '' && name !== '.');
    let qid: Qid | null = null;
    await context.fids.add(fid, async () => {
      const root = await context.tree.root();
      try {
        const { end } = await walkNames(root, names as Octets[]);
        if (end === null) throw new FileError('ENOENT');
        qid = end.qid;
        return fidOf(end);
      } finally {
        await root.release();
      }
    });
    return { qid: qid! };
  },
  async Twalk(context, { fid, newFid, names }) {
    const walk = (from: Fid): ReturnType<typeof walkNames> => walkNames(from.reference, names);
    if (fid === newFid) {
      const { qids, end } = await context.fids.use(fid, (from) => {
        unopened(from);
        return walk(from);
      });
      if (end !== null) await context.fids.replace(fid, fidOf(end));
      return { qids };
    }
    let found: readonly Qid[] = [];
    await context.fids.use(fid, (from) =>
      context.fids.add(newFid, async () => {
        const { qids, end } = await walk(from);
        found = qids;
        return end === null ? null : fidOf(end);
      }),
    );
    return { qids: found };
  },
  async Tclunk({ fids }, { fid }) {
    await fids.clunk(fid);
    return nothing;
  },
  Treadlink: ({ fids }, { fid }) => fids.use(fid, async ({ reference }) => ({ target: await reference.target() })),
  Tgetattr: ({ fids }, { fid, mask }) =>
    fids.use(fid, async ({ reference }) => attributesToWire(await reference.attributes(), mask)),
  Tsetattr(context, body) {
    checkWritable(context);
    if (body.size > 2n ** 52n) throw new FileError('EFBIG');
    return context.fids.use(body.fid, async ({ reference }) => {
      await reference.change(changeFromWire(body));
      return nothing;
    });
  },
  Tstatfs: ({ fids }, { fid }) =>
    fids.use(fid, async ({ reference }) => ({
      ...(await reference.statistics()),
      fileSystemId: 0n,
      nameLength: 255,
    })),
};

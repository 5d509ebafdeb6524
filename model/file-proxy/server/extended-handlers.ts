/** Requests that read and set extended attributes. */
import { FileError } from '../protocol/errors.ts';
import { checkName } from '../tree/names.ts';
import { checkWritable, fidOf, type Handlers, nothing, unopened } from './handler.ts';

const extendedLimit = 65_536;

export const extendedHandlers: Handlers<'Txattrwalk' | 'Txattrcreate'> = {
  Txattrwalk: async (context, { fid, newFid, entry }) => {
    let size = 0n;
    await context.fids.use(fid, ({ reference }) =>
      context.fids.add(newFid, async () => {
        const value =
          entry === ''
            ? Buffer.from((await reference.listExtended()).map((name) => `${name}\0`).join(''), 'latin1')
            : await reference.getExtended(entry);
        size = BigInt(value.length);
        const held = fidOf(reference);
        context.fids.extend(held, { value, setting: null, filled: value.length });
        return { ...held, reference: await reference.duplicate() };
      }),
    );
    return { size };
  },
  Txattrcreate: (context, { fid, entry, size, flags }) =>
    context.fids.use(fid, async (held) => {
      checkWritable(context);
      unopened(held);
      checkName(entry);
      if (size > extendedLimit) throw new FileError('ENOSPC');
      if (flags > 2) throw new FileError('EINVAL');
      const how = size === 0n ? 'remove' : ({ 0: 'any', 1: 'create', 2: 'replace' } as const)[flags as 0 | 1 | 2];
      const value = new Uint8Array(Number(size));
      context.fids.extend(held, { value, setting: { name: entry, how }, filled: 0 });
      return nothing;
    }),
};

/** Names of files of the host: that they last, and that none is left of what was begun. */
import { open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Has what names a directory holds survive a cut of power: a file's own flush does not see to its name. */
export const keepNames = async (path: string): Promise<void> => {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

/** The name of a file while it is made; nobody else makes one of the same name. */
export const begunName = (path: string, unique: string): string => `${path}.${unique}.new`;

const unique = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Removes what processes that were killed have left of a file that they were making. The caller holds the file itself. */
export const removeBegun = async (path: string): Promise<void> => {
  const [folder, prefix, suffix] = [dirname(path), `${basename(path)}.`, '.new'];
  for (const name of await readdir(folder))
    if (name.startsWith(prefix) && name.endsWith(suffix) && unique.test(name.slice(prefix.length, -suffix.length)))
      await rm(join(folder, name), { force: true });
};

import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './errors.ts';

/**
 * Makes a directory and those above it. Node's own recursive way tries for ever where a file system, such as `/proc`, tells that
 * there is no such directory when it should tell that none can be made (seen in Node 20).
 *
 * @throws UsageError where the file system makes no directories; else its own error, for the first directory that cannot be made
 */
export const makeDirectory = (path: string): void => {
  if (isDirectory(path)) return;
  if (dirname(path) !== path) makeDirectory(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (isDirectory(path)) return;
    // The one above is there, so what is not there is the way to make another.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new UsageError(
        `${path}: no directory can be made in ${dirname(path)}; give --out another place, as in --out build/out.`,
      );
    throw error;
  }
};

const isDirectory = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // What is below a file is no directory either; making it tells why.
    return false;
  }
};

import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it. Node's own recursive way tries for ever where a file system, such as `/proc`, tells that
 * there is no such directory when it should tell that none can be made (seen in Node 20).
 *
 * @throws the error of the file system, for the first directory that cannot be made
 */
export const makeDirectory = (path: string): void => {
  if (isDirectory(path)) return;
  if (dirname(path) !== path) makeDirectory(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!isDirectory(path)) throw error;
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

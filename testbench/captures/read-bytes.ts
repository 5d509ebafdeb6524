import { readFileSync } from 'node:fs';

/** A file's bytes. Errors always tell the path, which Node leaves out where the path is a directory's. */
export const readBytes = (path: string): Uint8Array => {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path });
  }
};

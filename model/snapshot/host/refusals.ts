/** What is refused before anything of a volume is opened or made. */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SnapshotError } from '../storage.ts';
import { controlPath } from './control.ts';
import { trueName } from './file-hold.ts';
import { markPath } from './file-mark.ts';

/** The name without links of a file that may be yet to be made. */
const nameOf = async (path: string): Promise<string> => {
  const name = await trueName(resolve(path));
  const folder = await realpath(dirname(name)).catch(() => dirname(name));
  return join(folder, basename(name));
};

/** @throws SnapshotError where a store is named that is the volume's own file, or one that is kept beside it */
export const refuseStoreBeside = async (file: string, store: string): Promise<void> => {
  const [volume, named] = await Promise.all([nameOf(file), nameOf(store)]);
  const taken = new Map([
    [volume, 'the volume itself'],
    [markPath(volume), 'where the mark of the volume is kept'],
    [controlPath(volume), 'where the socket is that a server of the volume listens at'],
  ]).get(named);
  if (taken !== undefined)
    throw new SnapshotError(
      `The store cannot be ${store}: that is ${taken}. Name another file, or leave --store out: then it is ${volume}.snapshots.`,
    );
};

/** @throws SnapshotError where a file that is there has another size than is asked for */
export const refuseOtherSize = async (file: string, size: number): Promise<void> => {
  const there = await stat(file).catch(() => null);
  if (there?.isFile() === true && there.size !== size && there.size > 0)
    throw new SnapshotError(
      `${file} is there and has ${there.size} bytes, not ${size}; a volume keeps its size. Leave --size out to serve it as it is, or name a file that is yet to be made.`,
    );
};

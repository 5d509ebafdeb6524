import type { Promises } from './random-operations.ts';

/** All that is at a path and below: by its path, its content, its link's text, or the names in it. */
export const everything = async (promises: Promises, path: string): Promise<readonly unknown[]> => {
  const stats = await promises.lstat(path);
  if (stats.isSymbolicLink()) return [[path, await promises.readlink(path)]];
  if (!stats.isDirectory()) return [[path, stats.mode, await promises.readFile(path, 'latin1')]];
  const names = (await promises.readdir(path)).sort();
  const below = await Promise.all(names.map((name) => everything(promises, `${path}/${name}`)));
  return [[path, stats.mode, names], ...below.flat()];
};

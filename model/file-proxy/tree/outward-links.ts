/** A directory of the host with links that lead out of it, and what lies there that no client may reach. For tests. */
import fs from 'node:fs';
import { join } from 'node:path';
import { type HostTreeUnderTest, hostTree } from './every-tree.ts';

export interface OutwardLinks extends HostTreeUnderTest {
  /** Makes those of the links again that clients have taken away. */
  arrange(): void;
  /** Texts of all files outside by their names: the canary's alone, if nobody got there. */
  outside(): Readonly<Record<string, string>>;
}

/** Text of a file outside. */
export const canary = 'the canary outside the share';

export const outwardLinks = async (): Promise<OutwardLinks> => {
  const share = await hostTree({ bytes: 2 ** 20, files: 500 });
  const beside = `${share.path}-outside`;
  fs.mkdirSync(beside);
  fs.writeFileSync(join(beside, 'file'), canary);
  const arrange = (): void => {
    const directory = join(share.path, 'd');
    // A client may have put something else there, a link that leads out too.
    if (fs.lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
      fs.rmSync(directory, { force: true });
    fs.mkdirSync(directory, { recursive: true });
    for (const [link, target] of [
      ['away', beside],
      ['file-away', join(beside, 'file')],
      ['loop', 'loop'],
      ['d/up', '../..'],
    ] as const)
      if (fs.lstatSync(join(share.path, link), { throwIfNoEntry: false }) === undefined)
        fs.symlinkSync(target, join(share.path, link));
  };
  arrange();
  return {
    tree: share.tree,
    path: share.path,
    arrange,
    outside: () =>
      Object.fromEntries(fs.readdirSync(beside).map((name) => [name, fs.readFileSync(join(beside, name), 'utf8')])),
    close: async () => {
      await share.close();
      fs.rmSync(beside, { recursive: true });
    },
  };
};

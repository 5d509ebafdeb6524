/** The host's calls, each done when it has been called: for tests of software on a platform, whose clock goes on while the host is waited for. */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../protocol/errors.ts';
import type { Promises } from './random-operations.ts';

const atOnce =
  <Given extends readonly unknown[], Result>(call: (...given: Given) => Result) =>
  async (...given: Given): Promise<Result> =>
    call(...given);

/** Whether a part of a path, but its last, is a link that leads nowhere. */
const throughLostLink = (path: string): boolean => {
  for (let upper = dirname(path); upper !== dirname(upper); upper = dirname(upper))
    if (fs.lstatSync(upper, { throwIfNoEntry: false })?.isSymbolicLink() && !fs.existsSync(upper)) return true;
  return false;
};

/** Node's own two ways differ: through a link that leads nowhere, `mkdirSync` of a whole path fails with ENOENT, and `mkdir` with ENOTDIR, as ours does. */
const mkdir = (path: string, options: fs.MakeDirectoryOptions): string | undefined => {
  try {
    return fs.mkdirSync(path, options);
  } catch (error) {
    const lost = options.recursive === true && codeOf(error) === 'ENOENT' && throughLostLink(path);
    throw lost ? Object.assign(error as Error, { code: 'ENOTDIR' }) : error;
  }
};

/** All but files that are kept open. */
export const hostAtOnce = {
  writeFile: atOnce(fs.writeFileSync),
  appendFile: atOnce(fs.appendFileSync),
  readFile: atOnce(fs.readFileSync),
  mkdir: atOnce(mkdir),
  rmdir: atOnce(fs.rmdirSync),
  unlink: atOnce(fs.unlinkSync),
  rename: atOnce(fs.renameSync),
  link: atOnce(fs.linkSync),
  symlink: atOnce(fs.symlinkSync),
  readlink: atOnce(fs.readlinkSync),
  stat: atOnce(fs.statSync),
  lstat: atOnce(fs.lstatSync),
  readdir: atOnce(fs.readdirSync),
  truncate: atOnce(fs.truncateSync),
  chmod: atOnce(fs.chmodSync),
  utimes: atOnce(fs.utimesSync),
  lutimes: atOnce(fs.lutimesSync),
  copyFile: atOnce(fs.copyFileSync),
  access: atOnce(fs.accessSync),
  realpath: atOnce(fs.realpathSync.native),
  rm: atOnce(fs.rmSync),
} as unknown as Promises;

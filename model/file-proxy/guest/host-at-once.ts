/** The host's calls, each done when it has been called: for tests of software on a platform, whose clock goes on while the host is waited for. */
import fs from 'node:fs';
import type { Promises } from './random-operations.ts';

const atOnce =
  <Given extends readonly unknown[], Result>(call: (...given: Given) => Result) =>
  async (...given: Given): Promise<Result> =>
    call(...given);

/** All but files that are kept open. */
export const hostAtOnce = {
  writeFile: atOnce(fs.writeFileSync),
  appendFile: atOnce(fs.appendFileSync),
  readFile: atOnce(fs.readFileSync),
  mkdir: atOnce(fs.mkdirSync),
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

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a program is installed. */
export const isInstalled = (program: string, versionFlag: string): boolean => {
  const result = spawnSync(program, [versionFlag], { stdio: 'ignore' });
  return result.error === undefined;
};

/** Writes files into a directory that is gone afterwards. */
export const withFiles = <T>(files: Readonly<Record<string, string>>, body: (directory: string) => T): T => {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-verilog-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    return body(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
};

/** Compiles the files with Icarus Verilog, runs `top`, and gives what it prints. */
export const runIcarus = (files: Readonly<Record<string, string>>, top: string): string =>
  withFiles(files, (directory) => {
    const program = join(directory, 'program.vvp');
    const sources = Object.keys(files).map((name) => join(directory, name));
    execFileSync('iverilog', ['-g2005', '-s', top, '-o', program, ...sources], { stdio: 'pipe' });
    return execFileSync('vvp', ['-n', program], { stdio: 'pipe', maxBuffer: 2 ** 28 }).toString();
  });

/** `portcullis share` as a process, for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { projectRoot } from './version.ts';

export interface ShareProcess {
  readonly child: ChildProcess;
  /** What it answers with `--json`. */
  readonly value: { readonly listen: string };
}

/** Starts a server and waits for its answer. */
export const startShare = async (...words: readonly string[]): Promise<ShareProcess> => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'portcullis.ts', 'share', ...words, '--json'], {
    cwd: projectRoot(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString();
      if (out.endsWith('\n')) resolve(out);
    });
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, value: JSON.parse(line) as ShareProcess['value'] };
};

/** Ends it as a user does; its exit code. */
export const stopped = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.on('exit', (code) => resolve(code));
    child.kill('SIGTERM');
  });

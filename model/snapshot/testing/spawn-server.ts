import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles the server of the tests into a folder, so that it starts at once. */
export const bundleServer = async (folder: string): Promise<string> => {
  const outfile = join(folder, 'server.mjs');
  const entry = fileURLToPath(new URL('./server-process.ts', import.meta.url));
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' });
  return outfile;
};

export interface SpawnedServer {
  readonly child: ChildProcess;
  /** The hash of the volume's file at the last instant. */
  hash(): string;
  /** Ends the process with a signal and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts a server and waits until it serves. @param by a program and its words that start it. @throws Error with what it says when it ends before */
export const spawnServer = async (
  bundle: string,
  file: string,
  socket: string,
  pace: 'host' | 'never' = 'host',
  by: readonly string[] = [],
): Promise<SpawnedServer> => {
  const [program = '', ...words] = [...by, process.execPath, bundle, file, socket, pace];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let hash = '';
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') resolve();
      else hash = line;
    });
    void ended.then(() => reject(new Error(`the server ended: ${said}`)));
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return { child, hash: () => hash, end };
};

/** What only a process of its own can show: closed pipes and interrupts. */
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { projectRoot } from './version.ts';

const start = (...words: readonly string[]) =>
  spawn(process.execPath, ['--import', 'tsx', 'portcullis.ts', ...words], {
    cwd: projectRoot(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });

const ended = (child: ReturnType<typeof start>) =>
  new Promise<{ code: number | null; signal: string | null; error: string }>((resolve) => {
    let error = '';
    child.stderr.on('data', (text: Buffer) => {
      error += text.toString();
    });
    child.on('close', (code, signal) => resolve({ code, signal, error }));
  });

test('a reader that has gone ends it quietly', async () => {
  const child = start('help', 'check');
  child.stdout.destroy();
  expect(await ended(child)).toEqual({ code: 0, signal: null, error: '' });
});

test('an interrupt ends a long run at once, without a trace', async () => {
  const child = start('check', 'packet_unit', '--ways', 'model,rtl', '--cycles', '1000000000');
  const end = ended(child);
  child.stderr.once('data', () => setTimeout(() => child.kill('SIGINT'), 500));
  const { signal, error } = await end;
  expect(signal).toBe('SIGINT');
  expect(error).not.toMatch(/Error|^\s+at /m);
});

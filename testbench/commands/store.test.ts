/** `portcullis store` as a process, before Xen's own tools (Debian package xenstore-utils) and clients that misbehave. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../portcullis.ts';
import { commandRunner } from './run-command.ts';
import { projectRoot } from './version.ts';

const runCommand = commandRunner(main);
const folder = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-store-'));
const path = join(folder, 'store.sock');
const tools = ['ls', 'read', 'write', 'list', 'exists', 'rm', 'chmod', 'watch'].map((name) => `xenstore-${name}`);
const missing = tools.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
const skipped = missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} not installed)`;

let server: ChildProcess;
let value: unknown;
beforeAll(async () => {
  server = spawn(
    process.execPath,
    ['--import', 'tsx', 'portcullis.ts', 'store', '--listen', `unix:${path}`, '--json'],
    {
      cwd: projectRoot(),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  value = JSON.parse(
    await new Promise<string>((resolve, reject) => {
      server.stdout!.once('data', (text: Buffer) => resolve(text.toString()));
      server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    }),
  );
});
afterAll(() => {
  server.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true });
});

const shell = (command: string) => {
  const { stdout, status } = spawnSync('sh', ['-c', command], {
    cwd: folder,
    env: { ...process.env, XENSTORED_PATH: path, XENSTORED_RUNDIR: folder },
    encoding: 'utf8',
  });
  return { out: stdout, code: status };
};

const header = (type: number, length: number): Buffer => Buffer.from(new Uint32Array([type, 1, 0, length]).buffer);
/** What comes back until the server ends the connection, or has said so many bytes. */
const exchange = (bytes: Uint8Array, enough = Number.POSITIVE_INFINITY): Promise<string> =>
  new Promise((resolve) => {
    let heard = '';
    const socket = net.connect(path, () => socket.write(bytes));
    socket.on('data', (data) => {
      heard += data.toString('latin1');
      if (heard.length >= enough) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });

test('it says where it listens, and how tools are led there', () => {
  expect(value).toEqual({ listen: `unix:${path}`, environment: { XENSTORED_PATH: path } });
});

test('requests that come in pieces or many at once are answered; a message that is too long ends its connection alone', async () => {
  const request = Buffer.concat([header(2, 22), Buffer.from('/local/domain/0/domid\0')]);
  const answer = Buffer.concat([header(2, 1), Buffer.from('0')]).toString('latin1');
  expect(await exchange(request, 17)).toBe(answer);
  expect(await exchange(Buffer.concat([request, request, request]), 51)).toHaveLength(51);
  expect(['', answer]).toContain(await exchange(Buffer.concat([request, header(2, 4097)])));
  expect(await exchange(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBe('');
  const halves = net.connect(path, () => halves.write(request.subarray(0, 10)));
  expect(await exchange(request, 17)).toBe(answer);
  const whole = new Promise<string>((resolve) => halves.once('data', (data) => resolve(data.toString('latin1'))));
  halves.write(request.subarray(10));
  expect(await whole).toBe(answer);
  halves.destroy();
});

describe.skipIf(missing.length > 0)(`Xen's own tools${skipped}`, () => {
  test('do what the guide shows', () => {
    const guide = fs.readFileSync(join(projectRoot(), 'docs/store.md'), 'utf8');
    const [, session = ''] = /^```console\n([\s\S]*?)^```$/m.exec(guide) ?? [];
    const commands = session.split(/^\$ /m).slice(1);
    expect(commands.length).toBeGreaterThan(7);
    for (const command of commands) {
      const [line = '', ...shown] = command.split('\n');
      if (line.startsWith('export ')) continue;
      expect({ line, out: shell(line).out }).toEqual({ line, out: shown.join('\n') });
    }
  });

  test('read back what they wrote: any bytes, whole trees, and lists longer than a message', () => {
    expect(shell(String.raw`xenstore-write /bytes 'a\tb\\c\x01' && xenstore-read /bytes`).out).toBe(
      'a\\tb\\\\c\\001\n',
    );
    const many = Array.from({ length: 450 }, (_, index) => `child-${index}`);
    for (let index = 0; index < many.length; index += 100)
      shell(
        `xenstore-write ${many
          .slice(index, index + 100)
          .map((name) => `/many/${name} ''`)
          .join(' ')}`,
      );
    expect(shell('xenstore-list /many').out.trim().split('\n')).toEqual(many);
    expect(shell('xenstore-chmod -r /many b3 && xenstore-ls -p /many | grep -c "(b3)"').out).toBe('450\n');
    expect(shell('xenstore-rm -t /many/child-0 && xenstore-rm /many && xenstore-list /many')).toEqual({
      out: '',
      code: 1,
    });
  });

  test('meet each other’s transactions: all that several add at once is there', () => {
    const add = (name: string) =>
      `xenstore-write ${Array.from({ length: 20 }, (_, index) => `/at-once/${name}-${index} x`).join(' ')}`;
    shell(`${['a', 'b', 'c'].map(add).join(' & ')}; wait`);
    expect(shell('xenstore-list /at-once').out.trim().split('\n')).toHaveLength(60);
  });
});

test.each([
  ['no place', [], /'store' needs a place to listen at, as in portcullis store --listen unix:/],
  ['a place that is none', ['--listen', 'nowhere'], /--listen takes unix:PATH, HOST:PORT/],
  ['a place that is taken', ['--listen', `unix:${path}`], /Cannot listen at unix:.*another server is there/],
  ['no number', ['--listen', 'unix:./x.sock', '--connections', 'many'], /--connections takes a whole number/],
  ['a word', ['here'], /'store' takes no plain arguments; 'here' is one too many/],
])('%s is refused in a line', async (_, words, said) => {
  const { code, out, error } = await runCommand('store', ...words);
  expect(error).toMatch(said);
  expect(error).toMatch(/^portcullis: [^\n]*\n$/);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});

test('SIGTERM ends it, with a client there, and takes its socket away', async () => {
  const socket = net.connect(path);
  await new Promise((resolve) => socket.once('connect', resolve));
  const closed = new Promise((resolve) => socket.resume().once('close', resolve));
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  expect(await ended).toBe(0);
  await closed;
  expect(fs.existsSync(path)).toBe(false);
});

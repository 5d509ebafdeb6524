/** `portcullis share` as a process, before clients of our own and of others. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RemoteTree } from '../../model/file-proxy/client/remote-tree.ts';
import { streamTransport } from '../../model/file-proxy/client/stream-transport.ts';
import { octetsOf } from '../../model/file-proxy/protocol/octets.ts';
import { type ShareProcess, startShare, stopped } from './share-process.ts';
import { projectRoot } from './version.ts';

const folder = fs.mkdtempSync(join(os.tmpdir(), 'portcullis-share-'));
const shared = join(folder, 'shared');
const flags = { read: true, write: true, truncate: false, append: false, exclusive: false, sync: false };

const connect = async (address: net.NetConnectOpts): Promise<RemoteTree> => {
  const socket = net.connect(address);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return RemoteTree.connect({ connect: async () => streamTransport(socket) });
};

let server: ShareProcess;
let port: number;
beforeAll(async () => {
  fs.mkdirSync(join(shared, 'sub'), { recursive: true });
  fs.writeFileSync(join(shared, 'hello'), 'hello\n');
  fs.writeFileSync(join(shared, 'sub', 'large'), Buffer.alloc(300_000, 'portcullis '));
  server = await startShare(shared, '--listen', '127.0.0.1:0', '--quota', '1M');
  port = Number(server.value.listen.split(':')[1]);
});
afterAll(async () => {
  await stopped(server.child);
  fs.rmSync(folder, { recursive: true });
});

test('it answers with where it listens, and serves there', async () => {
  expect(server.value).toEqual({
    directory: shared,
    listen: `127.0.0.1:${port}`,
    readonly: false,
    quota: { bytes: 2 ** 20, files: Number.MAX_SAFE_INTEGER },
  });
  const tree = await connect({ port, host: '127.0.0.1' });
  const root = await tree.root();
  const { file, reference } = await root.create(octetsOf('made'), flags, 0o644, 0);
  expect(await file.write(0, Buffer.alloc(2 ** 20))).toBe(2 ** 20 - 300_006);
  await file.close();
  await reference.release();
  await root.unlink(octetsOf('made'), false);
  await tree.close();
});

test('bytes that are no protocol end their own connection, and no other', async () => {
  const tree = await connect({ port, host: '127.0.0.1' });
  const socket = net.connect(port, '127.0.0.1');
  socket.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  await new Promise((resolve) =>
    socket
      .on('error', () => undefined)
      .on('close', resolve)
      .resume(),
  );
  expect((await (await tree.root()).attributes()).mode & 0o40000).toBe(0o40000);
  await tree.close();
});

test('a Unix socket takes the place of a dead one, is read-only if asked, and goes on SIGTERM, exit code 0', async () => {
  const path = join(folder, 'socket');
  const first = await startShare(shared, '--listen', `unix:${path}`);
  first.child.kill('SIGKILL');
  await new Promise((resolve) => first.child.on('exit', resolve));
  expect(fs.existsSync(path)).toBe(true);
  const second = await startShare(shared, '--listen', `unix:${path}`, '--readonly');
  const tree = await connect({ path });
  const root = await tree.root();
  await expect(root.makeDirectory(octetsOf('d'), 0o755, 0)).rejects.toMatchObject({ code: 'EROFS' });
  await expect((await root.walk(octetsOf('hello'))).open(flags)).rejects.toMatchObject({ code: 'EROFS' });
  // With a client still there.
  expect(await stopped(second.child)).toBe(0);
  expect(fs.existsSync(path)).toBe(false);
});

test('a server that is killed and started anew knows who was there, and no other may keep answers beside it', async () => {
  const path = join(folder, 'kept');
  const answers = join(folder, 'answers');
  const words = [shared, '--listen', `unix:${path}`, '--answers', answers] as const;
  let running = await startShare(...words);
  const socket = async (): Promise<ReturnType<typeof streamTransport>> => streamTransport(net.connect({ path }));
  const tree = await RemoteTree.connect({ connect: socket, reconnects: 100, pause: (n) => setTimeout(50 * n) });
  const root = await tree.root();
  await root.makeDirectory(octetsOf('once'), 0o755, 0);
  running.child.kill('SIGKILL');
  await new Promise((resolve) => running.child.on('exit', resolve));
  running = await startShare(...words);
  await root.unlink(octetsOf('once'), true);
  const told = fs.readFileSync(answers, 'utf8').trim().split('\n');
  // The header; the session, once; and what was answered before it died, and after.
  expect(told.filter((line) => line.includes('"what":"session"')).length).toBe(1);
  const answered = told.filter((line) => line.includes('"what":"answer"')).map((line) => JSON.parse(line) as object);
  expect(answered).toMatchObject([{ sequence: '1' }, { sequence: expect.stringMatching(/^[12]$/) }]);
  for (const file of [answers, join(shared, 'inside')]) {
    const refused = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'portcullis.ts', 'share', shared, '--listen', '127.0.0.1:0', '--answers', file],
      { encoding: 'utf8', cwd: projectRoot() },
    );
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/Another server keeps|is in the directory/),
    ]);
  }
  await tree.close();
  expect(await stopped(running.child)).toBe(0);
});

const installed = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const diod = installed('diodcat') && installed('diodls');
if (!diod) process.stderr.write("diod's clients are not installed: their comparison is passed over\n");

test.runIf(diod)("diod's clients read files and directories", () => {
  const run = (command: string, ...words: readonly string[]): Buffer =>
    execFileSync(command, ['-s', `127.0.0.1:${port}`, '-a', ...words], { maxBuffer: 2 ** 24 });
  expect(run('diodcat', '/', 'hello').toString()).toBe('hello\n');
  expect(run('diodcat', shared, 'sub/large')).toEqual(fs.readFileSync(join(shared, 'sub', 'large')));
  expect(run('diodls', '/').toString().trim().split('\n').sort()).toEqual(['hello', 'sub']);
  expect(run('diodls', '/sub', '-l').toString()).toMatch(/^-rw-r--r--\S*\s+1\s+\S+\s+\S+\s+300000 .* large$/m);
  for (let index = 0; index < 10_000; index++) fs.writeFileSync(join(shared, 'sub', `file-${index}`), '');
  const names = run('diodls', '/sub').toString().trim().split('\n');
  expect(names.sort()).toEqual(fs.readdirSync(join(shared, 'sub')).sort());
  expect(() => run('diodls', '/missing')).toThrow(/No such file or directory/);
});

/** Holes are made by a program, which outlives a server that is killed: with a program of that name that is slow. */
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, expect, test } from 'vitest';
import { commands } from '../nbd/protocol.ts';
import { NbdClient } from '../testing/nbd-client.ts';
import { bundleServer, spawnServer } from '../testing/spawn-server.ts';
import { FileHold } from './file-hold.ts';
import { FileStorage } from './file-storage.ts';

const folder = await mkdtemp(join(tmpdir(), 'holes-'));
const { PATH } = process.env;
afterEach(() => {
  process.env.PATH = PATH;
});
afterAll(() => rm(folder, { recursive: true }));

const mebibyte = 2 ** 20;

/** Puts a program before the one of the same name: `REAL` stands for that. */
const putBefore = async (lines: readonly string[]): Promise<void> => {
  const programs = join(folder, 'programs');
  await mkdir(programs, { recursive: true });
  const program = join(programs, 'fallocate');
  const real = `PATH='${PATH}' fallocate "$@"`;
  await writeFile(program, ['#!/bin/sh', ...lines, ''].join('\n').replaceAll('REAL', real));
  await chmod(program, 0o755);
  process.env.PATH = `${programs}:${PATH}`;
};

const untilThere = async (path: string): Promise<void> => {
  while ((await stat(path).catch(() => null)) === null) await setTimeout(10);
};

test('a hole that a killed server was making is there before another server writes', async () => {
  const [begun, go] = [join(folder, 'begun'), join(folder, 'go')];
  await putBefore([`touch ${begun}`, `while [ ! -e ${go} ]; do sleep 0.05; done`, 'REAL']);
  const bundle = await bundleServer(folder);
  const [file, path] = [join(folder, 'disk.img'), join(folder, 'disk.sock')];
  await writeFile(file, Buffer.alloc(4 * mebibyte, 1));
  const first = await spawnServer(bundle, file, path);
  const client = await NbdClient.connect({ path });
  await client.go('');
  // It is never answered.
  client.request(commands.writeZeroes, 0, 4 * mebibyte).catch(() => undefined);
  await untilThere(begun);
  await first.end('SIGKILL');
  const second = spawnServer(bundle, file, path);
  expect(await Promise.race([second.then(() => 'serves'), setTimeout(1000, 'waits')])).toBe('waits');
  await writeFile(go, '');
  const { end } = await second;
  const other = await NbdClient.connect({ path });
  await other.go('');
  expect((await other.read(0, 4 * mebibyte)).every((byte) => byte === 0)).toBe(true);
  await other.write(0, Buffer.alloc(mebibyte, 2));
  expect((await other.request(commands.flush, 0, 0)).error).toBe(0);
  await end('SIGTERM');
  expect((await readFile(file)).subarray(0, mebibyte).every((byte) => byte === 2)).toBe(true);
});

test('two holes are made at a time, and all of them', async () => {
  const log = join(folder, 'log');
  await putBefore([`echo 1 >> ${log}`, 'sleep 0.1', 'REAL', 'code=$?', `echo -1 >> ${log}`, 'exit $code']);
  const file = join(folder, 'holes.img');
  await writeFile(file, Buffer.alloc(8 * mebibyte, 1));
  const held = await FileHold.take(file);
  const storage = await FileStorage.open(file, { grows: false, tie: held.tie });
  const all = Array.from({ length: 7 }, (_, index) => storage.discard(index * mebibyte, mebibyte));
  expect(await Promise.all(all)).toEqual(all.map(() => true));
  const steps = (await readFile(log, 'latin1')).trim().split('\n').map(Number);
  let underWay = 0;
  const counts = steps.map((step) => (underWay += step));
  expect([counts.length, Math.max(...counts)]).toEqual([14, 2]);
  const content = await readFile(file);
  expect(content.every((byte, index) => byte === (index < 7 * mebibyte ? 0 : 1))).toBe(true);
  await storage.close();
  await held.release();
});

test('without a lock that the program keeps, no hole is made', async () => {
  await putBefore(['REAL']);
  const file = join(folder, 'plain.img');
  await writeFile(file, Buffer.alloc(mebibyte, 1));
  const storage = await FileStorage.open(file, { grows: false });
  expect(await storage.discard(0, mebibyte)).toBe(false);
  expect((await readFile(file)).every((byte) => byte === 1)).toBe(true);
  await storage.close();
});

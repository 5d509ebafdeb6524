import fs from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeOf } from '../protocol/errors.ts';
import { octetsOf as name } from '../protocol/octets.ts';
import { hostTree, type TreeUnderTest } from '../tree/every-tree.ts';
import type { OpenFlags, Reference } from '../tree/tree.ts';
import { HostShare } from './share.ts';
import { HostTree } from './tree.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const canary = 'the canary outside the share';
const reading: OpenFlags = { read: true, write: false, truncate: false, append: false, exclusive: false, sync: false };
const writing: OpenFlags = { ...reading, write: true };

/** A share, and beside it what no client may reach. */
let under: TreeUnderTest & { readonly path: string };
let inside: string;
let outside: string;
beforeEach(async () => {
  under = await hostTree();
  inside = under.path;
  outside = `${inside}-outside`;
  fs.mkdirSync(outside);
  fs.writeFileSync(join(outside, 'file'), canary);
});
afterEach(async () => {
  await under.close();
  fs.rmSync(outside, { recursive: true });
});

const contentOf = async (reference: Reference): Promise<string> => {
  const file = await reference.open(reading);
  try {
    return Buffer.from(await file.read(0, 1000)).toString();
  } finally {
    await file.close();
  }
};

test('links that lead out are texts, for every operation', async () => {
  fs.symlinkSync(outside, join(inside, 'away'));
  fs.symlinkSync(join(outside, 'file'), join(inside, 'file'));
  const root = await under.tree.root();
  const away = await root.walk(name('away'));
  await expect(away.walk(name('file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(away.makeDirectory(name('made'), 0o755, 0)).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(away.create(name('made'), writing, 0o644, 0)).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(away.unlink(name('file'), false)).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(root.rename(name('file'), away, name('x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(root.create(name('file'), writing, 0o644, 0)).rejects.toMatchObject({ code: 'ELOOP' });
  const file = await root.walk(name('file'));
  await expect(file.open(reading)).rejects.toMatchObject({ code: 'ELOOP' });
  await expect(file.change({ size: 0 })).rejects.toMatchObject({ code: 'EINVAL' });
  await expect(file.change({ mode: 0 })).rejects.toMatchObject({ code: 'EOPNOTSUPP' });
  await file.change({ modified: 5_000_000_000n });
  expect(fs.statSync(join(outside, 'file')).mtimeMs).not.toBe(5000);
  await root.link(file, name('again'));
  expect(fs.readlinkSync(join(inside, 'again'))).toBe(join(outside, 'file'));
  expect(fs.readFileSync(join(outside, 'file'), 'utf8')).toBe(canary);
  expect(fs.readdirSync(outside)).toEqual(['file']);
});

test('what the host moves out of the share is lost to clients that hold it', async () => {
  fs.mkdirSync(join(inside, 'd'));
  fs.writeFileSync(join(inside, 'd', 'f'), 'x');
  const root = await under.tree.root();
  const d = await root.walk(name('d'));
  const f = await d.walk(name('f'));
  fs.renameSync(join(inside, 'd'), join(outside, 'd'));
  await expect(d.walk(name('f'))).rejects.toMatchObject({ code: 'ESTALE' });
  await expect(d.create(name('g'), writing, 0o644, 0)).rejects.toMatchObject({ code: 'ESTALE' });
  await expect(f.open(reading)).rejects.toMatchObject({ code: 'ESTALE' });
  await expect(f.change({ size: 0 })).rejects.toMatchObject({ code: 'ESTALE' });
  await expect(root.link(f, name('f'))).rejects.toMatchObject({ code: 'ESTALE' });
  expect((await d.walk(name('..'))).qid.path).toBe(root.qid.path);
});

test('pipes and devices are seen, not opened', async () => {
  const { execFileSync } = await import('node:child_process');
  execFileSync('mkfifo', [join(inside, 'pipe')]);
  const root = await under.tree.root();
  await expect((await root.walk(name('pipe'))).open(reading)).rejects.toMatchObject({ code: 'EOPNOTSUPP' });
  await expect(root.makeNode(name('null'), 0o020666, 0x103n, 0)).rejects.toMatchObject({ code: 'EPERM' });
});

test('nobody gets the rights of the server: set-user-id bits are dropped, owners stay', async () => {
  const root = await under.tree.root();
  const { reference, file } = await root.create(name('a'), writing, 0o6755, 0);
  await file.close();
  expect(fs.statSync(join(inside, 'a')).mode & 0o7777).toBe(0o755);
  await reference.change({ mode: 0o7755 });
  expect(fs.statSync(join(inside, 'a')).mode & 0o7777).toBe(0o1755);
  await expect(reference.change({ uid: 12_345 })).rejects.toMatchObject({ code: 'EPERM' });
  await reference.change({ uid: fs.statSync(join(inside, 'a')).uid });
});

test('a client holds so many descriptors and no more', async () => {
  const share = await HostShare.open(inside);
  const tree = new HostTree(share, { descriptors: 8, listingBytes: 1000 });
  const root = await tree.root();
  for (let index = 0; index < 20; index++) fs.writeFileSync(join(inside, `f${index}`), '');
  const held: Reference[] = [];
  const all = async (): Promise<void> => {
    for (let index = 0; index < 20; index++) held.push(await root.walk(name(`f${index}`)));
  };
  await expect(all()).rejects.toMatchObject({ code: 'EMFILE' });
  expect(held).toHaveLength(7);
  await expect(held[0]!.open(reading)).rejects.toMatchObject({ code: 'EMFILE' });
  for (const reference of held) await reference.release();
  // As many again: none was forgotten.
  held.length = 0;
  await expect(all()).rejects.toMatchObject({ code: 'EMFILE' });
  expect(held).toHaveLength(7);
  await held.pop()!.release();
  const listing = await root.open(reading);
  await expect(listing.entries(0n, 10_000)).rejects.toMatchObject({ code: 'ENOMEM' });
  await listing.close();
  await share.close();
});

/** Renames and links as fast as it can, until told to stop: a directory and a link to the outside take turns under one name. */
const swapper = `
  const fs = require('node:fs');
  const { parentPort, workerData: { inside, outside } } = require('node:worker_threads');
  let stop = false;
  parentPort.on('message', () => (stop = true));
  const quietly = (work) => { try { work(); } catch {} };
  const turn = () => {
    for (let index = 0; index < 50; index++) {
      quietly(() => fs.renameSync(inside + '/d', inside + '/real'));
      quietly(() => fs.symlinkSync(outside, inside + '/d'));
      quietly(() => fs.unlinkSync(inside + '/d'));
      quietly(() => fs.renameSync(inside + '/real', inside + '/d'));
      quietly(() => fs.renameSync(inside + '/d/file', inside + '/d/kept'));
      quietly(() => fs.symlinkSync(outside + '/file', inside + '/d/file'));
      quietly(() => fs.unlinkSync(inside + '/d/file'));
      quietly(() => fs.renameSync(inside + '/d/kept', inside + '/d/file'));
    }
    if (stop) parentPort.close(); else setImmediate(turn);
  };
  turn();
`;

test('links swapped in while clients walk, open, make and remove never lead out', async () => {
  fs.mkdirSync(join(inside, 'd'));
  fs.writeFileSync(join(inside, 'd', 'file'), 'inside');
  const worker = new Worker(swapper, { eval: true, workerData: { inside, outside } });
  const root = await under.tree.root();
  const seen = new Map<string, number>();
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  const attempt = async (round: number): Promise<void> => {
    let d: Reference | null = null;
    let file: Reference | null = null;
    try {
      d = await root.walk(name('d'));
      file = await d.walk(name('file'));
      const content = await contentOf(file);
      count(content);
      const made = name(`made-${round}`);
      const created = await d.create(made, writing, 0o644, 0);
      await created.file.close();
      await created.reference.release();
      await d.unlink(made, false);
      const across = await d.create(name('file'), { ...writing, exclusive: false }, 0o644, 0);
      await across.file.write(0, Buffer.from('inside'));
      await across.file.close();
      await across.reference.release();
      await d.rename(name('file'), d, name('file'));
    } catch (error) {
      count(codeOf(error));
    }
    await file?.release();
    await d?.release();
  };
  const rounds = thorough ? 20_000 : 600;
  for (let round = 0; round < rounds; round += 4) await Promise.all([0, 1, 2, 3].map((lane) => attempt(round + lane)));
  worker.postMessage('stop');
  await new Promise((resolve) => worker.once('exit', resolve));
  expect(seen.has(canary)).toBe(false);
  expect(fs.readFileSync(join(outside, 'file'), 'utf8')).toBe(canary);
  expect(fs.readdirSync(outside)).toEqual(['file']);
  // The race was one: links were met, and so was the file.
  expect(seen.get('inside') ?? 0).toBeGreaterThan(0);
  expect((seen.get('ENOTDIR') ?? 0) + (seen.get('ELOOP') ?? 0)).toBeGreaterThan(0);
});

import { copyFile, type FileHandle, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { drawFrom } from '../testing/machine.ts';
import type { Volume } from '../volume.ts';
import { openHostVolume } from './host-volume.ts';
import { writeFully } from './increment-file.ts';
import { exportSnapshot, importChain } from './increments.ts';

const folder = await mkdtemp(join(tmpdir(), 'increments-'));
afterAll(() => rm(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const blockSize = 4096;
/** The last block is shorter. */
const size = 40 * blockSize - 100;

/** Writes here and there, whole blocks and parts; some become zeros. */
const scribble = async (volume: Volume, draw: (bound: number) => number): Promise<void> => {
  for (let write = 0; write < 12; write += 1) {
    const length = 1 + draw(2 * blockSize);
    const offset = draw(size - length);
    if (write % 4 === 3) await volume.zero(offset, length, true);
    else await volume.write(offset, Buffer.alloc(length, 1 + draw(255)));
  }
};

const made = async (seed: number): Promise<Map<string, Buffer>> => {
  const draw = drawFrom(seed);
  const file = at(`${seed}.img`);
  const { volume, close } = await openHostVolume(file, { size, blockSize, places: 8, limit: Number.POSITIVE_INFINITY });
  const contents = new Map<string, Buffer>();
  await volume.write(0, Buffer.alloc(size, 77));
  for (const name of ['a', 'b', 'c', 'd']) {
    await scribble(volume, draw);
    await volume.take(name, { policy: 'break' });
    const content = Buffer.alloc(size);
    await volume.readSnapshot(volume.snapshot(name), 0, content);
    contents.set(name, content);
    if (draw(2) === 0) await volume.settled();
  }
  await exportSnapshot(volume, 'a', null, at(`${seed}-a`));
  for (const [from, to] of ['ab', 'bc', 'cd', 'ac', 'ad'])
    await exportSnapshot(volume, to!, from!, at(`${seed}-${from}${to}`));
  // What stays of a snapshot that is removed is what its neighbours need.
  await volume.remove('b');
  await volume.remove('c');
  await exportSnapshot(volume, 'd', 'a', at(`${seed}-ad-later`));
  await close();
  return contents;
};

test('a full copy and differences give each snapshot again, byte for byte', async () => {
  for (const seed of [1, 2, 3]) {
    const contents = await made(seed);
    const chains = { a: ['a'], b: ['a', 'ab'], c: ['a', 'ab', 'bc'], d: ['a', 'ab', 'bc', 'cd'] };
    const shorter = { c: ['a', 'ac'], d: ['a', 'ac', 'cd'] };
    const others = { d: ['a', 'ad'] };
    const later = { d: ['a', 'ad-later'] };
    for (const some of [chains, shorter, others, later])
      for (const [name, chain] of Object.entries(some)) {
        const out = at('out');
        await importChain(
          out,
          chain.map((one) => at(`${seed}-${one}`)),
        );
        expect([seed, chain, (await readFile(out)).equals(contents.get(name)!)]).toEqual([seed, chain, true]);
        await rm(out);
      }
    // Differences are smaller than the whole.
    expect((await stat(at(`${seed}-ab`))).size).toBeLessThan((await stat(at(`${seed}-a`))).size);
  }
});

test('what is damaged or does not follow is refused, and no file is made', async () => {
  await made(9);
  const refused = (chain: readonly string[], said: RegExp): Promise<void> =>
    expect(importChain(at('none'), chain.map(at))).rejects.toThrow(said);
  await refused(['9-ab'], /begins with a full copy/);
  await refused(['9-a', '9-bc'], /9-bc does not follow .*9-a:/);
  await refused(['9-a', '9-a'], /only be the first/);
  await refused([], /one copy at least/);
  const whole = await readFile(at('9-ab'));
  const draw = drawFrom(4);
  for (let turn = 0; turn < 40; turn += 1) {
    const spoilt = Buffer.from(whole);
    const where = draw(whole.length);
    spoilt[where] = spoilt[where]! ^ (1 << draw(8));
    await writeFile(at('spoilt'), spoilt);
    await refused(['9-a', 'spoilt'], /damaged|no copy of a snapshot|does not follow|format|ends in the middle/);
  }
  // A header that is whole, of a volume that cannot be.
  for (const [where, wild] of [
    [16, 2n ** 63n],
    [16, 2n ** 53n],
    [24, 2n ** 32n - 1n],
    [24, 0n],
  ] as const) {
    const crafted = Buffer.from(await readFile(at('9-a')));
    if (where === 16) crafted.writeBigUInt64LE(wild, where);
    else crafted.writeUInt32LE(Number(wild), where);
    crafted.writeUInt32LE(crc32(crafted.subarray(12, 128)), 8);
    await writeFile(at('crafted'), crafted);
    await refused(['crafted'], /which no volume has/);
  }
  await copyFile(at('9-ab'), at('short'));
  await truncate(at('short'), whole.length - 1);
  await refused(['9-a', 'short'], /ends in the middle of a block/);
  expect((await readdir(folder)).filter((name) => name === 'none' || name.endsWith('.new'))).toEqual([]);
  await expect(importChain(at('9-a'), [at('9-a')])).rejects.toMatchObject({ code: 'EEXIST' });
});

test('differences are from an older snapshot that is there', async () => {
  const { volume, close } = await openHostVolume(at('9.img'), {
    blockSize,
    places: 8,
    limit: Number.POSITIVE_INFINITY,
  });
  const refused = (name: string, since: string, said: RegExp): Promise<void> =>
    expect(exportSnapshot(volume, name, since, at('none'))).rejects.toThrow(said);
  await refused('a', 'd', /'d' is not older than 'a'/);
  await refused('d', 'd', /is not older/);
  await refused('d', 'b', /There is no snapshot 'b'/);
  // A file that is there, such as the volume's own, is never replaced.
  const before = await readFile(at('9.img'));
  for (const there of ['9.img', '9.img.snapshots', '9-a'])
    await expect(exportSnapshot(volume, 'a', null, at(there))).rejects.toMatchObject({ code: 'EEXIST' });
  await writeFile(at('own.new'), 'mine');
  await exportSnapshot(volume, 'a', null, at('own'));
  expect(await readFile(at('own.new'), 'utf8')).toBe('mine');
  expect(await readFile(at('own'))).toEqual(await readFile(at('9-a')));
  expect((await readFile(at('9.img'))).equals(before)).toBe(true);
  await close();
});

test('what the system wrote a part of is written to its end', async () => {
  const written = Buffer.alloc(100);
  const file = {
    write: async (bytes: Uint8Array, from: number, length: number, to: number) => {
      const bytesWritten = Math.min(length, 7);
      written.set(bytes.subarray(from, from + bytesWritten), to);
      return { bytesWritten };
    },
  } as unknown as FileHandle;
  await writeFully(file, Buffer.alloc(90, 5), 10);
  expect(written).toEqual(Buffer.concat([Buffer.alloc(10), Buffer.alloc(90, 5)]));
});

/** Copies and stores that were changed, by chance or on purpose: refused with words that teach, or right; never a trace, a hang or wrong content. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { fc, test as property } from '@fast-check/vitest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostVolume, openHostVolume } from '../../model/snapshot/host/host-volume.ts';
import { exportSnapshot, importChain } from '../../model/snapshot/host/increments.ts';
import { DamageError } from '../../model/snapshot/storage.ts';
import { explain } from './errors.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const folder = mkdtempSync(join(tmpdir(), 'volume-crafted-'));
afterAll(() => rmSync(folder, { recursive: true }));

const blockSize = 4096;
const options = { limit: Number.POSITIVE_INFINITY, blockSize, places: 3 };
const content = Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * 7 + (at >> 8)) & 255));
const changed = Buffer.from(content).fill(3, 5000, 9000);
const file = join(folder, 'disk.img');
const copy = join(folder, 'a.copy');
const made = join(folder, 'made.img');
let goodCopy = Buffer.alloc(0);
let goodStore = Buffer.alloc(0);
let goodMark = Buffer.alloc(0);

beforeAll(async () => {
  writeFileSync(file, content);
  const { volume, close } = await openHostVolume(file, options);
  await volume.take('a', { policy: 'break' });
  await volume.write(5000, changed.subarray(5000, 9000));
  await volume.settled();
  await exportSnapshot(volume, 'a', null, copy);
  await close();
  goodCopy = readFileSync(copy);
  goodStore = readFileSync(`${file}.snapshots`);
  goodMark = readFileSync(`${file}.mark`);
});

/** Fails unless it is told as a wrong request, in one line. */
const expectTaught = (error: unknown): void =>
  expect(explain(error, [folder])).toEqual({ text: expect.stringMatching(/^[^\n]{10,}$/), code: 2 });

const imported = async (bytes: Buffer): Promise<Buffer | null> => {
  writeFileSync(copy, bytes);
  rmSync(made, { force: true });
  try {
    const { size } = await importChain(made, [copy]);
    return size > 2 ** 24 ? Buffer.alloc(0) : readFileSync(made);
  } catch (error) {
    expectTaught(error);
    return null;
  }
};

const sealCopy = (bytes: Buffer): void => void bytes.writeUInt32LE(crc32(bytes.subarray(12, 128)), 8);

test.each([
  [
    'a size of 2^63',
    16,
    2n ** 63n,
    'which no volume has. The size of the source is 9223372036854776000; it must be a whole number',
  ],
  ['a size of 2^53 - 1', 16, 2n ** 53n - 1n, 'choose larger blocks'],
  ['a size of 0', 16, 0n, 'at least 1'],
  ['blocks of 3 bytes', 24, 3n, 'must be a power of two'],
  ['2^63 records', 64, 2n ** 63n, 'of a volume that has 10'],
])('a copy whose header tells of %s is refused', async (_, at, value, said) => {
  const bytes = Buffer.from(goodCopy);
  bytes.writeBigUInt64LE(value, at);
  sealCopy(bytes);
  writeFileSync(copy, bytes);
  rmSync(made, { force: true });
  const importing = importChain(made, [copy]);
  await expect(importing).rejects.toThrow(said);
  expectTaught(await importing.catch((error: unknown) => error));
});

/** Changes of bytes, with values that counters and sizes dislike. */
const edits = fc.array(
  fc.tuple(
    fc.nat(),
    fc.constantFrom(0n, 1n, 0xffn, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n),
    fc.constantFrom(1, 4, 8),
  ),
  { minLength: 1, maxLength: 3 },
);
type Edits = readonly (readonly [number, bigint, number])[];

const edited = (bytes: Buffer, all: Edits, within: number): Buffer => {
  const result = Buffer.from(bytes);
  for (const [at, value, size] of all) {
    const offset = at % Math.max(1, Math.min(within, result.length) - 8);
    for (let index = 0; index < size; index += 1) result[offset + index] = Number((value >> BigInt(8 * index)) & 0xffn);
  }
  return result;
};

property.prop([edits, fc.boolean(), fc.constantFrom(128, 200, 2 ** 20), fc.option(fc.nat())], {
  numRuns: thorough ? 3000 : 150,
})('a changed copy is refused, or gives what was exported', async (all, seal, within, cut) => {
  let bytes = edited(goodCopy, all, within);
  if (cut !== null) bytes = bytes.subarray(0, cut % bytes.length);
  if (seal && bytes.length >= 128) sealCopy(bytes);
  const result = await imported(bytes);
  // With a checksum made anew the header may be that of another volume.
  if (result !== null && !seal) expect(result.equals(content)).toBe(true);
});

/** Makes the superblocks' checksums right again. */
const sealStore = (bytes: Buffer): void => {
  for (const copyAt of [0, 4096, 8192])
    bytes.writeUInt32LE(crc32(bytes.subarray(copyAt + 12, copyAt + 128 + 3 * 128)), copyAt + 8);
};

let tries = 0;
property.prop([edits, fc.boolean(), fc.constantFrom(64, 512, 12_288, 40_960, 2 ** 20), fc.option(fc.nat())], {
  numRuns: thorough ? 1500 : 60,
})('a changed store is refused, or shows nothing wrong', async (all, seal, within, cut) => {
  tries += 1;
  const where = join(folder, `try-${tries}`);
  mkdirSync(where);
  const disk = join(where, 'disk.img');
  writeFileSync(disk, changed);
  writeFileSync(`${disk}.mark`, goodMark);
  let bytes = edited(goodStore, all, within);
  // The same change in each copy of the superblock, as one who crafts it makes it.
  if (seal) {
    for (const copyAt of [4096, 8192]) bytes.copyWithin(copyAt, 0, 4096);
    sealStore(bytes);
  }
  if (cut !== null) bytes = bytes.subarray(0, cut % bytes.length);
  writeFileSync(`${disk}.snapshots`, bytes);
  let opened: HostVolume | null = null;
  try {
    opened = await openHostVolume(disk, { limit: Number.POSITIVE_INFINITY });
    const { volume } = opened;
    const live = Buffer.alloc(changed.length);
    await volume.read(0, live);
    if (!seal) {
      expect(live.equals(changed)).toBe(true);
      expect(volume.names).toEqual(['a']);
    }
    for (const name of volume.names)
      for (let at = 0; at < content.length; at += blockSize) {
        const into = Buffer.alloc(Math.min(blockSize, content.length - at));
        try {
          await volume.readSnapshot(volume.snapshot(name), at, into);
          if (!seal) expect(into.equals(content.subarray(at, at + into.length))).toBe(true);
        } catch (error) {
          if (!seal) expect(error).toBeInstanceOf(DamageError);
          expectTaught(error);
        }
      }
  } catch (error) {
    expectTaught(error);
  } finally {
    await opened?.close();
    rmSync(where, { recursive: true });
  }
});

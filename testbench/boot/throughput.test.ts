/** Bytes a cycle and cycles of an access from a processor to memory and back: the figures of `docs/systems/platform-figures.md`. */
import { expect, test } from 'vitest';
import {
  createModelPlatform,
  type Platform,
  type Processor,
  pathChannels,
  startFirmware,
} from '../../model/hardware/platform/index.ts';
import { PageMap } from './page-map.ts';

const pageBytes = 4096;
const runBytes = 2 * pageBytes;
const tablesAt = 0x10_0000;

/** Pages of a kind: in which memories, the form that says how they are encrypted there, and the row of the page. */
const kinds = [
  { name: 'one memory, plain', memories: 1, form: 0, row: '25 | 28 | 2.46 | 2.12 | 7.82 | 7.77' },
  { name: 'both memories, plain', memories: 2, form: 0, row: '25 | 28 | 2.46 | 2.12 | 7.82 | 7.77', always: true },
  { name: 'both memories, compared', memories: 2, form: 0, compare: true, row: '26 | 28 | 0.36 | 2.12 | 7.37 | 7.77' },
  { name: 'both memories, AES-128-XTS', memories: 2, form: 1, row: '43 | 84 | 1.40 | 0.12 | 7.68 | 7.50' },
  { name: 'both memories, PRINCE', memories: 2, form: 2, row: '35 | 68 | 1.70 | 0.16 | 7.74 | 7.61' },
] as const;
const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const isMeasured = (kind: (typeof kinds)[number]): boolean => thorough || 'always' in kind;
const ciphers = { aes128: 1, prince: 2 } as const;

const virtual = (kind: number): number => 0x4000_0000 + 0x1_0000 * kind;

const prepare = async (platform: Platform, processor: Processor): Promise<void> => {
  await startFirmware(platform);
  const { machine, registers } = processor;
  for (const path of registers.paths)
    for (const [slot, [name, form]] of Object.entries(ciphers).entries()) {
      for (let word = 0; word < 16; word += 1) await path.key.at(word).write({ word: 0x0123_4567 * (word + 1 + slot) });
      await path.key_command.at(slot).write({ [name]: 1 });
      while ((await path.key_status.read()).busy !== 0) await platform.clock.sleep(16);
      await path.form.at(form).write({ valid: 1, channel: pathChannels[name as keyof typeof ciphers], slot });
    }
  const tables = new PageMap(tablesAt);
  await machine.write(tablesAt, new Uint8Array(2 * pageBytes));
  for (const [index, kind] of kinds.entries()) {
    const { memories, form } = kind;
    for (let page = 0; isMeasured(kind) && page < runBytes / pageBytes; page += 1) {
      const place = { frame: 0x200 + 16 * index + page, form };
      await tables.map(machine, 0, virtual(index) + pageBytes * page, {
        first: place,
        second: memories === 2 ? place : undefined,
        compare: 'compare' in kind,
        write: true,
        user: false,
      });
    }
  }
  const frame = tablesAt / (2 * pageBytes);
  await registers.unit.tables_first_low.write({ frame });
  await registers.unit.tables_second_low.write({ frame });
  await registers.unit.tables.write({ valid: 1, first: 1, second: 1, first_form: 0, second_form: 0 });
  await registers.unit.control.write({ direct: 0 });
};

test('bytes a cycle from a processor to memory and back', async () => {
  const platform = await createModelPlatform({ parameters: { processors: 1 } });
  const processor = platform.processors[0]!;
  const { machine } = processor;
  const cycles = async (work: () => Promise<unknown>): Promise<number> => {
    const begin = platform.clock.now;
    await work();
    return platform.clock.now - begin;
  };
  const words = Array.from({ length: 32 }, (_, index) => 8 * index);
  const rate = (bytes: number, taken: number): string => (bytes / taken).toFixed(2);
  const rows = await platform.run(async () => {
    await prepare(platform, processor);
    const lines: string[][] = [];
    for (const [index, kind] of kinds.entries()) {
      if (!isMeasured(kind)) continue;
      const base = virtual(index);
      const data = Uint8Array.from({ length: runBytes }, (_, byte) => byte);
      // Once, so that the pages are in the TLB.
      await machine.write(base, data);
      const read = await cycles(() => machine.read64(base));
      const write = await cycles(() => machine.write64(base, 1n));
      const reads = await cycles(() => Promise.all(words.map((word) => machine.read64(base + word))));
      const writes = await cycles(() => Promise.all(words.map((word) => machine.write64(base + word, 2n))));
      const burstReads = await cycles(() => machine.read(base, runBytes));
      const burstWrites = await cycles(() => machine.write(base, data));
      const singles = 8 * words.length;
      lines.push([
        kind.name,
        [
          read,
          write,
          rate(singles, reads),
          rate(singles, writes),
          rate(runBytes, burstReads),
          rate(runBytes, burstWrites),
        ].join(' | '),
      ]);
    }
    return lines;
  });
  platform.close();
  expect(rows).toEqual(kinds.filter(isMeasured).map(({ name, row }) => [name, row]));
}, 1_800_000);

/** What software may do to keys and locks in the middle of a commit, on model and hardware. */
import { expect, test } from 'vitest';
import { cipherOf } from '../../../../model/hardware/memory-path/ciphers.ts';
import { memoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { plainSubordinate } from '../../../axi/subordinate-behaviour.ts';
import { beatWord } from '../../../axi/transaction.ts';
import { makeWays } from '../../ways.ts';
import { memoryPathBlock as block } from './index.ts';
import { type Kind, keyWrites, kindNumber, kinds, write } from './programmes.ts';
import { commandBits, registers } from './registers.ts';
import { line, play, programme } from './run.ts';
import { emptyScenario, type MemoryPathScenario } from './scenario.ts';

const p = memoryPathParameters({ unrolled: 2, reads: 4, writes: 2, keySlots: 3, select: 2, dataWidth: 128 });
const ways = makeWays(block, p, ['model', 'rtl']);
const run = async (scenario: Partial<MemoryPathScenario>) => play(await ways, p, emptyScenario(scenario));

const interrupts = { key: 2, tamper: 4, dropped: 8 } as const;
const wordsOf = (seed: number): readonly number[] => Array.from({ length: 16 }, (_, word) => (seed * (word + 3)) >>> 0);
const { aes128, clear, lock } = commandBits;
/** Interrupts of the settings are forgotten. */
const forget = write(registers.interruptStatus, 15);
/** Long enough for any commit. */
const rest = 100;

test('a key is what was staged when its commit began: not what is written while it waits, also after a lock', async () => {
  const [kept, late] = [wordsOf(0x1234_5671), wordsOf(0x0765_4321)];
  const seen = await run({
    settings: programme(p),
    memory: { ...plainSubordinate, latencies: [600] },
    // The read holds up the commit; the write comes after it.
    transactions: [
      { ...line, user: 1 },
      { ...line, direction: 'write', user: 1, barrier: true, seed: 77 },
    ],
    accesses: [
      forget,
      ...keyWrites({ slot: 0, kind: 'aes128', words: kept }, 20),
      write(registers.keyCommand, lock),
      ...late.map((word, index) => write(registers.key + 4 * index, word)),
    ],
    rest,
  });
  expect(seen.registers.get(registers.keyStatus)).toBe(0b1_0000_0111);
  expect(seen.registers.get(registers.keyStaged)).toBe(0);
  expect(seen.registers.get(registers.interruptStatus)).toBe(interrupts.key);
  const stage = new Uint8Array(new Uint32Array(kept).buffer);
  const cipher = cipherOf(1, stage);
  const plain = new Uint8Array(Uint32Array.from({ length: 4 }, (_, word) => beatWord(77, 0, word)).buffer);
  const held = Uint8Array.from({ length: 16 }, (_, byte) => seen.memory(byte));
  expect(held).toEqual(cipher.encrypt(plain, cipher.tweak(0), 0));
});

const taken = (kind: Kind, word: number): boolean => kind === 'aes256' || word % 8 < 4;
test.each(kinds.flatMap((kind) => [0, 3, 4, 7, 8, 11, 12, 15].map((word) => [kind, word] as const)))(
  'a key for %s of which word %i is not staged is loaded only if it does not take that',
  async (kind, missing) => {
    const writes = keyWrites({ slot: 1, kind, words: wordsOf(0x0101_0105) }, 64);
    const seen = await run({
      accesses: writes.filter(({ address }) => address !== registers.key + 4 * missing),
      rest,
    });
    const loads = !taken(kind, missing);
    expect(seen.registers.get(registers.keyStatus)).toBe(loads ? 0b10 : 0);
    expect(seen.registers.get(registers.keyKind + 4)).toBe(loads ? kindNumber(kind) : 0);
    expect(seen.registers.get(registers.interruptStatus)).toBe(loads ? interrupts.key : interrupts.dropped);
    expect(seen.registers.get(registers.keyStaged)).toBe(loads ? 0 : 0xffff ^ (1 << missing));
  },
);

test('a key that is tampered with while it is staged is not loaded', async () => {
  const words = wordsOf(0x3131_3131).map((word, index) => write(registers.key + 4 * index, word, index === 7 ? 60 : 0));
  const seen = await run({
    // 7 words are staged before that.
    tampers: [{ after: 60, cycles: 1 }],
    accesses: [...words, write(registers.keyCommand, aes128 | lock)],
    rest,
  });
  expect(seen.registers.get(registers.keyStaged)).toBe(0xff80);
  expect(seen.registers.get(registers.keyStatus)).toBe(0);
  expect(seen.registers.get(registers.interruptStatus)).toBe(interrupts.tamper | interrupts.dropped);
});

test('a command that is dropped drops its lock; a lock alone is not dropped', async () => {
  const slow = { ...plainSubordinate, latencies: [400] };
  const during = async (command: number) =>
    run({
      settings: programme(p),
      memory: slow,
      transactions: [{ ...line, user: 1 }],
      accesses: [forget, write(registers.keyCommand, clear, 20), write(registers.keyCommand + 4, command)],
      rest,
    });
  const both = await during(aes128 | lock);
  expect(both.registers.get(registers.keyStatus)).toBe(0b110);
  expect(both.registers.get(registers.interruptStatus)).toBe(interrupts.key | interrupts.dropped);
  const alone = await during(lock);
  expect(alone.registers.get(registers.keyStatus)).toBe(0b10_0000_0110);
  expect(alone.registers.get(registers.interruptStatus)).toBe(interrupts.key);
});

test('a locked slot drops commands and says so', async () => {
  const accesses = [forget, write(registers.keyCommand, lock), write(registers.keyCommand, clear)];
  const seen = await run({ settings: programme(p), accesses, rest });
  expect(seen.registers.get(registers.keyStatus)).toBe(0b1_0000_0111);
  expect(seen.registers.get(registers.interruptStatus)).toBe(interrupts.dropped);
});

test('data of a write may depend on a read with the same slot, though a commit waits between them', async () => {
  const read = { ...line, user: 1, wait: 60 };
  const seen = await run({
    settings: programme(p),
    transactions: [
      { ...line, direction: 'write', user: 1, address: 0x1000, dataWait: 400 },
      read,
      // Nor does a plain one of another identifier wait behind it.
      { ...read, user: 0, id: 1, wait: 0 },
    ],
    accesses: [write(registers.keyCommand, clear, 20)],
    rest,
  });
  const [reads, data] = [seen.handshakes.s_axi_r ?? [], seen.handshakes.s_axi_w ?? []];
  expect(reads).toHaveLength(8);
  expect(reads.at(-1)).toBeLessThan(data[0] as number);
  expect(seen.registers.get(registers.keyStatus)).toBe(0b110);
});

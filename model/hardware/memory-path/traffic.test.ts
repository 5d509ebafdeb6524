/** Random traffic against a memory of plain bytes. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import type { MemoryPathParameterValues } from '../../../rtl/memory-path/interface.ts';
import { randomNumbers } from '../primitives/random-numbers.ts';
import { type Access, beatAddresses } from './accesses.ts';
import { Bench } from './bench.ts';
import { burstTypes } from './bursts.ts';
import { type Cipher, cipherOf } from './ciphers.ts';
import type { Channel } from './driver.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const pageBytes = 4096;
const pages = 8;
const kinds: readonly (Channel | 'plain')[] = ['plain', 'aes128', 'aes256', 'prince'];
const numbers = { plain: 0, aes128: 1, aes256: 2, prince: 3 } as const;

/** The bytes that software sees: each page by the form of its number. */
class Reference {
  readonly #ciphers: readonly (Cipher | undefined)[];
  readonly plain = new Uint8Array(pages * pageBytes);
  readonly #unit: number;

  constructor(ciphers: readonly (Cipher | undefined)[], unit: number, memory: Uint8Array) {
    this.#ciphers = ciphers;
    this.#unit = unit;
    this.plain.set(this.seen(memory));
  }

  /** Memory's content as software reads it. */
  seen(memory: Uint8Array): Uint8Array {
    const seen = memory.slice();
    for (let at = 0; at < memory.length; at += 16) {
      const cipher = this.#ciphers[Math.floor(at / pageBytes) % kinds.length];
      if (cipher === undefined) continue;
      const tweak = cipher.tweak(Math.floor(at / this.#unit));
      seen.set(cipher.decrypt(memory.slice(at, at + 16), tweak, (at % this.#unit) / 16), at);
    }
    return seen;
  }
}

const keysOf = (slot: number, kind: Channel) => {
  const length = kind === 'aes256' ? 32 : 16;
  const bytes = (first: number) => Uint8Array.from({ length }, (_, index) => (first + index * 11) & 255);
  return { data: bytes(16 * slot + 1), tweak: bytes(16 * slot + 129) };
};

const prepare = (parameters: MemoryPathParameterValues, seed: number) => {
  const bench = new Bench(parameters, seed);
  const random = randomNumbers(seed + 1);
  bench.memory.forEach((_, index) => {
    bench.memory[index] = Math.floor(random() * 256);
  });
  const ciphers = kinds.map((kind, form) => {
    if (kind === 'plain') return undefined;
    const keys = keysOf(form - 1, kind);
    bench.driver.loadKey(form - 1, kind, keys);
    bench.driver.setForm(form, kind, form - 1);
    const staged = new Uint8Array(64);
    staged.set(keys.data);
    staged.set(keys.tweak, 32);
    return cipherOf(numbers[kind], staged);
  });
  const reference = new Reference(ciphers, bench.driver.unit.parameters.dataUnit, bench.memory);
  return { bench, random, reference };
};

/** A legal burst within a page. */
const randomBurst = (random: () => number, beatBytes: number, page: number, id: number): Omit<Access, 'write'> => {
  const pick = (count: number): number => Math.floor(random() * count);
  const burst = pick(3);
  const size = random() < 0.6 ? Math.log2(beatBytes) : pick(Math.log2(beatBytes) + 1);
  const bytes = 2 ** size;
  const lengths =
    burst === burstTypes.wrap ? [1, 3, 7, 15] : burst === burstTypes.fixed ? [0, 1, 2, 5] : [0, 1, 3, 7, 20];
  const length = lengths[pick(lengths.length)]!;
  const room = burst === burstTypes.fixed ? bytes : bytes * (length + 1);
  const steps = Math.floor((pageBytes - room) / bytes) + 1;
  const aligned = page * pageBytes + pick(Math.min(steps, random() < 0.5 ? steps : 8)) * bytes;
  const address = burst === burstTypes.wrap || random() < 0.7 ? aligned : aligned + pick(bytes);
  return { id, form: page % kinds.length, address, length, size, burst };
};

const withBeats = (random: () => number, beatBytes: number, asked: Omit<Access, 'write'>): Access => {
  const sparse = random() < 0.4;
  const bytes = 2 ** asked.size;
  const beats = beatAddresses(asked).map((address) => {
    const data = Uint8Array.from({ length: beatBytes }, () => Math.floor(random() * 256));
    const first = address % beatBytes;
    const end = (address - (address % bytes) + bytes - 1) % beatBytes;
    let strobes = 0;
    for (let lane = first; lane <= end; lane += 1) if (!sparse || random() < 0.6) strobes |= 1 << lane;
    return { data, strobes };
  });
  return { ...asked, write: true, beats };
};

const write = (plain: Uint8Array, access: Access, beatBytes: number): void => {
  beatAddresses(access).forEach((address, index) => {
    const { data, strobes } = access.beats![index]!;
    const low = address - (address % beatBytes);
    for (let lane = 0; lane < beatBytes; lane += 1) if (((strobes >>> lane) & 1) !== 0) plain[low + lane] = data[lane]!;
  });
};

const parameters = fc.record({
  dataWidth: fc.constantFrom(64, 128),
  unrolled: fc.constantFrom(1, 2, 7, 14),
  princeRounds: fc.constantFrom(1, 2, 3, 4, 6, 12),
  reads: fc.constantFrom(2, 4, 16),
  writes: fc.constantFrom(2, 4, 16),
  dataUnit: fc.constantFrom(64, 128, 4096),
  sideband: fc.boolean(),
});

test.prop([parameters, fc.nat(), fc.constantFrom(0, 0.2, 0.6), fc.constantFrom(0, 3, 30)], {
  numRuns: thorough ? 400 : 2,
})('reads what was written, and writes what is to be read', (values, seed, stall, latency) => {
  const { bench, random, reference } = prepare(values as MemoryPathParameterValues, seed);
  const beatBytes = values.dataWidth / 8;
  bench.stall = stall;
  bench.latency = latency;
  for (let round = 0; round < 3; round += 1) {
    const before = reference.plain.slice();
    // Pages written in a round are not read in it: AXI gives reads and writes in flight no order.
    const written = Array.from({ length: pages }, () => random() < 0.5);
    const reads: { asked: Omit<Access, 'write'>; answer: ReturnType<Bench['ask']> }[] = [];
    for (let count = 0; count < 40; count += 1) {
      const page = Math.floor(random() * pages);
      const asked = randomBurst(random, beatBytes, page, page % 5);
      if (written[page]) {
        const access = withBeats(random, beatBytes, { ...asked, id: page });
        bench.ask(access);
        write(reference.plain, access, beatBytes);
      } else {
        reads.push({ asked, answer: bench.ask({ ...asked, write: false }) });
      }
    }
    bench.settle();
    for (const { asked, answer } of reads) {
      expect(answer.responses).toEqual(Array.from({ length: asked.length + 1 }, () => 0));
      beatAddresses(asked).forEach((address, index) => {
        const bytes = 2 ** asked.size;
        const end = address - (address % bytes) + bytes;
        const low = address - (address % beatBytes);
        expect(answer.data[index]!.slice(address - low, end - low)).toEqual(before.slice(address, end));
      });
    }
    expect(reference.seen(bench.memory)).toEqual(reference.plain);
  }
});

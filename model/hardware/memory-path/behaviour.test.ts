/** What the path does besides ciphers: forms, keys, tampering, errors, the scanner. */
import { describe, expect, it } from 'vitest';
import type { Access } from './accesses.ts';
import { Bench } from './bench.ts';
import { burstTypes } from './bursts.ts';

const key = (first: number, length = 16): Uint8Array => Uint8Array.from({ length }, (_, index) => first + index);
const keys = { data: key(1), tweak: key(100) };

const ready = (): Bench => {
  const bench = new Bench();
  bench.driver.loadKey(0, 'aes128', keys);
  bench.driver.setForm(1, 'aes128', 0);
  return bench;
};

const read = (form: number, address: number, length = 0, id = 0): Access => ({
  write: false,
  id,
  form,
  address,
  length,
  size: 4,
  burst: burstTypes.increment,
});

const write = (form: number, address: number, fill: number, length = 0, strobes = 0xffff): Access => ({
  ...read(form, address, length),
  write: true,
  beats: Array.from({ length: length + 1 }, () => ({ data: new Uint8Array(16).fill(fill), strobes })),
});

describe('a form that cannot be used', () => {
  it.each([
    ['is not programmed', () => undefined],
    ['names an empty key slot', (bench: Bench) => bench.driver.setForm(2, 'aes128', 1)],
    ['names another channel than the key is for', (bench: Bench) => bench.driver.setForm(2, 'prince', 0)],
    ['names a key slot that there is not', (bench: Bench) => bench.driver.setForm(2, 'aes128', 7)],
  ])('because it %s is answered with DECERR, and nothing reaches memory', (_, prepare) => {
    const bench = ready();
    prepare(bench);
    const got = bench.ask(read(2, 0x100, 2));
    const put = bench.ask(write(2, 0x100, 7, 1));
    bench.settle();
    expect(got.responses).toEqual([3, 3, 3]);
    expect(got.data.flatMap((beat) => [...beat]).every((byte) => byte === 0)).toBe(true);
    expect(put.responses).toEqual([3]);
    expect(bench.readAddresses).toEqual([]);
    expect(bench.written).toEqual([]);
    expect(bench.driver.read('refused')).toBe(2);
  });
});

describe('keys', () => {
  it('read as 0, staged or loaded', () => {
    const bench = new Bench();
    bench.driver.write('key', 0x1234_5678, 3);
    expect(bench.driver.read('key', 3)).toBe(0);
    bench.driver.loadKey(0, 'aes128', keys);
    expect(bench.driver.read('key', 0)).toBe(0);
  });

  it('change only between transactions', () => {
    const bench = ready();
    bench.ask(write(1, 0, 5, 3));
    bench.settle();
    bench.latency = 200;
    const before = bench.ask(read(1, 0, 3));
    bench.driver.run(20);
    bench.driver.loadKey(0, 'aes128', { data: key(50), tweak: key(150) });
    bench.settle();
    expect(before.data.every((beat) => beat.every((byte) => byte === 5))).toBe(true);
    const after = bench.ask(read(1, 0, 3));
    bench.settle();
    expect(after.data.some((beat) => beat.some((byte) => byte !== 5))).toBe(true);
  });

  it('of a locked slot stay until reset', () => {
    const { driver } = ready();
    driver.lockKey(0);
    expect(() => driver.loadKey(0, 'aes128', keys)).toThrow('key slot 0 is locked until reset');
    driver.clearKey(0);
    expect(driver.isLoaded(0)).toBe(true);
  });

  it('are cleared on demand', () => {
    const bench = ready();
    bench.driver.clearKey(0);
    expect(bench.driver.isLoaded(0)).toBe(false);
    const got = bench.ask(read(1, 0));
    bench.settle();
    expect(got.responses).toEqual([3]);
  });
});

describe('tampering', () => {
  it('clears all keys, ends reads with zeros and SLVERR, and lets no unfinished write reach memory', () => {
    const bench = ready();
    bench.latency = 60;
    const got = bench.ask(read(1, 0, 3));
    const put = bench.ask(write(1, 0x1000, 7, 3));
    bench.driver.run(20);
    bench.driver.inputs[bench.driver.inputWord('tamper')] = 1;
    bench.driver.run(1);
    bench.driver.inputs[bench.driver.inputWord('tamper')] = 0;
    bench.settle();
    expect(got.responses).toEqual([2, 2, 2, 2]);
    expect(got.data.every((beat) => beat.every((byte) => byte === 0))).toBe(true);
    expect(put.responses).toEqual([2]);
    expect(bench.written).toEqual([]);
    expect(bench.driver.isLoaded(0)).toBe(false);
    expect(bench.driver.read('interrupt_status')).toBe(6);
  });
});

describe('errors of memory', () => {
  it('reach the processor without data, block by block', () => {
    const bench = ready();
    bench.errorAt = (address) => (address >= 0x20 && address < 0x30 ? 2 : 0);
    const got = bench.ask(read(1, 0, 3));
    bench.settle();
    expect(got.responses).toEqual([0, 0, 2, 0]);
    expect(got.data[2]!.every((byte) => byte === 0)).toBe(true);
  });

  it('under a block that is written in part leave memory as it was', () => {
    const bench = ready();
    bench.errorAt = () => 2;
    const put = bench.ask(write(1, 0x40, 7, 0, 0x00ff));
    bench.settle();
    expect(put.responses).toEqual([2]);
    expect(bench.written).toEqual([]);
    expect(bench.driver.read('merged')).toBe(1);
  });
});

describe('the output registers', () => {
  it('keep nothing when an access has ended', () => {
    const bench = ready();
    bench.ask(write(1, 0, 5));
    bench.settle();
    const got = bench.ask(read(1, 0));
    bench.settle();
    bench.driver.run(2);
    expect([...got.data[0]!]).toEqual([...new Uint8Array(16).fill(5)]);
    for (const name of ['s_axi_rdata', 'm_axi_wdata']) {
      const at = bench.driver.outputWord(name);
      expect([...bench.driver.outputs.slice(at, at + 4)]).toEqual([0, 0, 0, 0]);
    }
  });
});

describe('the scanner', () => {
  it('finds a page of a pattern, plain and encrypted', () => {
    const bench = ready();
    for (let address = 0; address < 4096; address += 1024) bench.ask(write(1, address, 0, 63));
    bench.settle();
    expect(bench.driver.scan({ address: 0, bytes: 4096, form: 1 })).toEqual({ match: true });
    expect(bench.driver.scan({ address: 0, bytes: 4096, form: 0 })).toEqual({ match: false, error: false, address: 0 });
    expect(bench.driver.scan({ address: 4096, bytes: 4096, form: 0 })).toEqual({ match: true });
    expect(bench.driver.read('interrupt_status') & 1).toBe(1);
  });

  it('names the first word that differs', () => {
    const bench = ready();
    bench.memory.fill(0xab, 0x2000, 0x3000);
    const pattern = 0xababababababababn;
    const scan = { address: 0x2000, bytes: 4096, form: 0, pattern };
    expect(bench.driver.scan(scan)).toEqual({ match: true });
    bench.memory[0x2abd] = 0;
    bench.memory[0x2fff] = 0;
    expect(bench.driver.scan(scan)).toEqual({ match: false, error: false, address: 0x2ab8 });
  });

  it('tells of errors and of forms that cannot be used', () => {
    const bench = ready();
    bench.errorAt = (address) => (address === 0x80 ? 3 : 0);
    expect(bench.driver.scan({ address: 0, bytes: 4096, form: 0 })).toEqual({
      match: false,
      error: true,
      address: 0x80,
    });
    expect(bench.driver.scan({ address: 0, bytes: 4096, form: 5 })).toEqual({ match: false, refused: true });
  });
});

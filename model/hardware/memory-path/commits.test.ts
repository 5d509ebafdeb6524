/** What commits of keys do to what is under way, and what is not enough for one. */
import { describe, expect, it } from 'vitest';
import type { Access } from './accesses.ts';
import { Bench } from './bench.ts';
import { burstTypes } from './bursts.ts';

const key = (first: number, length = 16): Uint8Array => Uint8Array.from({ length }, (_, index) => first + index);
const keys = { data: key(1), tweak: key(100) };
const command = { aes128: 1, aes256: 2, clear: 8, lock: 16 } as const;
const interrupt = { key: 2, tamper: 4, dropped: 8 } as const;

const ready = (): Bench => {
  const bench = new Bench();
  bench.driver.loadKey(0, 'aes128', keys);
  bench.driver.setForm(1, 'aes128', 0);
  bench.driver.write('interrupt_status', 15);
  return bench;
};

const line: Access = { write: false, id: 0, form: 1, address: 0, length: 3, size: 4, burst: burstTypes.increment };

const stage = ({ driver }: Bench, words: readonly number[], value = 0x0101_0101): void => {
  for (const word of words) driver.write('key', value * (word + 1), word);
};
const halves = [0, 1, 2, 3, 8, 9, 10, 11];

const tamper = ({ driver }: Bench): void => {
  driver.inputs[driver.inputWord('tamper')] = 1;
  driver.run(1);
  driver.inputs[driver.inputWord('tamper')] = 0;
};

/** A block of the first line as it reads by form 1. */
const contents = (bench: Bench): number[] => {
  const got = bench.ask(line);
  bench.settle();
  return [...got.data[0]!];
};

describe('staged words', () => {
  it('are told of, and gone with the commit', () => {
    const bench = ready();
    stage(bench, [3, 9]);
    expect(bench.driver.read('key_staged')).toBe((1 << 3) | (1 << 9));
    bench.driver.clearKey(1);
    expect(bench.driver.read('key_staged')).toBe(0);
  });

  it('are those of before the commit, whatever is written while it waits, and the slot is locked', () => {
    const taken = (late: boolean): number[] => {
      const bench = ready();
      bench.latency = 200;
      stage(bench, halves);
      bench.ask(line);
      bench.driver.run(10);
      bench.driver.write('key_command', command.aes128 | command.lock, 0);
      expect(bench.driver.read('key_status')).toBe(0x1_0101);
      if (late) stage(bench, halves, 0x7777_7777);
      bench.settle();
      bench.driver.run(60);
      return contents(bench);
    };
    expect(taken(true)).toEqual(taken(false));
  });

  it.each([
    ['AES-128', command.aes128, halves],
    ['AES-256', command.aes256, Array.from({ length: 16 }, (_, word) => word)],
  ] as const)('must all be there that %s takes, or the command is dropped with its lock', (_, operation, needed) => {
    for (const missing of needed) {
      const bench = new Bench({ keySlots: 1 });
      bench.driver.run(20);
      stage(
        bench,
        needed.filter((word) => word !== missing),
      );
      bench.driver.write('key_command', operation | command.lock, 0);
      bench.driver.run(40);
      expect(bench.driver.read('key_status')).toBe(0);
      expect(bench.driver.read('interrupt_status')).toBe(interrupt.dropped);
      stage(bench, [missing]);
      bench.driver.write('key_command', operation | command.lock, 0);
      bench.driver.run(40);
      expect(bench.driver.read('key_status')).toBe(0x101);
    }
  });

  it('are not enough for a key when there is tampering between them', () => {
    const bench = ready();
    stage(bench, halves.slice(0, 4));
    tamper(bench);
    stage(bench, halves.slice(4));
    bench.driver.write('key_command', command.aes128, 0);
    bench.driver.run(100);
    expect(bench.driver.isLoaded(0)).toBe(false);
    expect(bench.driver.read('interrupt_status')).toBe(interrupt.tamper | interrupt.dropped);
  });
});

describe('a command', () => {
  it('that comes while a commit is under way is dropped with its lock; a lock alone is not', () => {
    const bench = ready();
    bench.latency = 200;
    bench.ask(line);
    bench.driver.run(10);
    bench.driver.write('key_command', command.clear, 0);
    bench.driver.write('key_command', command.clear | command.lock, 1);
    expect(bench.driver.read('interrupt_status')).toBe(interrupt.dropped);
    bench.driver.write('key_command', command.lock, 2);
    bench.settle();
    bench.driver.run(60);
    expect(bench.driver.read('key_status')).toBe(0b100 << 8);
  });
});

describe('a scan', () => {
  const scan = { address: 0x4000, bytes: 0x1000, form: 1 };
  const ended = (bench: Bench) => {
    bench.driver.runUntil(() => bench.driver.readScan() !== undefined, 'the end of the scan');
    return bench.driver.readScan();
  };
  const zeros = (): Bench => {
    const bench = ready();
    const beats = Array.from({ length: 64 }, () => ({ data: new Uint8Array(16), strobes: 0xffff }));
    for (let address = 0x4000; address < 0x5000; address += 1024)
      bench.ask({ ...line, write: true, length: 63, address, beats });
    bench.settle();
    return bench;
  };

  it('that is stopped tells up to where all matched', () => {
    const bench = zeros();
    bench.memory[0x2000] = 1;
    expect(bench.driver.scan({ ...scan, address: 0x2000, bytes: 64, form: 0 })).toMatchObject({ address: 0x2000 });
    bench.driver.startScan(scan);
    bench.driver.run(60);
    bench.driver.write('scan_command', 2);
    const finding = ended(bench) as { readonly address: number };
    expect(finding).toEqual({ match: false, stopped: true, address: finding.address });
    expect(finding.address).toBeGreaterThan(0x4000);
    expect(finding.address).toBeLessThan(0x5000);
    expect(finding.address % 16).toBe(0);
  });

  it('is stopped by a commit of its slot, which waits for no more than what memory owes', () => {
    const bench = zeros();
    bench.driver.startScan(scan);
    bench.driver.run(60);
    const start = bench.driver.cycle;
    bench.driver.clearKey(0);
    expect(bench.driver.cycle - start).toBeLessThan(200);
    expect(ended(bench)).toMatchObject({ match: false, stopped: true });
    bench.driver.startScan(scan);
    expect(ended(bench)).toEqual({ match: false, refused: true });
  });

  it('is not stopped by a commit of another slot, and a plain one by none', () => {
    const bench = zeros();
    bench.driver.startScan(scan);
    bench.driver.clearKey(1);
    expect(ended(bench)).toEqual({ match: true });
    bench.memory.fill(0);
    bench.driver.startScan({ ...scan, form: 0 });
    bench.driver.clearKey(0);
    expect(ended(bench)).toEqual({ match: true });
  });

  it('that is spoilt by tampering has an error where it was, and no match', () => {
    const bench = zeros();
    bench.driver.startScan(scan);
    bench.driver.run(60);
    tamper(bench);
    const finding = ended(bench) as { readonly address: number };
    expect(finding).toEqual({ match: false, error: true, address: finding.address });
    expect(finding.address).toBeGreaterThan(0x4000);
    expect(finding.address).toBeLessThan(0x5000);
  });
});

describe('write pieces', () => {
  it('of a line go on together when they touch other blocks, and one after the other when not', () => {
    /** To the answers of two writes of two blocks, the first and those from an address on. */
    const cycles = (second: number): number => {
      const bench = ready();
      bench.latency = 100;
      const beat = { data: new Uint8Array(16).fill(7), strobes: 0xffff };
      for (const address of [0, second]) bench.ask({ ...line, write: true, address, length: 1, beats: [beat, beat] });
      const start = bench.driver.cycle;
      bench.settle();
      return bench.driver.cycle - start;
    };
    expect(cycles(32)).toBeLessThan(200);
    expect(cycles(16)).toBeGreaterThan(200);
  });
});

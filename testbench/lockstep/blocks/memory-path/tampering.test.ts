/** One cycle of tampering in every cycle of a read, a write, a commit and a scan: thorough runs take each, others a few. */
import { describe, expect, test } from 'vitest';
import { memoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { plainSubordinate } from '../../../axi/subordinate-behaviour.ts';
import { makeWays } from '../../ways.ts';
import { memoryPathBlock as block } from './index.ts';
import { commitWait, keyWrites, scanWrites } from './programmes.ts';
import { registers } from './registers.ts';
import { line, play, programme, type Seen } from './run.ts';
import { emptyScenario, type MemoryPathScenario } from './scenario.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
/** Cycles from one to the next. */
const stride = thorough ? 1 : 53;

const values = { dataWidth: 64, idWidth: 1, select: 1, keySlots: 1, unrolled: 1, reads: 2, writes: 2 } as const;
const p = memoryPathParameters(values);
const ways = makeWays(block, p, ['model', 'rtl']);
const settings = programme(p);
const status = { done: 2, match: 4, error: 8, refused: 16 } as const;

const encrypted = { ...line, user: 1, size: 3, beats: 12, address: 8 };
/** Half a block, so that what a block answers and what its poisoned slot does differ. */
const erring = [{ base: 32, size: 8, code: 3 as const }];
const memory = { ...plainSubordinate, latencies: [25], errors: erring };
const scan = { form: 1, address: 0x4000, lines: 2, low: 5, high: 7 };
const words = Array.from({ length: 16 }, (_, word) => 0x0bad_cafe * (word + 3));

const cases: Readonly<Record<string, Partial<MemoryPathScenario>>> = {
  'a read': { transactions: [encrypted], memory },
  'a write of parts of blocks': { transactions: [{ ...encrypted, direction: 'write', sparse: 5 }], memory },
  'a write of whole blocks': { transactions: [{ ...encrypted, direction: 'write', address: 64, beats: 16 }], memory },
  'a commit, and a read under it': {
    accesses: keyWrites({ slot: 0, kind: 'aes128', words }, 0),
    transactions: [{ ...encrypted, wait: 40 + commitWait }],
    memory,
  },
  'a scan': {
    held: [{ ...scan, different: null }],
    // There is traffic, and so tampering, until the scan is over.
    accesses: [...scanWrites(scan), { kind: 'read', address: registers.scanStatus, wait: 220 }],
    memory,
  },
};

const run = async (change: Partial<MemoryPathScenario>): Promise<Seen> =>
  play(await ways, p, emptyScenario({ settings, ...change }));

/** Cycles of traffic. */
const span = async (scenario: Partial<MemoryPathScenario>): Promise<number> => {
  const { handshakes } = await run({ ...scenario, readBack: false });
  const last = Math.max(...Object.values(handshakes).flat());
  return last - (handshakes.s_axil_b?.[settings.length - 1] as number);
};

const tampered = ({ registers: read }: Seen): boolean => ((read.get(registers.interruptStatus) as number) & 4) !== 0;

/** What was seen, of tampering in each cycle that there still is traffic in. */
const sweep = async (scenario: Partial<MemoryPathScenario>): Promise<readonly Seen[]> => {
  const all: Seen[] = [];
  const cycles = await span(scenario);
  for (let after = 1 + (cycles % stride); after <= cycles; after += stride) {
    all.push(await run({ ...scenario, tampers: [{ after, cycles: 1 }] }));
  }
  return all.filter(tampered);
};

describe('model and hardware agree on tampering in any cycle of', () => {
  test.each(Object.keys(cases))('%s', { timeout: 1_800_000 }, async (name) => {
    const seen = await sweep(cases[name] as Partial<MemoryPathScenario>);
    expect(seen.length).toBeGreaterThan(thorough ? 60 : 0);
    for (const { registers: read } of seen) {
      if (!name.startsWith('a commit')) expect(read.get(registers.keyStatus)).toBe(0);
    }
    if (name !== 'a scan') return;
    const { done, match, error, refused } = status;
    // Before its start, after its end, and between.
    const order = [done | refused, done | error, done | match];
    const places = seen.map(({ registers: read }) => order.indexOf(read.get(registers.scanStatus) as number));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((left, right) => left - right));
  });
});

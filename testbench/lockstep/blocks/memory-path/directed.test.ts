/** What random traffic hardly meets, on model and hardware: scans over memory that holds the pattern, and commits while the slot is in use. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { memoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { plainSubordinate } from '../../../axi/subordinate-behaviour.ts';
import { makeWays } from '../../ways.ts';
import { memoryPathBlock as block } from './index.ts';
import { scanWrites, write } from './programmes.ts';
import { commandBits, registers } from './registers.ts';
import { line, play, programme } from './run.ts';
import { scannedAddress } from './scans.ts';
import { emptyScenario, type MemoryPathScenario } from './scenario.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const lineBytes = 64;
const status = { done: 2, match: 4, error: 8 } as const;

const common = { unrolled: 2, reads: 4, writes: 2, keySlots: 3, select: 2 } as const;
const widths = [128, 64] as const;
const parametersOf = (dataWidth: (typeof widths)[number]) => memoryPathParameters({ ...common, dataWidth });
const ways = Object.fromEntries(
  widths.map((dataWidth) => [dataWidth, makeWays(block, parametersOf(dataWidth), ['model', 'rtl'])]),
);

const scans = fc.record({
  form: fc.nat(3),
  first: fc.oneof(fc.nat(1000), fc.constant(2 ** 26 - 2)),
  lines: fc.integer({ min: 1, max: 12 }),
  low: fc.integer({ min: 0, max: 0xffff_ffff }),
  high: fc.integer({ min: 0, max: 0xffff_ffff }),
  /** Which word of 8 bytes differs, and in which bit. */
  different: fc.option(fc.record({ word: fc.nat(12 * 8 - 1), bit: fc.nat(63) })),
  /** Which line memory answers with an error. */
  failing: fc.option(fc.nat(11), { freq: 3 }),
  latency: fc.nat(30),
});

test.prop([fc.constantFrom(...widths), scans], {
  numRuns: thorough ? 1000 : 40,
})('a scan tells where memory first differs or fails', async (dataWidth, scan) => {
  const p = parametersOf(dataWidth);
  const { form, first, lines, low, high, different, failing, latency } = scan;
  const asked = { form, address: first * lineBytes, lines, low, high };
  const at = (offset: number): number => scannedAddress(asked, offset, p);
  const errors = failing === null ? [] : [{ base: at(lineBytes * failing), size: lineBytes, code: 2 as const }];
  const scenario = emptyScenario({
    held: [{ ...asked, different }],
    settings: programme(p),
    memory: { ...plainSubordinate, latencies: [latency], errors },
    accesses: scanWrites(asked),
    rest: 1500,
  });
  const seen = play((await ways[dataWidth]) ?? [], p, scenario);
  const places = lines * 8;
  const wrong = different !== null && different.word < places ? different.word : places;
  const failed = failing !== null && failing < lines ? 8 * failing : places;
  const fails = failed < places && failed <= wrong;
  const expected = fails ? failed : wrong;
  const flags = status.done | (expected === places ? status.match : 0) | (fails ? status.error : 0);
  expect(seen.registers.get(registers.scanStatus)).toBe(flags);
  expect(seen.registers.get(registers.scanResultLow)).toBe(expected === places ? 0 : at(8 * expected));
  expect(seen.registers.get(registers.interruptStatus)).toBe(3);
  if (expected === places) expect(seen.handshakes.m_axi_ar).toHaveLength(lines);
});

const slow = { ...plainSubordinate, latencies: [200] };
/** Traffic that uses key slot 0, by form 1, for some hundred cycles, and the channel whose last handshake ends that. */
const uses: readonly (readonly [what: string, ends: string, scenario: Partial<MemoryPathScenario>])[] = [
  ['a read', 's_axi_r', { transactions: [{ ...line, user: 1 }] }],
  ['a read that is being cut', 's_axi_r', { transactions: [{ ...line, user: 1, beats: 64 }] }],
  ['a write', 'm_axi_b', { transactions: [{ ...line, direction: 'write', user: 1 }] }],
  [
    'a write that waits for data',
    'm_axi_b',
    { transactions: [{ ...line, direction: 'write', user: 1, dataWait: 200 }] },
  ],
  ['a write of a part', 'm_axi_b', { transactions: [{ ...line, direction: 'write', user: 1, size: 3, beats: 1 }] }],
];

/** Cycles of a commit, and until its interrupt is on the port. */
const commit = 34;

test.each(uses)('a commit waits for %s with its slot, and for none with another', async (_, ends, traffic) => {
  const p = parametersOf(128);
  const commits = async (slot: number) =>
    play(
      (await ways[128]) ?? [],
      p,
      emptyScenario({
        settings: programme(p),
        memory: slow,
        accesses: [write(registers.interruptStatus, 7), write(registers.keyCommand + 4 * slot, commandBits.clear, 10)],
        rest: 2 * commit,
        ...traffic,
      }),
    );
  const own = await commits(0);
  const last = own.handshakes[ends]?.at(-1) as number;
  // A read is over a cycle before its last beat is taken.
  expect(own.raised.at(-1)).toBe(last + commit - (ends === 's_axi_r' ? 1 : 0));
  expect(own.registers.get(registers.keyStatus)).toBe(0b110);
  const other = await commits(1);
  expect(other.raised.at(-1)).toBeLessThan(last);
  expect(other.registers.get(registers.keyStatus)).toBe(0b101);
});

test('a locked slot takes no command, and keeps its key', async () => {
  const p = parametersOf(128);
  const { lock, clear, prince } = commandBits;
  const seen = play(
    (await ways[128]) ?? [],
    p,
    emptyScenario({
      settings: programme(p),
      accesses: [lock, clear, prince].map((command) => write(registers.keyCommand, command, commit)),
      rest: 2 * commit,
    }),
  );
  expect(seen.registers.get(registers.keyStatus)).toBe(0b1_0000_0111);
  expect(seen.registers.get(registers.keyKind)).toBe(1);
});

test('tampering spoils a scan up to the cycle in which it ends', async () => {
  const p = parametersOf(128);
  const asked = { form: 1, address: 0x4000, lines: 1, low: 5, high: 7 };
  const asks = [write(registers.interruptStatus, 7), ...scanWrites(asked)];
  const scan = async (tampers: MemoryPathScenario['tampers']) =>
    play(
      (await ways[128]) ?? [],
      p,
      emptyScenario({
        held: [{ ...asked, different: null }],
        settings: programme(p),
        // There is traffic, and so tampering, until the scan is over.
        accesses: [...asks, { kind: 'read', address: registers.identification, wait: 200 }],
        tampers,
      }),
    );
  const { raised, handshakes } = await scan([]);
  // Two cycles before the interrupt is on the port; the first access is offered in the first cycle of traffic.
  const end = (raised.at(-1) as number) - 2 - (handshakes.s_axil_aw?.at(-asks.length) as number);
  const statuses: (number | undefined)[] = [];
  for (const after of [end - 1, end, end + 1])
    statuses.push((await scan([{ after, cycles: 1 }])).registers.get(registers.scanStatus));
  const { done, match, error } = status;
  expect(statuses).toEqual([done | error, done | error, done | match]);
});

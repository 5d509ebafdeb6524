/** What waits for what, on model and hardware: scans that are ended before their end, by command, by a commit of their key slot, by tampering; and write pieces of one line. */
import { expect, test } from 'vitest';
import { aesLatency, memoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { plainSubordinate } from '../../../axi/subordinate-behaviour.ts';
import type { LiteAccess } from '../../axi/lite-manager.ts';
import { makeWays } from '../../ways.ts';
import { memoryPathBlock as block } from './index.ts';
import { scanWrites, write } from './programmes.ts';
import { commandBits, registers } from './registers.ts';
import { line, play, programme } from './run.ts';
import { emptyScenario, type MemoryPathScenario } from './scenario.ts';

const p = memoryPathParameters({ unrolled: 2, reads: 4, writes: 2, keySlots: 3, select: 2, dataWidth: 128 });
const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const ways = makeWays(block, p, ['model', 'rtl']);
const status = { done: 2, match: 4, error: 8, stopped: 32 } as const;

const asked = { form: 1, address: 0x4000, lines: 8, low: 5, high: 7 };
const bytes = asked.lines * 64;
/** An earlier scan leaves a place of its own: the first word of a memory that is not the pattern. */
const earlier = { form: 0, address: 0x2340, lines: 1, low: 1, high: 1 };
const run = async (scan: typeof asked, change: Partial<MemoryPathScenario>, after: readonly LiteAccess[]) =>
  play(
    await ways,
    p,
    emptyScenario({
      held: [{ ...scan, different: null }],
      settings: [...programme(p), ...scanWrites(earlier)],
      accesses: [...scanWrites(scan, 60), ...after, { kind: 'read', address: registers.identification, wait: 700 }],
      ...change,
    }),
  );
const resultOf = ({ registers: read }: Awaited<ReturnType<typeof run>>) => ({
  flags: read.get(registers.scanStatus),
  matching: (read.get(registers.scanResultLow) as number) - asked.address,
});

/** Cycles until the scan is told to stop: a plain one is soon over. */
const waitsOf = (form: number): readonly number[] => {
  const step = thorough ? 1 : form === 0 ? 4 : 24;
  return Array.from({ length: (thorough ? 24 : 1) * 16 }, (_, index) => index * step);
};

test.each([0, 1])('a scan under form %i that is stopped says so, and up to where all matched', async (form) => {
  const scan = { ...asked, form };
  const seen = [];
  for (const wait of waitsOf(form)) {
    const one = await run(scan, {}, [write(registers.scanCommand, 2, wait)]);
    seen.push(resultOf(one));
  }
  const stopped = seen.filter(({ flags }) => flags === (status.done | status.stopped));
  const rest = seen.slice(stopped.length);
  expect(stopped.length).toBeGreaterThan(3);
  expect(rest.length).toBeGreaterThan(2);
  // Those that ended before they were told to stop: the place is still that of the earlier one.
  for (const each of rest)
    expect(each).toEqual({ flags: status.done | status.match, matching: 0x2340 - asked.address });
  const places = stopped.map(({ matching }) => matching);
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(new Set(places).size).toBeGreaterThan(2);
  for (const place of places) {
    expect(place % 16).toBe(0);
    expect(place).toBeGreaterThanOrEqual(0);
    expect(place).toBeLessThanOrEqual(bytes);
  }
});

test('a scan that is tampered with tells of the error where it was', async () => {
  for (const after of [40, 60, 80, 100]) {
    const { flags, matching } = resultOf(await run(asked, { tampers: [{ after: after + 60, cycles: 1 }] }, []));
    expect(flags).toBe(status.done | status.error);
    expect(matching).toBeGreaterThanOrEqual(0);
    expect(matching).toBeLessThanOrEqual(bytes);
  }
});

/** Cycles of a commit, and until its interrupt is on the port. */
const commit = 34;

test.each([
  { what: 'encrypted, of the slot', form: 1, lines: 128, latency: 20, last: 200 },
  { what: 'encrypted, of the slot, far from its end', form: 1, lines: 1000, latency: 40, last: 200 },
  { what: 'plain, which goes on', form: 0, lines: 128, latency: 20, last: 200 },
])('requests wait for a commit during a scan, not for the scan: $what', async ({ form, lines, latency, last }) => {
  const scan = { ...asked, form, lines };
  const late = { ...line, wait: 130 };
  const seen = await run(
    scan,
    {
      memory: { ...plainSubordinate, latencies: [latency] },
      // Offered when the commit is asked for: one of its slot, and a plain one behind it.
      transactions: [
        { ...late, user: 1, id: 1 },
        { ...line, id: 2, address: 0x1000 },
        { ...late, direction: 'write', user: 1, id: 1 },
        { ...line, direction: 'write', id: 2, address: 0x1000 },
      ],
    },
    [write(registers.keyCommand, commandBits.clear, 20), { kind: 'read', address: registers.scanStatus, wait: 1500 }],
  );
  const { handshakes, registers: read } = seen;
  const [asksRead, asksWrite] = [handshakes.s_axi_ar?.[0] as number, handshakes.s_axi_aw?.[0] as number];
  expect(asksRead).toBeGreaterThan(handshakes.s_axil_aw?.at(-1) as number);
  // What the slots were owed, a block every seven cycles, the last on its way, and the commit.
  const owed = latency + 7 * 4 * p.reads;
  const most = owed + aesLatency + commit;
  expect(handshakes.m_axi_aw).toHaveLength(1);
  expect((handshakes.m_axi_aw?.[0] as number) - asksWrite).toBeLessThan(most);
  // Four beats of the access that is refused come before.
  expect((handshakes.s_axi_r?.[4] as number) - asksRead).toBeLessThan(most + 2 * owed);
  for (const channel of ['s_axi_r', 's_axi_b'])
    expect((handshakes[channel]?.at(-1) as number) - asksRead).toBeLessThan(last);
  const { flags, matching } = resultOf(seen);
  expect(flags).toBe(status.done | (form === 0 ? status.match : status.stopped));
  if (form !== 0) expect(matching).toBeLessThan(64 * 20);
  expect(read.get(registers.keyStatus)).toBe(0b110);
  expect(read.get(registers.refused)).toBe(2);
});

test('a commit of another slot does not stop a scan', async () => {
  const seen = await run(asked, {}, [write(registers.keyCommand + 4, commandBits.clear, 0)]);
  expect(resultOf(seen).flags).toBe(status.done | status.match);
});

/** Two writes of one line, of whole blocks or of parts, to a memory that answers late. */
const pair = async (first: number, second: number, size: number) => {
  const write = { ...line, direction: 'write', user: 1, size, beats: 1 } as const;
  const seen = play(
    await ways,
    p,
    emptyScenario({
      settings: programme(p),
      memory: { ...plainSubordinate, latencies: [300] },
      transactions: [
        { ...write, address: first },
        { ...write, address: second },
      ],
    }),
  );
  return {
    asked: seen.handshakes.m_axi_aw?.at(-1) as number,
    answered: seen.handshakes.m_axi_b?.[0] as number,
    merged: seen.registers.get(registers.merged),
  };
};

test('write pieces of one line wait for each other only where they touch a block', async () => {
  const others = await pair(0x100, 0x110, 4);
  expect(others.asked).toBeLessThan(others.answered);
  const same = await pair(0x110, 0x110, 4);
  expect(same.asked).toBeGreaterThan(same.answered);
  // Both are read and written back, at once.
  const parts = await pair(0x104, 0x134, 2);
  expect(parts.merged).toBe(2);
  expect(parts.asked).toBeLessThan(parts.answered);
  const ofOne = await pair(0x104, 0x108, 2);
  expect(ofOne.merged).toBe(2);
  expect(ofOne.asked).toBeGreaterThan(ofOne.answered);
});

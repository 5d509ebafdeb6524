/** Whom a commit lets wait: nobody for a scan, also a long one. */
import { expect, test } from 'vitest';
import { aesLatency, memoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { plainSubordinate } from '../../../axi/subordinate-behaviour.ts';
import { makeWays } from '../../ways.ts';
import { memoryPathBlock as block } from './index.ts';
import { scanWrites, write } from './programmes.ts';
import { commandBits, registers } from './registers.ts';
import { line, play, programme } from './run.ts';
import { emptyScenario } from './scenario.ts';

const p = memoryPathParameters({ unrolled: 2, reads: 4, writes: 2, keySlots: 2, select: 2 });
const ways = makeWays(block, p, ['model', 'rtl']);
const settings = programme(p);
const status = { done: 2, match: 4, stopped: 32 } as const;
/** Cycles of a commit, and until its interrupt is on the port. */
const commit = 34;

test.each([
  ['encrypted, of the slot', 1],
  ['plain', 0],
])('a commit during a scan lets nobody wait for the scan: %s', async (_, form) => {
  const latency = 20;
  const asked = { form, address: 0x4000, lines: 128, low: 5, high: 7 };
  const late = { ...line, wait: 70 };
  const scenario = emptyScenario({
    held: [{ ...asked, different: null }],
    settings,
    memory: { ...plainSubordinate, latencies: [latency] },
    // One waits for the commit, and a plain one behind it.
    transactions: [
      { ...late, user: 1, id: 1 },
      { ...late, wait: 0, id: 2, address: 0x1000 },
      { ...late, direction: 'write', user: 1, id: 1 },
      { ...late, wait: 0, direction: 'write', id: 2, address: 0x1000 },
    ],
    accesses: [
      ...scanWrites(asked),
      write(registers.keyCommand, commandBits.clear, 40),
      { kind: 'read', address: registers.scanStatus, wait: 1500 },
    ],
  });
  const { handshakes, registers: read } = play(await ways, p, scenario);
  const [asksRead, asksWrite] = [handshakes.s_axi_ar?.[0] as number, handshakes.s_axi_aw?.[0] as number];
  const command = handshakes.s_axil_aw?.at(-1) as number;
  expect(asksRead).toBeGreaterThan(command);
  // What the slots were owed, a block every seven cycles, the last on its way, and the commit.
  const owed = latency + 7 * 4 * p.reads;
  const most = owed + aesLatency + commit;
  expect(handshakes.m_axi_aw).toHaveLength(1);
  expect((handshakes.m_axi_aw?.[0] as number) - asksWrite).toBeLessThan(most);
  // Four beats of the access that is refused come before.
  expect((handshakes.s_axi_r?.[4] as number) - asksRead).toBeLessThan(most + 2 * owed);
  expect(read.get(registers.scanStatus)).toBe(form === 0 ? status.done | status.match : status.done | status.stopped);
  expect(read.get(registers.keyStatus)).toBe(0b10);
  expect(read.get(registers.refused)).toBe(2);
});

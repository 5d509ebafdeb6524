import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { recordedPath } from '../captures/recorded.ts';
import { type CheckProgress, type CheckRequest, type CheckResult, check } from './check.ts';

const directory = mkdtempSync(join(tmpdir(), 'progress-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A check, and what it told on its way, in order. */
const follow = async (request: CheckRequest): Promise<{ result: CheckResult; told: readonly CheckProgress[] }> => {
  const told: CheckProgress[] = [];
  const result = await check({ ...request, ways: ['model', 'rtl'], directory }, (state) => told.push(state));
  for (const [index, { cycles, total }] of told.entries()) {
    expect(cycles).toBeGreaterThanOrEqual(told[index - 1]?.cycles ?? 0);
    if (total !== null) expect(cycles).toBeLessThanOrEqual(total);
  }
  return { result, told };
};

test('the cycles of captures are in the count and in the total', async () => {
  const capture = recordedPath('vlan.pcap');
  const alone = await follow({ block: 'packet_unit', replay: capture });
  const played = alone.result.cycles;
  expect(played).toBeGreaterThan(1_000);

  const { result, told } = await follow({ block: 'packet_unit', captures: [capture], cycles: 3_000 });
  expect(told.find(({ cycles }) => cycles > 0)?.cycles).toBeLessThanOrEqual(played);
  expect(told.map(({ cycles, total }) => [cycles, total])).toContainEqual([played, played + 3_000]);
  // The last random scenario is run to its end.
  expect(told.at(-1)).toMatchObject({ cycles: result.cycles, total: result.cycles, secondsLeft: 0 });
});

test('no total is told where one scenario runs until it ends', async () => {
  const { result, told } = await follow({ block: 'packet_unit', replay: recordedPath('web.pcap') });
  const running = told.filter(({ phase }) => phase === 'running');
  expect(running.at(-1)).toMatchObject({ cycles: result.cycles, total: null, secondsLeft: null });
});

test('a bug that a capture shows is told of as being shrunk', async () => {
  const { result, told } = await follow({
    block: 'packet_unit',
    captures: [recordedPath('vlan.pcap')],
    plant: 'wrong_reset_value',
    cycles: 1_000,
  });
  expect(result.differences).toHaveLength(1);
  expect(told.some(({ phase }) => phase === 'shrinking')).toBe(true);
});

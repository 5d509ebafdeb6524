import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { firstDifference, traceLines } from './traces.ts';

const folder = mkdtempSync(join(tmpdir(), 'portcullis-'));
const file = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
};
const lines = ['5 p0_axi_ar arid=0x0 araddr=0x10', '9 p0_axi_r rid=0x0 rdata=0x7', '9 interrupt interrupt=0x1'];
const whole = file('whole', lines);

test('a record is a line for each channel', () => {
  const handshakes = [{ channel: 'm0_axi_b', payload: { bid: 3n, bresp: 0n } }];
  expect(traceLines({ cycle: 7, handshakes })).toEqual(['7 m0_axi_b bid=0x3 bresp=0x0']);
});

test.each([
  ['are the same', lines, null],
  [
    'differ in a value',
    [lines[0]!, '9 p0_axi_r rid=0x0 rdata=0x8', lines[2]!],
    { cycle: 9, channel: 'p0_axi_r', expected: 'rdata=0x7', seen: 'rdata=0x8' },
  ],
  [
    'differ in when',
    [lines[0]!, '10 p0_axi_r rid=0x0 rdata=0x7', '10 interrupt interrupt=0x1'],
    { cycle: 9, channel: 'p0_axi_r', expected: 'rid=0x0 rdata=0x7', seen: 'nothing' },
  ],
  [
    'have one record more',
    [lines[0]!, '6 m0_axi_ar arid=0x1', ...lines.slice(1)],
    { cycle: 6, channel: 'm0_axi_ar', expected: 'nothing', seen: 'arid=0x1' },
  ],
  ['end early', lines.slice(0, 2), { cycle: 9, channel: 'interrupt', expected: 'interrupt=0x1', seen: 'nothing' }],
])('traces that %s', async (_, other, difference) => {
  expect(await firstDifference(whole, file('other', other))).toEqual(difference);
});

import { expect, test } from 'vitest';
import './matcher.ts';
import { textWave } from './text-wave.ts';
import { vcdText } from './vcd.ts';
import type { Wave } from './wave.ts';

const wave: Wave = {
  firstCycle: 3,
  signals: [
    { path: ['dut', 'valid'], width: 1, values: [0n, 1n, 1n, 0n, 1n, 0n] },
    { path: ['dut', 'count'], width: 8, values: [0n, 0n, 0x5an, 0x5bn, 0x5bn, 0x5bn] },
    { path: ['dut', 'queue', 'head'], width: 32, values: [1n, 0xdeadbeefn, 2n, 2n, 2n, 2n] },
  ],
};

test('levels, values and cycle numbers stand under each other', () => {
  expect(wave).toMatchWave(`
    "
    cycle           3                 5
    dut.valid       ▁▁▁▁▁▁▁▁▁╱▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔╲▁▁▁▁▁▁▁▁╱▔▔▔▔▔▔▔▔╲▁▁▁▁▁▁▁▁
    dut.count       │00               │5a      │5b
    dut.queue.head  │00000001│deadbeef│00000002
    "
  `);
});

test('a value too long for its cycles is cut and says so', () => {
  expect(textWave(wave, { cellWidth: 4 })).toContain('│de…');
});

test('a VCD declares scopes once and writes only what changes', () => {
  const text = vcdText(wave);
  expect(text).toContain('$scope module dut $end');
  expect(text).toContain('$scope module queue $end');
  expect(text.match(/\$scope module dut/g)).toHaveLength(1);
  expect(text).toContain('$var wire 8 # count [7:0] $end');
  // count changes at the start, in cycle 5 and in cycle 6, and never again.
  expect(text.match(/^b\d+ #$/gm)).toEqual(['b0 #', 'b1011010 #', 'b1011011 #']);
  expect(text.indexOf('#50\n')).toBeLessThan(text.indexOf('b1011010 #'));
});

test('identifiers of many signals are all different', () => {
  const signals = Array.from({ length: 20_000 }, (_, index) => ({ path: ['s', `s${index}`], width: 1, values: [1n] }));
  const codes = [...vcdText({ firstCycle: 0, signals }).matchAll(/\$var wire 1 (\S+) /g)].map(([, code]) => code);
  expect(new Set(codes).size).toBe(20_001);
});

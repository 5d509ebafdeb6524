import { describe, expect, test } from 'vitest';

import type { SynthesisResult } from '../flow/synthesise.ts';
import type { TargetReport } from '../flow/target-report.ts';
import { peerTables } from '../peers.ts';
import { renderHtml } from './html.ts';
import { synthesisRows } from './json.ts';
import { lineChart } from './line-chart.ts';
import { renderMarkdown } from './markdown.ts';
import { spread, ticksUpTo } from './svg.ts';
import { sweepCharts } from './sweep.ts';

const report = (target: TargetReport['target'], luts: number): TargetReport => ({
  target,
  luts,
  registers: 40,
  memories: 1,
  cells: luts + 41,
  cellsByType: { SB_LUT4: luts },
  depth: 6,
  paths: [
    {
      levels: 6,
      from: { kind: 'register', name: 'parser.state[1]', pin: null, source: { file: 'rtl/parser.ts', line: 12 } },
      to: { kind: 'register', name: 'hash[7]', pin: 'enable', source: { file: 'rtl/hash.ts', line: 3 } },
      lines: [
        { file: 'rtl/parser.ts', line: 30, gates: 1 },
        { file: 'rtl/<hash>.ts', line: 44, gates: 9 },
      ],
    },
  ],
  modules: [],
});

const result = (dataWidth: number, luts: number): SynthesisResult => ({
  block: 'packet_unit',
  top: 'packet_hash',
  parameters: { dataWidth, clients: 8 },
  keep: [],
  gateEquivalents: 8123.5,
  memories: [{ name: 'queue.words', words: 64, width: 72 }],
  memoryBits: 4608,
  lines: [{ file: 'rtl/toeplitz.ts', line: 21, gates: 1500, registers: 32 }],
  targets: [report('lut4', luts + 100), report('ice40', luts)],
  clock: {
    mhz: 121.4,
    reason: null,
    seeds: [120.2, 121.4, 125],
    logicCells: 1650,
    slowestPath: {
      from: 'parser.state[1]',
      to: 'hash',
      fromSource: { file: 'rtl/parser.ts', line: 12 },
      toSource: null,
      levels: 5,
      logicNanoseconds: 3.1,
      routingNanoseconds: 5.1,
    },
  },
});

describe('rows', () => {
  test('carry the fields that every later version keeps, one row a target', () => {
    const rows = synthesisRows([result(64, 1100)]);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({
      block: 'packet_unit',
      parameters: { dataWidth: 64, clients: 8 },
      target: 'ice40',
      luts: 1100,
      registers: 40,
      memories: 1,
      depth: 6,
      mhz: 121.4,
    });
    expect(rows[0]).toMatchObject({ target: 'lut4', mhz: null, mhzReason: 'generic tables have no chip' });
  });
});

describe('Markdown', () => {
  const text = renderMarkdown([result(64, 1100), result(512, 2100)]);

  test('has a row a target, the paths by line, and the clock', () => {
    expect(text).toContain('| Lattice iCE40 | 2,100 | 40 | 1 | 2,141 | 6 | 121 |');
    expect(text).toContain('- register parser.state[1] to register hash[7], enable: 6 levels');
    expect(text).toContain('  - `rtl/parser.ts:30` (1 gate)');
    expect(text).toContain('| `rtl/toeplitz.ts:21` | 1,500 | 32 |');
    expect(text).toContain('121 MHz, median of three seeds (120, 121, 125)');
    expect(text).toContain('8,123.5 gate equivalents. 4,608 bits of memory: queue.words (64 words of 72 bits).');
  });

  test('says which modules were mapped by themselves', () => {
    expect(text).not.toContain('by themselves');
    const kept = { ...result(64, 1100), keep: ['parser', 'hash_*'] };
    const words = 'Mapped by themselves, and nothing optimised across their borders: parser, hash_*.';
    expect(renderMarkdown([kept])).toContain(words);
    expect(renderHtml([kept])).toContain(words);
  });

  test('sets ours beside the peers and the goals', () => {
    expect(text).toContain('| **packet_hash, dataWidth = 512** | 2,100 | 40 | 6 / – | 121 |  |');
    expect(text).toMatch(/\| Corundum rx_hash, 512 bits \| 2,292 \| 225 \| 63 \/ 32 \| 110 \|/);
    expect(text).toContain('| *goal, 512 bits* | at most 2,250 |');
    expect(text).toContain('| --- | ---: | ---: | ---: | ---: | --- |');
  });

  test('leaves peers out where none are known', () => {
    expect(renderMarkdown([{ ...result(64, 1100), top: 'queue' }])).not.toContain('Beside peers');
  });
});

describe('the page', () => {
  const page = renderHtml([result(64, 1100), result(128, 1400), result(512, 2100)], {
    title: 'A & B',
    command: 'synth <x>',
    overview: [
      ['block', 'compared'],
      ['packet_hash', 'model = <rtl>'],
    ],
  });

  test('begins with what else is known of the blocks', () => {
    expect(page.indexOf('model = &lt;rtl&gt;')).toBeGreaterThan(0);
    expect(page.indexOf('model = &lt;rtl&gt;')).toBeLessThan(page.indexOf('Beside peers'));
  });

  test('stands by itself', () => {
    expect(page).not.toMatch(/<script|<link|@import|url\(|src="|https?:/);
    expect(page).toContain('<title>A &amp; B</title>');
    expect(page).toContain('synth &lt;x&gt;');
    expect(page).toContain('rtl/&lt;hash&gt;.ts:44');
  });

  test('closes every element it opens', () => {
    const open: string[] = [];
    for (const [, closing, name, rest] of page.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>/g)) {
      if (name === undefined || name === 'meta' || rest?.endsWith('/')) continue;
      if (closing === '/') expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  test('gives every row of the peers a remark cell, and writes values above the lines of goals', () => {
    const peers = page.slice(page.indexOf('Beside peers'));
    const rows = peers.slice(peers.indexOf('<tbody>'), peers.indexOf('</tbody>')).split('<tr').slice(1);
    expect(rows.map((row) => row.split('<td').length - 1)).toEqual(rows.map(() => 7));
    const chart = peers.slice(0, peers.indexOf('</svg>'));
    expect(chart.indexOf('class="value"')).toBeGreaterThan(chart.lastIndexOf('class="goal"'));
  });

  test('plots the parameter that varies', () => {
    expect(page).toContain('Against dataWidth');
    expect(page).toContain('<title>iCE40, dataWidth 128: 1,400</title>');
    expect(page.match(/<svg /g)).toHaveLength(6);
  });
});

describe('sweeps', () => {
  test('need exactly one parameter that varies, and that a number', () => {
    expect(sweepCharts([result(64, 1)])).toBeNull();
    expect(sweepCharts([result(64, 1), { ...result(128, 1), parameters: { dataWidth: 128, clients: 4 } }])).toBeNull();
    expect(
      sweepCharts([result(64, 1), { ...result(128, 1), parameters: { dataWidth: 'wide', clients: 8 } }]),
    ).toBeNull();
    expect(sweepCharts([result(512, 9), result(64, 1)])?.charts[0]?.series[2]?.points).toEqual([
      { x: 64, y: 1 },
      { x: 512, y: 9 },
    ]);
  });
});

describe('plots', () => {
  test('place points by the power of two, and by value otherwise', () => {
    const places = (xs: readonly number[]): number[] =>
      [
        ...lineChart({
          title: 't',
          xName: 'n',
          series: [{ name: 's', className: 'lut4', points: xs.map((x) => ({ x, y: 1 })) }],
        }).matchAll(/cx="([\d.]+)"/g),
      ].map(([, x]) => Number(x));
    const [a = 0, b = 0, c = 0] = places([64, 128, 256]);
    expect(b - a).toBeCloseTo(c - b);
    const [d = 0, e = 0, f = 0] = places([10, 20, 40]);
    expect(f - e).toBeCloseTo(2 * (e - d));
  });

  test('tick at round steps from 0 past the largest value', () => {
    expect(ticksUpTo(2292, 5)).toEqual([0, 500, 1000, 1500, 2000, 2500]);
    expect(ticksUpTo(7, 5)).toEqual([0, 2, 4, 6, 8]);
    expect(ticksUpTo(0, 5)).toEqual([0, 1]);
  });

  test('keep labels apart, in order and within bounds', () => {
    const places = spread([100, 101, 20, 102], 15, 0, 110);
    const sorted = [...places].sort((a, b) => a - b);
    sorted.slice(1).forEach((place, index) => {
      expect(place - (sorted[index] ?? 0)).toBeGreaterThanOrEqual(15);
    });
    expect(Math.max(...places)).toBeLessThanOrEqual(110);
    expect(places[0]).toBeLessThan(places[1] ?? 0);
    expect(places[2]).toBe(20);
  });
});

test('peers and goals name the modules that exist', () => {
  for (const table of peerTables) {
    expect(table.modules.every((module) => /^[a-z_]+$/.test(module))).toBe(true);
    expect(table.peers.length).toBeGreaterThan(0);
  }
});

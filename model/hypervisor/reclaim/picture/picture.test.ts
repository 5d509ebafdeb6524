/** The pictures of the guide to sweeps are those of runs. `PORTCULLIS_WRITE_GUIDES=1` draws them anew; that of super pages takes long, and is drawn with `PORTCULLIS_THOROUGH=1`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { testHypervisor } from '../../testing/machine.ts';
import { type Drawing, drawSweep } from './draw-sweep.ts';
import { type ObservedSweep, observeSweep, type SweepToObserve } from './observed-sweep.ts';
import { sweepRows } from './sweep-rows.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const limit = 1_800_000;
const guide = new URL('../../../../docs/how-a-sweep-works.md', import.meta.url);
const isRow = (line: string): boolean => /^\| \d/.test(line);

const drawn = async (
  name: string,
  memoryBytes: number,
  wanted: SweepToObserve,
  how: Drawing,
): Promise<ObservedSweep> => {
  const hypervisor = await testHypervisor({ platform: { memoryBytes } });
  const sweep = await observeSweep(hypervisor, wanted);
  hypervisor.platform.close();
  const picture = drawSweep(sweep, how);
  const path = new URL(`../../../../docs/images/${name}.svg`, import.meta.url);
  if (process.env.PORTCULLIS_WRITE_GUIDES === '1') writeFileSync(path, picture);
  expect(readFileSync(path, 'utf8')).toBe(picture);
  return sweep;
};

test('the picture of a sweep is that of a run', { timeout: limit }, async () => {
  const wanted: SweepToObserve = {
    pages: 80,
    used: [5, 20, 21, 40, 70],
    writes: [
      { page: 60, after: 3000 },
      { page: 10, after: 6000 },
      { page: 76, after: 14_000 },
      { page: 30, after: 24_000 },
    ],
  };
  const sweep = await drawn('sweep', 2 ** 21, wanted, {
    row: 5,
    together: 1,
    bar: 1000,
    mark: 10_000,
  });
  const { taken, held, written } = sweep;
  // What the guide says of it: three writes come in time, and the fourth waits and brings its page back.
  const kept = held.filter((one) => !one.taken).map(({ page }) => page);
  expect([taken, held.length, kept]).toEqual([72, 74, [10, 76]]);
  const waited = written.map(({ begin, end }) => end - begin > 1000);
  expect(waited).toEqual([false, false, false, true]);
  const rows = sweepRows(sweep);
  const text = readFileSync(guide, 'utf8');
  if (process.env.PORTCULLIS_WRITE_GUIDES === '1') {
    const lines = text.split('\n');
    const from = lines.findIndex(isRow);
    writeFileSync(
      guide,
      [...lines.slice(0, from), ...rows, ...lines.slice(from).filter((line) => !isRow(line))].join('\n'),
    );
  }
  expect(readFileSync(guide, 'utf8').split('\n').filter(isRow)).toEqual(rows);
});

test.runIf(thorough)('the picture of a sweep of two super pages is that of a run', { timeout: limit }, async () => {
  const wanted: SweepToObserve = { pages: 1024, used: [512 + 100], writes: [] };
  const { taken, held } = await drawn('sweep-of-super-pages', 2 ** 23, wanted, {
    row: 0.3,
    together: 16,
    bar: 5000,
    mark: 50_000,
  });
  expect([taken, held.map(({ page, pages }) => [page, pages])]).toEqual([512, [[0, 512]]]);
});

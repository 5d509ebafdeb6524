import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startProgress } from './progress.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.stubGlobal('process', Object.create(process, { stderr: { value: { isTTY: false, write: vi.fn() } } }));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const lines = (): readonly string[] => vi.mocked(process.stderr.write).mock.calls.map(([text]) => String(text));

test('the total may grow, and the time left is told by it', () => {
  const progress = startProgress('Checking', 100, 'cycles');
  vi.advanceTimersByTime(6_000);
  progress.update(120, '', 240);
  progress.update(240, '', 240);
  expect(lines()).toEqual([
    'Checking: 120 of 240 cycles, 20 cycles/s, 6 s left\n',
    'Checking: 240 of 240 cycles, 40 cycles/s\n',
  ]);
});

test('where nobody knows the total, none is told', () => {
  const progress = startProgress('Checking', null, 'cycles');
  progress.update(1, '', null);
  vi.advanceTimersByTime(6_000);
  progress.update(120, 'one scenario', null);
  expect(lines()).toEqual(['Checking: 120 cycles, 20 cycles/s (one scenario)\n']);
});

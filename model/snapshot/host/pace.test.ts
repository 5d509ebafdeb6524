/** The background copy rests for as long as its last work took, and for nothing else; in a time that the test makes pass. */
import { expect, test } from 'vitest';
import { type HostTime, hostPace } from './pace.ts';

const fakeTime = (): HostTime & { pass(milliseconds: number): void; readonly log: string[] } => {
  let now = 1000;
  const log: string[] = [];
  return {
    log,
    now: () => now,
    pass: (milliseconds) => {
      now += milliseconds;
    },
    giveWay: async () => {
      log.push('gave way');
    },
    rest: async (milliseconds) => {
      now += milliseconds;
      log.push(`rested ${milliseconds}`);
    },
  };
};

test('under load it rests as long as the last work took, also after a day with nothing to do', async () => {
  const time = fakeTime();
  const pace = hostPace(time);
  time.pass(40_000);
  await pace.turn(3);
  time.pass(25);
  pace.worked?.();
  await pace.turn(1);
  time.pass(7);
  pace.worked?.();
  time.pass(86_400_000);
  await pace.turn(1);
  expect(time.log).toEqual(['rested 0', 'rested 25', 'rested 7']);
});

test('without load it gives way and does not rest, and takes more at once', async () => {
  const time = fakeTime();
  const pace = hostPace(time);
  const most = await pace.turn(0);
  time.pass(25);
  pace.worked?.();
  expect(await pace.turn(0)).toBe(most);
  expect(await pace.turn(1)).toBeLessThan(most);
  expect(time.log).toEqual(['gave way', 'gave way', 'rested 25']);
});

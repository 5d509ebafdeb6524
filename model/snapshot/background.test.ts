/** Background work asks before each piece, is told of load, and rests no longer than until it is stopped. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Background, type BackgroundWork, type Pace } from './background.ts';
import { drawFrom, Machine } from './testing/machine.ts';
import { formattedStore, openRun, randomSource, smallGeometry } from './testing/scenario.ts';

/** A pace whose turns end when the test says so. */
const pacedByHand = (): Pace & { readonly log: string[]; let(blocks: number): Promise<void> } => {
  const log: string[] = [];
  let go: (blocks: number) => void = () => undefined;
  return {
    log,
    turn: (requests) => {
      log.push(`asked, ${requests} requests`);
      return new Promise((resolve) => {
        go = resolve;
      });
    },
    worked: () => void log.push('worked'),
    let: async (blocks) => {
      go(blocks);
      await setImmediate();
    },
  };
};

const workOn = (left: Set<number>, log: string[]): BackgroundWork => ({
  blocks: 5,
  most: 4,
  isDue: (block) => left.has(block),
  run: async (block) => {
    left.delete(block);
    log.push(`block ${block}`);
  },
  end: async () => void log.push('end'),
});

test('each piece of work waits for its turn, and is as large as that allows', async () => {
  const pace = pacedByHand();
  const left = new Set([0, 1, 2, 4]);
  const background = new Background(
    pace,
    () => (left.size > 0 ? workOn(left, pace.log) : null),
    () => undefined,
  );
  background.start();
  await setImmediate();
  expect(pace.log.splice(0)).toEqual(['asked, 0 requests']);
  await pace.let(2);
  expect(pace.log.splice(0)).toEqual(['block 0', 'block 1', 'worked', 'asked, 0 requests']);
  await pace.let(64);
  expect(pace.log.splice(0)).toEqual(['block 2', 'block 4', 'worked', 'end']);
  await background.stop();
});

test('requests are load when they are asked for, and as long as they are under way', async () => {
  const pace = pacedByHand();
  const left = new Set([0, 1, 2, 3, 4]);
  const background = new Background(
    pace,
    () => (left.size > 0 ? workOn(left, pace.log) : null),
    () => undefined,
  );
  let end: () => void = () => undefined;
  void background.count(Promise.resolve());
  await setImmediate();
  const long = background.count(
    new Promise<void>((resolve) => {
      end = resolve;
    }),
  );
  background.start();
  await setImmediate();
  await pace.let(1);
  await pace.let(1);
  end();
  await long;
  await background.count(Promise.reject(new Error('failed'))).catch(() => undefined);
  await pace.let(1);
  await pace.let(1);
  const asked = pace.log.filter((line) => line.startsWith('asked'));
  expect(asked.map((line) => Number(line.split(' ')[1]))).toEqual([2, 1, 1, 2, 0]);
  await background.stop();
});

test('stopping ends a rest at once, and nothing is worked on afterwards', async () => {
  const pace = pacedByHand();
  const left = new Set([0]);
  const background = new Background(
    pace,
    () => (left.size > 0 ? workOn(left, pace.log) : null),
    () => undefined,
  );
  background.start();
  await setImmediate();
  await background.stop();
  await pace.let(1);
  expect(pace.log).toEqual(['asked, 0 requests']);
});

test('reads of the volume and of snapshots, and writes, are load of the background copy', async () => {
  const pace = pacedByHand();
  const geometry = smallGeometry(40);
  const contents = {
    source: randomSource(drawFrom(3), geometry.sourceSize),
    store: await formattedStore(geometry, 2 ** 15),
  };
  const { volume, take } = await openRun(new Machine(3), contents, undefined, undefined, pace);
  await take('one');
  const snapshot = volume.snapshot('one');
  const some = new Uint8Array(10);
  const load: number[] = [];
  for (const request of [
    () => volume.read(0, some),
    () => volume.readSnapshot(snapshot, 0, some),
    () => volume.write(0, some),
    () => volume.zero(0, 10, true),
    () => Promise.resolve(),
  ]) {
    // The turn that began before the request does not know of it; the next one does.
    while (pace.log.length === 0) await setImmediate();
    await request();
    pace.log.length = 0;
    await pace.let(1);
    while (pace.log.length === 0 || pace.log.at(-1) === 'worked') await setImmediate();
    load.push(Number(pace.log.at(-1)!.split(' ')[1]));
  }
  expect(load).toEqual([1, 1, 1, 1, 0]);
  await volume.close();
});

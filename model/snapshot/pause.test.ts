/** How long writes wait while a snapshot is taken, and how that is told. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { drawFrom, Machine, SimulatedStorage } from './testing/machine.ts';
import { anyPace, formattedStore, randomSource, smallGeometry } from './testing/scenario.ts';
import { Volume } from './volume.ts';

test('the pause that is told begins when new writes wait, and ends when they go on', async () => {
  const machine = new Machine(1);
  const geometry = smallGeometry(8);
  const source = new SimulatedStorage(machine, randomSource(drawFrom(1), geometry.sourceSize));
  const store = new SimulatedStorage(machine, await formattedStore(geometry, 2 ** 15));
  let time = 1000n;
  let waiting: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    waiting = resolve;
  });
  const elapsed = (): bigint => {
    waiting();
    return time;
  };
  // The host's clock is set back meanwhile.
  let today = 10n ** 18n;
  const now = (): bigint => (today -= 10n ** 9n);
  const volume = await Volume.open(source, store, { pace: anyPace(machine), now, elapsed });
  let end: () => void = () => undefined;
  const long = volume.change(
    0,
    10,
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  );
  time += 100n;
  const taking = volume.take('one', { policy: 'break' });
  await begun;
  let isWritten = false;
  const written = volume.write(20, new Uint8Array(3)).then(() => {
    isWritten = true;
  });
  for (let turns = 0; turns < 20; turns += 1) await setImmediate();
  expect(isWritten).toBe(false);
  time += 10n;
  end();
  expect(await taking).toBe(10n);
  await Promise.all([long, written]);
  await volume.close();
});

test('a long range of zeros lets a snapshot be taken between its pieces', async () => {
  const mebibyte = 2 ** 20;
  const machine = new Machine(2);
  const geometry = { ...smallGeometry(1), sourceSize: 36 * mebibyte, blockSize: mebibyte };
  const contents = new Uint8Array(geometry.sourceSize).fill(1);
  const pieces: [number, number][] = [];
  const go: (() => void)[] = [];
  class Discarding extends SimulatedStorage {
    async discard(offset: number, length: number): Promise<boolean> {
      pieces.push([offset / mebibyte, length / mebibyte]);
      await new Promise<void>((resolve) => go.push(resolve));
      this.seen.fill(0, offset, offset + length);
      return true;
    }
  }
  const source = new Discarding(machine, contents);
  const store = new SimulatedStorage(machine, await formattedStore(geometry, 40 * mebibyte));
  // The first piece ends when writes wait.
  const elapsed = (): bigint => {
    if (pieces.length === 1) go.shift()?.();
    return 0n;
  };
  const volume = await Volume.open(source, store, { pace: anyPace(machine), now: () => 0n, elapsed });
  const zeroing = volume.zero(3 * mebibyte, 31 * mebibyte, true);
  await setImmediate();
  await volume.take('one', { policy: 'break' });
  const seen = new Uint8Array(36 * mebibyte);
  await volume.readSnapshot(volume.snapshot('one'), 0, seen);
  const isZeroed = (block: number): boolean => block >= 3 && block < 32;
  for (let block = 0; block < 36; block += 1)
    expect(seen.subarray(block * mebibyte, (block + 1) * mebibyte).includes(isZeroed(block) ? 1 : 0)).toBe(false);
  const others = setInterval(() => go.shift()?.(), 1);
  await zeroing;
  clearInterval(others);
  expect(pieces).toEqual([
    [3, 29],
    [32, 2],
  ]);
  await volume.close();
});

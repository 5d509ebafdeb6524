import { expect, test } from 'vitest';
import type { Clock } from '../../hardware/platform/index.ts';
import { drawFrom, Machine } from '../testing/machine.ts';
import { formattedStore, noPace, openRun, randomSource, smallGeometry } from '../testing/scenario.ts';
import { StoreFailures } from './store-failures.ts';

test('with a store that cannot even note it, those snapshots are given up that find the block in the source, and no others', async () => {
  const geometry = smallGeometry(4);
  const contents = {
    source: randomSource(drawFrom(1), geometry.sourceSize),
    store: await formattedStore(geometry, 2 ** 14),
  };
  const { volume, take } = await openRun(new Machine(1), contents, undefined, undefined, noPace);
  const failures = new StoreFailures(volume, undefined as unknown as Clock);
  const states = (): readonly string[] => failures.snapshots.map(({ name, state }) => `${name} is ${state}`);
  await take('one', 'hold');
  await volume.write(0, new Uint8Array(8));
  await take('two', 'break');
  await take('three', 'break');
  await volume.write(geometry.blockSize, new Uint8Array(8));
  // All find this block in the source, and one of them would have writes wait for it.
  expect(failures.giveUp(2)).toBe(false);
  expect(states()).toEqual(['one is live', 'two is live', 'three is live']);
  // All have their copies of this one: what failed was noting a change in the newest.
  expect(failures.giveUp(1)).toBe(true);
  expect(states()).toEqual(['one is live', 'two is live', 'three is broken']);
  // Of this one the snapshot that holds writes has its copy, which the others do not find.
  expect(failures.giveUp(0)).toBe(true);
  expect(states()).toEqual(['one is live', 'two is broken', 'three is broken']);
});

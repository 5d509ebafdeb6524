import { expect, test } from 'vitest';
import { SuperblockKeeper } from '../superblock-keeper.ts';
import { Machine, SimulatedStorage } from '../testing/machine.ts';
import { anyPace } from '../testing/scenario.ts';
import { Volume } from '../volume.ts';
import { Account } from './account.ts';
import { volumeExports } from './volume-exports.ts';

test('block status ends early rather than to take the server from others', async () => {
  const blocks = 2 ** 20;
  const large = new SimulatedStorage(new Machine(1), new Uint8Array(64 * blocks));
  const maps = new SimulatedStorage(new Machine(1), new Uint8Array(2 ** 26));
  await SuperblockKeeper.format(maps, () => maps.flush(), {
    sourceSize: large.size,
    blockSize: 64,
    pageSize: 4096,
    places: 1,
  });
  const other = await Volume.open(large, maps, { pace: anyPace(new Machine(1)), now: () => 0n });
  const whole = volumeExports(other).find('')!;
  expect(await whole.extents('portcullis:copied', 32, 64 * blocks - 32, 9, new Account(0))).toEqual([
    { length: 2 ** 24 - 32, flags: 0 },
  ]);
  await large.write(64, Buffer.alloc(64, 1));
  expect(await whole.extents('base:allocation', 0, 2 ** 20, 2, new Account(0))).toEqual([
    { length: 64, flags: 3 },
    { length: 64, flags: 0 },
  ]);
  await other.close();
});

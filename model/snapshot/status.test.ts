/** What is asked of a volume of many blocks looks at each of them a fixed number of times, and others have their turns meanwhile. */
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { CopyMap } from './copy-map.ts';
import { looksTogether } from './slices.ts';
import { ownersOf } from './snapshots.ts';
import { drawFrom, Machine, SimulatedStorage } from './testing/machine.ts';
import { formattedStore } from './testing/scenario.ts';
import { Volume } from './volume.ts';

afterEach(() => void vi.restoreAllMocks());

const blockSize = 64;

const opened = async (blocks: number) => {
  const geometry = { sourceSize: blocks * blockSize, blockSize, pageSize: 4096, places: 6 };
  const machine = new Machine(1);
  const source = new SimulatedStorage(machine, new Uint8Array(geometry.sourceSize));
  const store = new SimulatedStorage(machine, await formattedStore(geometry, blocks * blockSize * 4 + 2 ** 20));
  const turn = (): Promise<number> => setImmediate(512);
  const volume = await Volume.open(source, store, { pace: { turn }, now: () => 0n });
  return { volume, source };
};

/** Counts looks at entries: in all, and most in one turn of the event loop. */
const countLooks = (): { looks(): { all: number; most: number } } => {
  let [all, most, inTurn] = [0, 0, 0];
  for (const method of ['isCopied', 'isChanged', 'isLost'] as const) {
    const look = CopyMap.prototype[method];
    vi.spyOn(CopyMap.prototype, method).mockImplementation(function (this: CopyMap, block) {
      all += 1;
      inTurn += 1;
      most = Math.max(most, inTurn);
      return look.call(this, block);
    });
  }
  const turns = setInterval(() => undefined, 1);
  const turn = (): void => {
    inTurn = 0;
    immediate = globalThis.setImmediate(turn);
  };
  let immediate = globalThis.setImmediate(turn);
  return {
    looks: () => {
      clearImmediate(immediate);
      clearInterval(turns);
      vi.restoreAllMocks();
      return { all, most };
    },
  };
};

test('a status looks at each entry a few times, whatever the number of snapshots, and gives way', async () => {
  const blocks = 2 * looksTogether;
  const { volume } = await opened(blocks);
  for (const name of ['one', 'two', 'three', 'four']) await volume.take(name, { policy: 'break' });
  await volume.settled();
  const counting = countLooks();
  const { snapshots } = await volume.lookAround();
  const { all, most } = counting.looks();
  expect(snapshots.map(({ inSource }) => inSource)).toEqual([0, 0, 0, 0]);
  const entries = 4 * blocks;
  expect(all).toBeLessThanOrEqual(5 * entries);
  expect(most).toBeLessThanOrEqual(5 * 4 * looksTogether);
  await volume.close();
});

test('what stands alone is known to, and is not looked at again; a removal and a restore give way', async () => {
  const blocks = 2 * looksTogether;
  const { volume } = await opened(blocks);
  await volume.take('one', { policy: 'break' });
  await volume.settled();
  await volume.take('two', { policy: 'break' });
  await volume.settled();
  const again = countLooks();
  await volume.settled();
  volume.tryAgain();
  expect(again.looks().all).toBe(0);
  const removing = countLooks();
  await volume.write(10 * blockSize, new Uint8Array(5).fill(1));
  await volume.verify('one');
  await volume.restore('one');
  await volume.settled();
  await volume.remove('two');
  expect(removing.looks().most).toBeLessThanOrEqual(8 * looksTogether);
  await volume.close();
});

test('where blocks are, found for all snapshots in one, is where each finds it', async () => {
  const draw = drawFrom(7);
  for (let seed = 0; seed < 400; seed += 1) {
    const all = Array.from({ length: 1 + draw(5) }, () => {
      const kind = draw(4);
      const isChanged = draw(2) === 1;
      const untracked = draw(5) === 0;
      const map = { isCopied: () => kind < 2, isLost: () => kind === 1, isChanged: () => isChanged };
      return { number: 0n, record: { untracked }, map };
    });
    const into = new Int32Array(all.length);
    ownersOf(all as never, 0, into);
    // As the specification has it, one by one.
    const expected = all.map((_, from) => {
      let changed = false;
      for (let at = from; at < all.length && !changed; at += 1) {
        if (all[at]!.map.isCopied()) return at;
        changed = all[at]!.map.isChanged();
      }
      for (let at = from - 1; at >= 0; at -= 1) {
        const { map, record } = all[at]!;
        if (map.isChanged() || record.untracked || (map.isLost() && !changed)) return -1;
        if (map.isCopied()) return at;
      }
      return -1;
    });
    expect([...into].map((owner) => Math.max(owner, -1))).toEqual(expected);
  }
});

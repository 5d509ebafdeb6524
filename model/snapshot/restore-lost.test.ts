/** A copy that rots, or cannot be read, after its restore has begun: all else is restored, and the restore can be ended. */
import { expect, test } from 'vitest';
import { DamageError, StorageError } from './storage.ts';
import { drawFrom, Machine } from './testing/machine.ts';
import { readAll, readSnapshot } from './testing/recovery.ts';
import { anyPace, formattedStore, noPace, openRun, randomSource, smallGeometry } from './testing/scenario.ts';

const blocks = 16;
const geometry = smallGeometry(blocks);
const { sourceSize, blockSize } = geometry;
const lost = [3, blocks - 1];
const begin = (block: number): number => block * blockSize;
const end = (block: number): number => Math.min((block + 1) * blockSize, sourceSize);

/** A volume that is being restored, of which two blocks are lost: what it was, what it is to be, and one that is newer than the snapshot. */
const stalled = async (how: 'rotted' | 'cannot be read') => {
  const machine = new Machine(3);
  const source = randomSource(drawFrom(3), sourceSize).map((value) => value | 1);
  const initial = source.slice();
  const prepared = await openRun(machine, { source, store: await formattedStore(geometry, 2 ** 16) });
  await prepared.take('s');
  await prepared.volume.settled();
  const former = new Uint8Array(sourceSize).fill(9);
  await prepared.volume.write(0, former);
  await prepared.take('newer');
  await prepared.volume.close();
  const contents = { source: prepared.source.seen, store: prepared.store.seen };
  const begun = await openRun(machine, contents, undefined, undefined, noPace);
  await begun.volume.verify('s');
  await begun.volume.restore('s');
  const store = begun.store.seen.slice();
  const bad = lost.map((block) => {
    const at = Buffer.from(store.buffer).indexOf(initial.subarray(begin(block), end(block)));
    expect(at).toBeGreaterThan(0);
    if (how === 'rotted') store[at + 11]! ^= 1;
    return at;
  });
  const run = await openRun(machine, { source: begun.source.seen, store }, undefined, undefined, anyPace(machine));
  const read = run.store.read.bind(run.store);
  run.store.read = async (offset, into) => {
    if (how === 'cannot be read' && bad.some((at) => offset <= at && at < offset + into.length))
      throw new StorageError('failed', 'a bad sector');
    return read(offset, into);
  };
  await run.volume.settled();
  const rest = async (): Promise<void> => {
    run.volume.tryAgain();
    for (let count = 300; count > 0; count -= 1) await machine.while();
    await run.volume.settled();
  };
  return { ...run, initial, former, rest };
};

const expectLost = async (run: Awaited<ReturnType<typeof stalled>>, which: readonly number[]): Promise<void> => {
  for (let block = 0; block < blocks; block += 1) {
    const into = new Uint8Array(end(block) - begin(block));
    const read = run.volume.read(begin(block), into);
    if (which.includes(block)) await expect(read).rejects.toThrow(Error);
    else await read.then(() => expect(into).toEqual(run.initial.slice(begin(block), end(block))));
  }
};

test.each(['rotted', 'cannot be read'] as const)(
  'a block whose copy %s is an error until it is written whole; then the restore ends',
  async (how) => {
    const run = await stalled(how);
    const { volume, initial, former } = run;
    expect(volume.status).toMatchObject({
      restoring: { name: 's', pending: 2 },
      stalled: expect.stringContaining(
        'Block 3 of the volume cannot be restored, and cannot be read until it is written whole',
      ),
    });
    await expectLost(run, lost);
    await expect(volume.write(begin(3) + 1, new Uint8Array(blockSize))).rejects.toThrow(DamageError);
    await expectLost(run, lost);
    const expected = initial.slice().fill(5, begin(3), end(3));
    await volume.write(begin(3), expected.subarray(begin(3), end(3)));
    await run.rest();
    expect(volume.status).toMatchObject({ restoring: { pending: 1 } });
    await volume.zero(begin(blocks - 1), end(blocks - 1) - begin(blocks - 1), true);
    expected.fill(0, begin(blocks - 1));
    await run.rest();
    expect(volume.status).toMatchObject({ restoring: null, stalled: null });
    expect(await readAll(volume)).toEqual(expected);
    // What it was before is the newer snapshot's.
    expect(await readSnapshot(volume, 'newer')).toEqual(former);
    await run.take('next');
    expect(await readSnapshot(volume, 'next')).toEqual(expected);
  },
);

test.each(['rotted', 'cannot be read'] as const)(
  'removing the snapshot ends a restore that stands still, with zeros where its copy %s',
  async (how) => {
    const run = await stalled(how);
    const { volume, initial, former } = run;
    await expect(run.take('next')).rejects.toThrow("while 's' is being restored");
    await volume.remove('s');
    const expected = initial.slice();
    for (const block of lost) expected.fill(0, begin(block), end(block));
    expect(await readAll(volume)).toEqual(expected);
    expect(await readSnapshot(volume, 'newer')).toEqual(former);
    await run.rest();
    expect(volume.status).toMatchObject({ restoring: null, stalled: null, snapshots: [{ name: 'newer' }] });
    await volume.close();
    const again = await openRun(new Machine(4), { source: run.source.seen, store: run.store.seen });
    expect(await readAll(again.volume)).toEqual(expected);
  },
);

test('a power cut in a write that repairs a lost block leaves it lost, or as it was written', async () => {
  for (let cut = 1; cut <= 40; cut += 1) {
    const { source, store, initial, former } = await stalled('rotted');
    const machine = new Machine(cut, cut);
    const opening = openRun(machine, { source: source.seen, store: store.seen }, undefined, undefined, noPace);
    const run = await Promise.race([opening, machine.powerCut.then(() => null)]);
    if (run === null) continue;
    const data = new Uint8Array(blockSize).fill(5);
    const written = run.volume.write(begin(3), data).then(() => true);
    const done = await Promise.race([written, machine.powerCut.then(() => false)]);
    const contents = { source: run.source.afterPowerCut(machine.draw), store: run.store.afterPowerCut(machine.draw) };
    const { volume } = await openRun(new Machine(cut), contents, undefined, undefined, noPace);
    const into = new Uint8Array(blockSize);
    const isLost = await volume.read(begin(3), into).then(
      () => false,
      () => true,
    );
    if (done) expect([cut, isLost, into]).toEqual([cut, false, data]);
    else if (!isLost) expect([cut, into]).toEqual([cut, data]);
    expect(await readSnapshot(volume, 'newer')).toEqual(former);
    if (done) return;
    expect(initial).not.toEqual(former);
  }
  throw new Error('the write was never done');
});

/** A store that is full: the policy of each snapshot holds, and is told. */
import { expect, test } from 'vitest';
import { pageBytes } from '../../hypervisor/guest/index.ts';
import { Agent } from '../../hypervisor/testing/agent.ts';
import { type SnapshotMachine, withSnapshots } from './testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Two snapshots of eight pages, and room for six or so. */
const filled = async (
  policy: 'break' | 'hold',
  body: (machine: SnapshotMachine, write: (page: number) => Promise<void>) => Promise<void>,
): Promise<void> => {
  const agent = new Agent();
  const options = { programs: [agent.program], domain: { pages: 8 }, storePages: 9, snapshots: { increments: true } };
  await withSnapshots(options, async (machine) => {
    const { thread } = machine.domain0;
    const write = (page: number): Promise<void> =>
      agent.do(({ guest }) => guest.memory.write64(page * pageBytes + 8, BigInt(guest.now)));
    for (let page = 0; page < 8; page += 1) await thread.suspend(write(page));
    await machine.snapshots.take(thread, 'one', policy);
    await machine.snapshots.settled(thread);
    await body(machine, write);
  });
};

test.runIf(thorough)('with the policy to break, a full store breaks the snapshot, and the guest goes on', async () => {
  await filled('break', async ({ domain0: { thread }, snapshots, read }, write) => {
    expect(snapshots.status.stalled).toMatch(/blocks of the snapshot store are in use/);
    expect(snapshots.names).toEqual(['one']);
    await thread.suspend(write(7));
    expect(snapshots.status.snapshots).toMatchObject([{ name: 'one', state: 'broken' }]);
    await expect(read('one')).rejects.toThrow("Snapshot 'one' is broken");
    await thread.suspend(write(6));
  });
});

test.runIf(thorough)(
  'with the policy to hold, a write waits until there is room, and the snapshot shows what it should',
  async () => {
    await filled('hold', async ({ domain0: { thread }, snapshots, read, images, sleep }, write) => {
      let written = false;
      const writing = write(7).then(() => {
        written = true;
      });
      await sleep(30_000);
      // While the store is tried again, each 10,000 cycles, the write waits for that and not for room.
      for (let looks = 0; looks < 20 && snapshots.status.heldWrites === 0; looks += 1) await sleep(250);
      expect([written, snapshots.status.heldWrites]).toEqual([false, 1]);
      expect(text(await read('one'))).toBe(text(images.before[0]!));
      await snapshots.remove(thread, 'one');
      await thread.suspend(writing);
      expect([written, snapshots.status.heldWrites]).toEqual([true, 0]);
    });
  },
);

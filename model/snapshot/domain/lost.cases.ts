/** Pages that are lost with their memory before a snapshot has them. */
import { expect, test } from 'vitest';
import { pageBytes, TrustedCalls } from '../../hypervisor/guest/index.ts';
import { Agent } from '../../hypervisor/testing/agent.ts';
import type { Policy } from '../superblock.ts';
import { type SnapshotMachine, withSnapshots } from './testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const pages = 6;

/** Waits for something that comes within some cycles. */
const until = async ({ sleep }: SnapshotMachine, reached: () => boolean): Promise<void> => {
  for (let looks = 0; !reached() && looks < 300; looks += 1) await sleep(1000);
  expect(reached()).toBe(true);
};

/** A domain that has some of its pages in the second memory alone, which dies when a snapshot was just taken; then it is brought back. */
const dying = async (
  policy: Policy,
  body: (machine: SnapshotMachine, agent: Agent, list: (page: number) => Promise<void>) => Promise<void>,
): Promise<void> => {
  const agent = new Agent();
  const options = { programs: [agent.program], domain: { pages }, storePages: 24 };
  await withSnapshots(options, async (machine) => {
    const { domain0, domain, hypervisor, snapshots } = machine;
    const { thread } = domain0;
    const { memory, platform } = hypervisor;
    for (let page = 0; page < pages; page += 1)
      await thread.suspend(agent.do(({ guest }) => guest.memory.write64(page * pageBytes, 7n + BigInt(page))));
    await thread.access((processor) =>
      memory.maps.with(processor, domain, async (map) => {
        for (const page of [2, 3]) await map.move(page, { copies: 'second', form: 0 });
      }),
    );
    await snapshots.take(thread, 'one', policy);
    platform.faults.inject({ kind: 'memory-lost', memory: 1, how: 'errs' });
    await until(machine, () => snapshots.status.stalled !== null || snapshots.names.length === 0);
    await body(machine, agent, (page) =>
      agent.do(async ({ guest, calls }) => {
        await guest.memory.write64(0, BigInt(page));
        expect(await calls.giveBack(0, 1)).toBe(1);
      }),
    );
    platform.faults.inject({ kind: 'memory-replaced', memory: 1 });
    await new TrustedCalls(domain0).memoryReplace(1);
  });
};

test.runIf(thorough)('a page that is lost before it was copied breaks its snapshot, or is held for it', async () => {
  await dying('break', async ({ domain0: { thread }, snapshots, read }, _, giveBack) => {
    expect(snapshots.status.snapshots).toMatchObject([{ name: 'one', state: 'broken' }]);
    await expect(read('one')).rejects.toThrow("Snapshot 'one' is broken");
    await thread.suspend(giveBack(2));
    await snapshots.settled(thread);
    expect(snapshots.status.stalled).toBe(null);
  });
  await dying('hold', async ({ domain0: { thread }, snapshots, images, read, sleep }, _, giveBack) => {
    expect(snapshots.status.stalled).toMatch(/page [23] of domain \d+ was lost with the memory/);
    expect(snapshots.status.snapshots).toMatchObject([{ name: 'one', state: 'live', inSource: 2 }]);
    await expect(read('one')).rejects.toThrow(/page [23] of domain \d+ was lost/);
    const last = await snapshots.read(thread, 'one', 4 * pageBytes, 2 * pageBytes);
    expect(text(last)).toBe(text(images.before[0]!.subarray(4 * pageBytes)));
    let given = false;
    const giving = giveBack(2).then(() => {
      given = true;
    });
    await sleep(30_000);
    expect(given).toBe(false);
    await snapshots.remove(thread, 'one');
    await thread.suspend(giving);
    expect(given).toBe(true);
  });
  await dying('hold', async ({ snapshots, destroy }) => {
    await destroy();
    expect(snapshots.status.snapshots).toMatchObject([{ name: 'one', state: 'broken' }]);
  });
});

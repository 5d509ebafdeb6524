/** A store on a disk of the platform, which hangs and is faked in the middle. */
import { expect, test } from 'vitest';
import { pageBytes, TrustedCalls } from '../../hypervisor/guest/index.ts';
import type { Thread } from '../../hypervisor/schedule/index.ts';
import { Agent } from '../../hypervisor/testing/agent.ts';
import { StorageError } from '../storage.ts';
import { DiskStorage } from './index.ts';
import { type SnapshotMachine, withSnapshots } from './testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Waits until disk 0 has failed, and puts it back into service. */
const revive = async ({ hypervisor, sleep }: SnapshotMachine, thread: Thread): Promise<void> => {
  const bit = 1;
  const until = async (done: () => Promise<boolean>): Promise<void> => {
    while (!(await done())) await sleep(500);
  };
  const on = <Result>(work: Parameters<typeof thread.access<Result>>[0]): Promise<Result> => thread.access(work);
  await until(() =>
    on(async ({ registers: { controller } }) => ((await controller.resource_faulted.read()).resources & bit) !== 0),
  );
  await on(({ registers: { controller } }) => controller.port_reset.write({ ports: bit }));
  await until(() =>
    on(async ({ registers: { controller } }) => ((await controller.port_drained.read()).ports & bit) !== 0),
  );
  await on(({ registers: { controller } }) => controller.port_readmit.write({ ports: bit }));
  await until(() =>
    on(async ({ registers: { controller } }) => {
      await controller.resource_readmit.write({ resources: bit });
      return ((await controller.resource_faulted.read()).resources & bit) === 0;
    }),
  );
  expect(hypervisor.platform.faults.happened.at(-1)?.fault.kind).toBe('device-hang');
};

test.runIf(thorough)(
  'what is answered for a disk that hangs in any cycle of a read is never taken for its content',
  async () => {
    const agent = new Agent();
    await withSnapshots({ programs: [agent.program], domain: { pages: 1 }, storePages: 8 }, async (machine) => {
      const { domain0, hypervisor, service } = machine;
      const { thread } = domain0;
      const { clock, faults } = hypervisor.platform;
      const disk = await DiskStorage.open(clock, thread, service.ports, 0, 4);
      const content = Uint8Array.from({ length: pageBytes }, (_, at) => (at * 37) & 0x7f);
      await service.ports.until(thread, disk.write(pageBytes, content));
      const readOnce = async (): Promise<Uint8Array> => {
        const into = new Uint8Array(pageBytes);
        await service.ports.until(thread, disk.read(pageBytes, into));
        return into;
      };
      const begin = clock.now;
      expect(text(await readOnce())).toBe(text(content));
      const cycles = clock.now - begin;
      let failed = 0;
      // The buffer is read at the end.
      const offsets = thorough
        ? Array.from({ length: 60 }, (_, index) => Math.floor((index * cycles) / 60))
        : [cycles - 400, cycles - 200, cycles - 60];
      for (const offset of offsets) {
        faults.inject({ kind: 'device-hang', device: 'disk0' }, clock.now + offset);
        try {
          expect(text(await readOnce())).toBe(text(content));
        } catch (error) {
          if (!(error instanceof StorageError)) throw error;
          failed += 1;
        }
        // Whatever came of it, the next access meets a disk that hangs.
        await expect(readOnce()).rejects.toThrow('disk 0: ');
        await revive(machine, thread);
      }
      expect(failed).toBeGreaterThan(0);
    });
  },
);

test.runIf(thorough)(
  'a store on a disk: while it hangs and is faked, snapshots break or writes wait, as they were taken',
  async () => {
    const agent = new Agent();
    const pages = 4;
    const options = {
      programs: [agent.program],
      domain: { pages },
      storeOn: (machine: Pick<SnapshotMachine, 'hypervisor' | 'domain0' | 'service'>) =>
        DiskStorage.open(machine.hypervisor.platform.clock, machine.domain0.thread, machine.service.ports, 0, 24),
    };
    await withSnapshots(options, async (machine) => {
      const { domain0, snapshots, images, read, hypervisor, sleep } = machine;
      const { thread } = domain0;
      const { faults } = hypervisor.platform;
      const write = (page: number): Promise<void> =>
        agent.do(({ guest }) => guest.memory.write64(page * pageBytes + 8, BigInt(guest.now)));
      for (let page = 0; page < pages; page += 1) await thread.suspend(write(page));
      await snapshots.take(thread, 'one', 'break');
      await thread.suspend(write(3));
      await snapshots.settled(thread);
      expect(text(await read('one'))).toBe(text(images.before[0]!));

      await snapshots.take(thread, 'two', 'break');
      faults.inject({ kind: 'device-hang', device: 'disk0' });
      await thread.suspend(write(3));
      expect(snapshots.status.snapshots.map(({ name, state }) => [name, state])).toEqual([
        ['one', 'live'],
        ['two', 'broken'],
      ]);
      await expect(read('two')).rejects.toThrow(/broken|disk 0/);
      await expect(snapshots.take(thread, 'none', 'break')).rejects.toThrow('disk 0: ');
      await revive(machine, thread);
      expect(text(await read('one'))).toBe(text(images.before[0]!));

      const before = images.before.length;
      await snapshots.take(thread, 'three', 'hold');
      expect(snapshots.names).toEqual(['one', 'three']);
      faults.inject({ kind: 'device-hang', device: 'disk0' });
      let written = false;
      const writing = write(3).then(() => {
        written = true;
      });
      await sleep(60_000);
      expect(written).toBe(false);
      await revive(machine, thread);
      await thread.suspend(writing);
      expect(text(await read('three'))).toBe(text(images.before[before]!));
      // All of it in the middle of everything: the domain goes with a snapshot that is yet to be copied.
      await snapshots.take(thread, 'four', 'break');
      await new TrustedCalls(domain0).pause(machine.domain);
      await machine.destroy();
      expect(text(await read('four'))).toBe(text(images.before[before + 1]!));
    });
  },
);

/** A tree on the platform's disks, behind the controller: one hangs and is faked, and power is cut in the midst of writes. */
import { expect, test } from 'vitest';
import { createModelPlatform, PowerCutError, startFirmware } from '../../hardware/platform/index.ts';
import { DiskError, PlatformDisk } from '../../hypervisor/disk/platform-disk.ts';
import { DiskTree } from './disk-tree.ts';
import { clock, stateOf, statesOf, steps } from './small-run.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const blocks = 64;
const contentBytes = blocks * 4096;

/** A machine whose disks hold what others held. */
const machine = async (contents: readonly Uint8Array[] = []) => {
  const platform = await createModelPlatform({ options: { memoryBytes: 2 ** 20, diskBlocks: blocks } });
  for (const [index, content] of contents.entries()) platform.outside.disks[index as 0 | 1].write(0, content);
  await platform.run(() => startFirmware(platform));
  const port = {
    do: <T>(work: (one: (typeof platform.processors)[number]) => Promise<T>) => work(platform.processors[0]!),
  };
  const disk = (index: 0 | 1): Promise<PlatformDisk | null> =>
    PlatformDisk.open(platform.clock, port, index).catch((error: unknown) => {
      if (error instanceof DiskError) return null;
      throw error;
    });
  const open = async (): Promise<DiskTree> => DiskTree.open([await disk(0), await disk(1)], { now: clock() });
  const contentsNow = (): readonly Uint8Array[] => platform.outside.disks.map((one) => one.read(0, contentBytes));
  return { platform, open, contentsNow };
};

/** Runs the steps, with a fault so many cycles after the first of them begins; how many were acknowledged, and how many cycles they took. */
const run = async (
  { platform, open }: Awaited<ReturnType<typeof machine>>,
  fault?: Parameters<typeof platform.faults.inject>[0],
  after = 0,
) => {
  let acknowledged = 0;
  let began = 0;
  let tree: DiskTree | null = null;
  const ended = platform.run(async () => {
    tree = await open();
    began = platform.clock.now;
    if (fault !== undefined) platform.faults.inject(fault, began + after);
    for (const step of steps) {
      await step(tree);
      acknowledged += 1;
    }
  });
  await ended.catch((error: unknown) => {
    if (!(error instanceof PowerCutError)) throw error;
  });
  return { acknowledged, cycles: platform.clock.now - began, tree: tree as DiskTree | null };
};

test('power is cut in the midst of writes: what was acknowledged is there, and of what was not, all or nothing', async () => {
  const states = await statesOf();
  const whole = await machine();
  const { cycles } = await run(whole);
  whole.platform.close();
  const cuts = thorough ? 100 : 3;
  for (let cut = 0; cut < cuts; cut += 1) {
    const cutOff = await machine();
    const { acknowledged } = await run(cutOff, { kind: 'power-cut' }, Math.floor(((cut + 0.5) * cycles) / cuts));
    expect(acknowledged).toBeLessThan(steps.length);
    const next = await machine(cutOff.contentsNow());
    cutOff.platform.close();
    const found = await next.platform.run(async () => stateOf(await next.open()));
    expect(states.slice(acknowledged, acknowledged + 2)).toContainEqual(found);
    next.platform.close();
  }
}, 1_800_000);

test.each(thorough ? ([[0], [1]] as const) : ([[0]] as const))(
  'disk %i hangs and is faked: all is acknowledged, and there when domain 0 is started anew',
  async (dying) => {
    const states = await statesOf();
    const runs = thorough ? 20 : 2;
    for (let index = 0; index < runs; index += 1) {
      const hurt = await machine();
      const fault = { kind: 'device-hang', device: `disk${dying}` as 'disk0' | 'disk1' } as const;
      const { acknowledged, tree } = await run(hurt, fault, 3000 + index * 4000);
      expect([acknowledged, tree?.disks]).toEqual([steps.length, 1]);
      const again = await hurt.platform.run(async () => {
        const opened = await hurt.open();
        return [await stateOf(opened), opened.disks];
      });
      expect(again).toEqual([states.at(-1), 1]);
      // With the power off and on it is there again, left behind.
      const next = await machine(hurt.contentsNow());
      hurt.platform.close();
      const both = await next.platform.run(async () => {
        const opened = await next.open();
        return [await stateOf(opened), opened.disks];
      });
      expect(both).toEqual([states.at(-1), 2]);
      next.platform.close();
    }
  },
  1_800_000,
);

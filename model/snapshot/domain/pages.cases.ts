/** Pages that others reach, or that go, in the middle of a snapshot. */
import { expect, test } from 'vitest';
import {
  grantAreaAddress,
  PacketRing,
  pageBytes,
  type ReceivedFrame,
  virtualEvents,
} from '../../hypervisor/guest/index.ts';
import { steerTo, testFrame } from '../../hypervisor/packets/testing.ts';
import { Agent, type Kit } from '../../hypervisor/testing/agent.ts';
import { type SnapshotMachine, twoGuests, withSnapshots } from './testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const grantee = 2;
const pattern = 0x5a5a_1234_5a5a_1234n;

/** The trap of a page that stands there. */
const trapOf = ({ hypervisor: { memory }, domain0: { thread }, domain }: SnapshotMachine, page: number) =>
  thread.access((processor) =>
    memory.maps.with(processor, domain, async (map) => {
      const entry = await map.read(page);
      return 'backing' in entry ? entry.trap : undefined;
    }),
  );

const patternPage = (): Uint8Array => {
  const bytes = Buffer.alloc(pageBytes);
  for (let at = 0; at < pageBytes; at += 8) bytes.writeBigUInt64LE(pattern, at);
  return bytes;
};

test('a page that is granted, given back, swept or destroyed in the middle of a snapshot is shown as it was', async () => {
  const pages = 12;
  const agent = new Agent();
  const { second } = await twoGuests();
  await withSnapshots({ programs: [agent.program], domain: { pages }, storePages: 40 }, async (machine) => {
    const { domain0, domain, snapshots, images, read, destroy } = machine;
    const { thread } = domain0;
    const doing = <Result>(job: (kit: Kit) => Promise<Result>): Promise<Result> => thread.suspend(agent.do(job));
    await doing(async ({ guest, calls }) => {
      for (let page = 0; page < pages; page += 1)
        await guest.memory.write64(page * pageBytes + 24, 1000n + BigInt(page));
      for (const page of [6, 7]) await guest.memory.write(page * pageBytes, patternPage());
      // Swept, and given back, before the instant.
      expect(await calls.sweep({ pattern, page: 6, count: 1 })).toBe(1);
      await guest.memory.write64(0, 5n);
      expect(await calls.giveBack(0, 1)).toBe(1);
    });
    await snapshots.take(thread, 'one', 'break');
    const image = images.before[0]!;
    image.set(patternPage(), 6 * pageBytes);
    for (const page of [8, 9, 10, 11]) expect([page, await trapOf(machine, page)]).toEqual([page, 'snapshot']);

    const reference = await doing(({ grants }) => grants.grant(grantee, 11));
    const handle = await thread.suspend(
      second[0].do(async ({ guest, calls }) => {
        const mapped = await calls.grantMap({
          domain,
          reference,
          page: grantAreaAddress / pageBytes,
          write: true,
        });
        await guest.memory.write64(grantAreaAddress + 24, 7n);
        return mapped;
      }),
    );
    const swept = await doing(async ({ guest, calls }) => {
      // Those that it had: 9 goes, 7 is swept, and both come back with something else; 6 and 5, which were gone, too.
      await guest.memory.write64(0, 9n);
      expect(await calls.giveBack(0, 1)).toBe(1);
      expect(await calls.take(0, 1)).toBe(1);
      await guest.memory.write64(9 * pageBytes, 1n);
      const taken = await calls.sweep({ pattern, page: 7, count: 1 });
      for (const page of [7, 6]) await guest.memory.write64(page * pageBytes, 2n);
      await guest.memory.write64(0, 5n);
      expect(await calls.take(0, 1)).toBe(1);
      await guest.memory.write64(5 * pageBytes, 3n);
      return taken;
    });
    expect(swept).toBe(1);
    expect(text(await read('one'))).toBe(text(image));
    await thread.suspend(second[0].do(({ calls }) => calls.grantUnmap(handle)));
    await snapshots.take(thread, 'two', 'break');
    expect(await trapOf(machine, 11)).toBe('snapshot');
    await destroy();
    expect(snapshots.status.snapshots.map(({ name, state, inSource }) => [name, state, inSource])).toEqual([
      ['one', 'live', 0],
      ['two', 'live', 0],
    ]);
    expect(text(await read('one'))).toBe(text(image));
    expect(text(await read('two'))).toBe(text(images.before[1]!));
    await expect(snapshots.take(thread, 'three', 'break')).rejects.toThrow('is gone');
  });
});

/** Waits for so many frames, and takes them. */
const taken = async ({ events }: Kit, ring: PacketRing, count: number): Promise<readonly ReceivedFrame[]> => {
  const all: ReceivedFrame[] = [];
  while (all.length < count) {
    await events.wait(virtualEvents.packets);
    all.push(...(await ring.take()));
  }
  return all;
};

test.runIf(thorough)(
  'frames go on coming into rings by DMA while snapshots are taken, also into one that is opened on trapped pages',
  async () => {
    const pages = 19;
    const agent = new Agent();
    await withSnapshots(
      { programs: [agent.program], domain: { pages }, storePages: 64, snapshots: { increments: true } },
      async (machine) => {
        const { domain0, snapshots, images, read, hypervisor } = machine;
        const { thread } = domain0;
        const { outside, clock } = hypervisor.platform;
        const frames = Array.from({ length: 14 }, (_, index) => testFrame(1, index, 60 + 37 * (index % 9)));
        const hexes = (all: readonly Uint8Array[]): readonly string[] =>
          all.map((frame) => Buffer.from(frame).toString('hex'));
        const receive = async (page: number): Promise<void> => {
          const ring = await thread.suspend(
            agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page, entries: 4 })),
          );
          await steerTo(domain0, ring.client);
          for (const [index, frame] of frames.entries()) outside.network[0].send(frame, clock.now + 300 * (index + 1));
          const receiving = agent.do((kit) => taken(kit, ring, frames.length));
          await snapshots.take(thread, `at ${page}`, 'break');
          const got = await thread.suspend(receiving);
          expect(hexes(got.map(({ data }) => data))).toEqual(hexes(frames));
          await thread.suspend(agent.do(() => ring.close()));
        };
        await receive(0);
        expect(await trapOf(machine, 17)).toBe('snapshot');
        await receive(9);
        let moved = 0;
        for (const [index, name] of snapshots.names.entries()) {
          const shown = await read(name);
          const [before, after] = [images.before[index]!, images.after[index]!];
          // Of what devices wrote in the pause, either is right.
          const wrong = shown.findIndex((byte, at) => byte !== before[at] && byte !== after[at]);
          expect([name, wrong]).toEqual([name, -1]);
          moved += before.reduce((count, byte, at) => count + Number(byte !== after[at]), 0);
        }
        expect(moved).toBeGreaterThan(0);
      },
    );
  },
);

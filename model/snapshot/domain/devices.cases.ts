/** A device that writes a domain's pages while snapshots of it are taken. */
import { expect, test } from 'vitest';
import { type GuestProgram, PacketRing, pageBytes, virtualEvents } from '../../hypervisor/guest/index.ts';
import { steerTo, testFrame } from '../../hypervisor/packets/testing.ts';
import { Agent } from '../../hypervisor/testing/agent.ts';
import { type SnapshotMachine, withSnapshots } from './testing/machine.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const hexes = (all: readonly Uint8Array[]): readonly string[] => all.map((frame) => Buffer.from(frame).toString('hex'));

/** Pages of a ring of 32 entries, from this one on; its client's page is the next. */
const firstPage = 2;
const ringPages = 16;
const entriesLog2 = 5;
/** Cycles between frames: the ring holds those that come while the domain stands still. */
const apart = 900;

const trapsOf = ({ hypervisor: { memory }, domain0: { thread }, domain }: SnapshotMachine) =>
  thread.access((processor) =>
    memory.maps.with(processor, domain, async (map) => {
      const entries = await map.entries(firstPage, ringPages);
      return entries.map(({ entry }) => (entry.kind === 'page' ? entry.trap : undefined));
    }),
  );

const gateOf = ({ domain0: { thread } }: SnapshotMachine) =>
  thread.access(async ({ registers: { gate } }) => ({
    holds: Number(await gate.holds.read()),
    cycles: Number(await gate.held_cycles.read()),
  }));

test.each(
  thorough
    ? [false, true].flatMap((increments) => Array.from({ length: 60 }, (_, run) => ({ increments, after: 17 * run })))
    : [{ increments: true, after: 75 }],
)(
  'a device that writes on and on waits for copies of its pages, and neither what it writes nor what was there is lost: %o',
  async ({ increments, after }) => {
    const pages = 20;
    const agent = new Agent();
    const options = { programs: [agent.program], domain: { pages }, storePages: 64, snapshots: { increments } };
    await withSnapshots(options, async (machine) => {
      const { domain0, snapshots, images, read, hypervisor, sleep } = machine;
      const { thread } = domain0;
      const { outside, clock } = hypervisor.platform;
      const ring = await thread.suspend(
        agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page: firstPage, entries: entriesLog2 })),
      );
      await steerTo(domain0, ring.client);
      const names = ['one', 'two'];
      const frames = Array.from({ length: 30 }, (_, index) => testFrame(1, index, 60 + 97 * (index % 14)));
      const begun = await gateOf(machine);
      for (const [index, frame] of frames.entries()) outside.network[0].send(frame, clock.now + apart * (index + 1));
      const end = clock.now + apart * (frames.length + 1) + 60_000;
      const receiving = agent.do(async ({ events }) => {
        const got: Uint8Array[] = [];
        while (got.length < frames.length && clock.now < end) {
          await events.wait(virtualEvents.packets, Math.min(end, clock.now + 1000));
          got.push(...(await ring.take()).map(({ data }) => data));
        }
        return got;
      });
      await sleep(1500 + after);
      for (const name of names) {
        await snapshots.take(thread, name, 'break');
        if (increments) expect(await trapsOf(machine)).toContain('snapshot');
        await sleep(2500);
      }
      const got = await thread.suspend(receiving);
      expect(hexes(got)).toEqual(hexes(frames));
      await snapshots.settled(thread);
      for (const [index, name] of names.entries()) {
        const shown = await read(name);
        // All pages are of one instant, but the client's own, which domain 0 writes.
        const ringOf = (image: Uint8Array): string =>
          text(image.subarray(firstPage * pageBytes, (firstPage + ringPages) * pageBytes));
        expect([name, ringOf(shown)]).toEqual([name, ringOf(images.stopped[index]!)]);
      }
      const { holds } = await gateOf(machine);
      if (increments) expect(holds).toBeGreaterThan(begun.holds);
      const dropped = await thread.access(({ registers: { receiver } }) => receiver.overflow.at(ring.client).read());
      expect(Number(dropped)).toBe(0);
    });
  },
);

test('with the policy to hold, no device waits: its pages are copied in the pause', async () => {
  const agent = new Agent();
  await withSnapshots({ programs: [agent.program], domain: { pages: 20 }, storePages: 32 }, async (machine) => {
    const { domain0, snapshots } = machine;
    const { thread } = domain0;
    await thread.suspend(
      agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page: firstPage, entries: entriesLog2 })),
    );
    await snapshots.take(thread, 'one', 'hold');
    expect(await trapsOf(machine)).toEqual(Array.from({ length: ringPages }, () => undefined));
  });
});

/** Cycles after which a frame that was sent has come to the gate. */
const arrival = 1500;

test("a device's first write to a page waits for its copy, and not for a slice of guests that keep every processor busy", async () => {
  const agent = new Agent();
  let going = true;
  // They never wait for anything, so that each keeps its processor to the end of its slice.
  const busy: GuestProgram = async ({ memory }) => {
    while (going) await memory.read64(0);
  };
  const programs = [agent.program, busy, busy, busy];
  await withSnapshots({ programs, domain: { pages: 20 }, storePages: 64 }, async (machine) => {
    const { domain0, snapshots, hypervisor } = machine;
    const { thread } = domain0;
    const { outside, clock, processors } = hypervisor.platform;
    const ring = await thread.suspend(
      agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page: firstPage, entries: entriesLog2 })),
    );
    await steerTo(domain0, ring.client);
    await snapshots.take(thread, 'one', 'break');
    // Beside the threads, so that looking takes no time of theirs.
    const { gate } = processors[1]!.registers;
    const counted = async () => ({
      holds: Number(await gate.holds.read()),
      cycles: Number(await gate.held_cycles.read()),
    });
    const delays = await thread.suspend(
      (async () => {
        const all: number[] = [];
        let before = await counted();
        for (let sent = 0; sent < 16; sent += 1) {
          outside.network[0].send(testFrame(1, sent, 1000), clock.now + 10 + 71 * sent);
          await clock.sleep(arrival + 71 * sent);
          while ((await gate.status.read()).held === 1) await clock.sleep(100);
          const after = await counted();
          if (after.holds > before.holds) all.push((after.cycles - before.cycles) / (after.holds - before.holds));
          before = after;
        }
        return all;
      })(),
    );
    going = false;
    // Two entries lie in a page, of which the first to be written is held.
    expect(delays.length).toBeGreaterThanOrEqual(7);
    if (thorough) process.stderr.write(`held for ${delays.join(', ')} cycles\n`);
    // A copy and what is under way beside it; a slice is ten times as long.
    expect(Math.max(...delays)).toBeLessThan(1000);
  });
});

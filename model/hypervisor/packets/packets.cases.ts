import { expect, test } from 'vitest';
import { grantAreaAddress, PacketRing, pageBytes, TrustedCalls, virtualEvents } from '../guest/index.ts';
import { outcomeOf } from '../testing/agent.ts';
import { twoGuests } from '../testing/machine.ts';
import { numbered, steerTo, taken, testFrame, withReceiver } from './testing.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

test('frames are in the ring of their client in order, and none reaches a page that was taken back', async () => {
  await withReceiver(12, async ({ domain0, agent, send, sleep }) => {
    const ring = await domain0.thread.suspend(
      agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page: 2, entries: 3 })),
    );
    await steerTo(domain0, ring.client);
    const frames = numbered(20);
    send(frames, 600);
    const got = await domain0.thread.suspend(agent.do((kit) => taken(kit, ring, frames.length)));
    expect(got.map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(
      frames.map((frame) => Buffer.from(frame).toString('hex')),
    );
    expect(got[0]).toMatchObject({ length: 60, chainStart: true });
    // A page of the ring stays where it is, and cannot be given away.
    const refused = await domain0.thread.suspend(
      agent.do(async ({ guest, calls }) => {
        await guest.memory.write64(0, 2n);
        return calls.giveBack(0, 1);
      }),
    );
    expect(refused).toBe(0);
    const before = await domain0.thread.suspend(
      agent.do(({ guest }) => guest.memory.read(2 * pageBytes, 4 * pageBytes)),
    );
    // In the middle of frames.
    send(numbered(40, 100), 30);
    await sleep(700);
    const closed = await domain0.thread.suspend(
      agent.do(async ({ guest }) => {
        await ring.close();
        return guest.memory.read(2 * pageBytes, 4 * pageBytes);
      }),
    );
    expect(Buffer.compare(closed, before)).not.toBe(0);
    await sleep(3000);
    const after = await domain0.thread.suspend(
      agent.do(({ guest }) => guest.memory.read(2 * pageBytes, 4 * pageBytes)),
    );
    expect(Buffer.compare(after, closed)).toBe(0);
    // Whoever has the client next gets its own frames alone.
    const second = await domain0.thread.suspend(
      agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page: 7, entries: 2 })),
    );
    expect(second.client).toBe(ring.client);
    send(numbered(2, 200));
    const own = await domain0.thread.suspend(agent.do((kit) => taken(kit, second, 2)));
    expect(own.map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(
      numbered(2, 200).map((frame) => Buffer.from(frame).toString('hex')),
    );
  });
});

test('wild indices, pages and numbers of a client harm nobody, and a client of nobody else is reached', async () => {
  await withReceiver(12, async ({ domain0, agent, domain, send, sleep }) => {
    const { hypervisor, first } = await twoGuests();
    const trusted = new TrustedCalls(domain0);
    const refused = await domain0.thread.suspend(
      agent.do(async ({ calls }) => [
        await outcomeOf(calls.packetsOpen(2, 0)),
        await outcomeOf(calls.packetsOpen(2, 13)),
        await outcomeOf(calls.packetsOpen(11, 1)),
        await outcomeOf(calls.packetsOpen(grantAreaAddress / pageBytes, 1)),
        await outcomeOf(calls.call(15, 2, 1, 2)),
        await outcomeOf(calls.packetsClose(0)),
      ]),
    );
    expect(refused).toEqual(['EINVAL', 'EINVAL', 'ENOENT', 'EINVAL', 'EINVAL', 'ENOENT']);
    // Two rings of the same pages: what one holds, the other writes over.
    const ring = await domain0.thread.suspend(
      agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page: 2, entries: 2 })),
    );
    const other = await domain0.thread.suspend(agent.do(({ calls }) => calls.packetsOpen(3, 2)));
    expect(await domain0.thread.suspend(agent.do(({ calls }) => outcomeOf(calls.packetsOpen(6, 1))))).toBe('ENOSPC');
    expect(await domain0.thread.suspend(first.do(({ calls }) => outcomeOf(calls.packetsClose(other))))).toBe('ENOENT');
    await steerTo(domain0, ring.client);
    // More than the ring holds, while the guest says that it has read what it has not.
    const wild = [2n ** 64n - 1n, 0x1_0000n, 0xffffn, 17n, 3n, 2n ** 32n];
    send(numbered(24), 150);
    for (const word of wild) {
      await domain0.thread.suspend(
        agent.do(async ({ guest, calls }) => {
          await guest.memory.write64(4 * pageBytes + 0xff8, word);
          await calls.block(guest.now + 400);
        }),
      );
      const { used, stopped } = await domain0.thread.access(async ({ registers: { receiver } }) => {
        const { index: consumer } = await receiver.consumer.at(ring.client).read();
        const { index: producer } = await receiver.producer.at(ring.client).read();
        return { used: (producer - consumer) & 0xffff, stopped: (await receiver.ring_stopped.read()).rings };
      });
      expect(used).toBeLessThanOrEqual(4);
      expect(stopped).toBe(0);
    }
    // What did not fit is counted.
    await sleep(3000);
    const [overflow, drops] = await domain0.thread.access(async ({ registers: { receiver, packets } }) => [
      Number(await receiver.overflow.at(ring.client).read()),
      Number(await packets.client_drops.at(ring.client).read()),
    ]);
    expect(overflow! + drops!).toBeGreaterThan(10);
    // Domain 0 lets it have no more.
    await trusted.packetsAccept(ring.client, false);
    send(numbered(3, 50));
    await sleep(3000);
    const now = await domain0.thread.access(({ registers: { packets } }) =>
      packets.client_drops.at(ring.client).read(),
    );
    expect(Number(now) - drops!).toBe(3);
    await trusted.packetsAccept(ring.client, true);
    expect(await outcomeOf(trusted.packetsAccept(7, true))).toBe('ENOENT');
    expect(await outcomeOf(trusted.packetsCap(ring.client, 2 ** 41))).toBe('EINVAL');
    // It is destroyed with both open, in the middle of frames.
    send(numbered(30, 60), 40);
    const status = await domain0.thread.access((processor) => hypervisor.domains.status(processor, domain));
    expect(status).toMatchObject({ state: 'running', has: 12 });
  });
});

/** Bits a second, and how many frames are sent. */
const caps = [
  { cap: 64_000, count: 400 },
  { cap: 640_000, count: 400 },
  { cap: 6_400_000, count: 60 },
  { cap: 25_600_000, count: 400 },
];

const clockRate = 100_000_000;
const frameBits = 512;

test.each(thorough ? caps : caps.filter(({ cap }) => cap === 6_400_000))(
  'a capped client gets what its cap pays for, within one percent: $cap bits a second',
  async ({ cap, count }) => {
    await withReceiver(8, async ({ domain0, agent, send }) => {
      const { clock } = (await twoGuests()).hypervisor.platform;
      const ring = await domain0.thread.suspend(
        agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page: 2, entries: 2 })),
      );
      await steerTo(domain0, ring.client);
      // Frames of 64 bytes, of which every second may pass.
      await new TrustedCalls(domain0).packetsCap(ring.client, cap);
      const due = (frameBits * clockRate) / cap;
      const every = due / 2;
      send(
        Array.from({ length: count }, (_, index) => testFrame(index & 0xff, index)),
        every,
      );
      const paid: number[] = [];
      let last = await domain0.thread.access(({ registers }) => registers.receiver.consumer.at(ring.client).read());
      const reading = agent.do(async ({ events }) => {
        const end = clock.now + every * (count - 4);
        while (clock.now < end) {
          await events.wait(virtualEvents.packets, end);
          await ring.take();
        }
      });
      const end = clock.now + every * (count - 6);
      while (clock.now < end) {
        await domain0.thread.suspend(clock.sleep(every / 20));
        const seen = await domain0.thread.access(({ registers }) => registers.receiver.consumer.at(ring.client).read());
        for (let index = last.index; index < seen.index; index += 1) paid.push(clock.now);
        last = seen;
      }
      await domain0.thread.suspend(reading);
      const steady = paid.slice(4);
      const cycles = (steady.at(-1)! - steady[0]!) / (steady.length - 1);
      if (thorough) console.info(`${cap} bits a second: ${cycles.toFixed(1)} cycles a frame, of ${due} that are due`);
      expect(Math.abs(cycles - due) / due).toBeLessThan(0.01);
    });
  },
);

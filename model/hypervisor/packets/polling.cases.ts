import { expect, test } from 'vitest';
import { PacketRing, pageBytes, virtualEvents } from '../guest/index.ts';
import { twoGuests } from '../testing/machine.ts';
import { steerTo, taken, testFrame, withReceiver } from './testing.ts';

test('a client with many chains is polled, and interrupted again when nothing comes; one that asked for it is never interrupted', async () => {
  await withReceiver(36, async ({ domain0, agent, send, sleep }) => {
    const { clock } = (await twoGuests()).hypervisor.platform;
    const { thread } = domain0;
    const open = (page: number, entries: number, polled: boolean): Promise<PacketRing> =>
      thread.suspend(agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page, entries, polled })));
    const ring = await open(1, 6, false);
    const interrupted = ({ client }: PacketRing): Promise<boolean> =>
      thread.access(
        async ({ registers: { receiver } }) => (((await receiver.interrupt_enable.read()).chains >>> client) & 1) === 1,
      );
    // Each frame is a chain of its own.
    const chains = (count: number): Uint8Array[] =>
      Array.from({ length: count }, (_, index) => testFrame(index, index));
    await steerTo(domain0, ring.client);
    expect(await interrupted(ring)).toBe(true);
    send(chains(3), 3000);
    await thread.suspend(agent.do((kit) => taken(kit, ring, 3)));
    expect(await interrupted(ring)).toBe(true);
    // Two interrupts of 20 chains each.
    const moderate = (number: number): Promise<void> =>
      thread.access(({ registers: { receiver } }) => receiver.moderation.write({ chains: number, cycles: 0xffff }));
    await moderate(20);
    send(chains(20), 30);
    await sleep(6000);
    expect(await interrupted(ring)).toBe(true);
    send(chains(20), 30);
    for (let wait = 0; wait < 20 && (await interrupted(ring)); wait += 1) await sleep(1000);
    expect(await interrupted(ring)).toBe(false);
    await moderate(1);
    const looks = (count: number): Promise<number> =>
      thread.suspend(
        agent.do(async ({ guest, calls }) => {
          let frames = 0;
          for (let look = 0; look < count; look += 1) {
            frames += (await ring.take()).length;
            await calls.block(guest.now + 200);
          }
          return frames;
        }),
      );
    expect(await looks(3)).toBeGreaterThan(8);
    expect(await interrupted(ring)).toBe(false);
    await looks(6);
    expect(await interrupted(ring)).toBe(true);
    const begin = clock.now;
    send(chains(1), 100);
    await thread.suspend(agent.do((kit) => taken(kit, ring, 1)));
    expect(clock.now - begin).toBeLessThan(3000);
    await thread.suspend(agent.do(() => ring.close()));

    const silent = await open(1, 2, true);
    await steerTo(domain0, silent.client);
    send(chains(2), 100);
    await sleep(3000);
    expect(await interrupted(silent)).toBe(false);
    const [before, after, woken] = await thread.suspend(
      agent.do(async ({ guest, calls, events }) => {
        const producer = () => guest.memory.read64(pageBytes * (1 + 2));
        const none = await producer();
        await calls.block(guest.now + 100);
        const some = await producer();
        expect(await silent.take()).toHaveLength(2);
        await events.wait(virtualEvents.packets, guest.now + 10);
        // Without a look of its own, one comes by the clock.
        send(chains(1), 100);
        const from = guest.now;
        await events.wait(virtualEvents.packets);
        return [none, some, guest.now - from] as const;
      }),
    );
    expect(after - before).toBe(2n);
    expect(woken).toBeGreaterThan(3000);
    expect(woken).toBeLessThan(25_000);
    expect(await interrupted(silent)).toBe(false);
    // However long nothing comes: four empty looks would give another client its interrupt back.
    await thread.suspend(
      agent.do(async ({ guest, calls }) => {
        expect(await silent.take()).toHaveLength(1);
        for (let empty = 0; empty < 6; empty += 1) await calls.block(guest.now + 200);
      }),
    );
    expect(await interrupted(silent)).toBe(false);
  });
});

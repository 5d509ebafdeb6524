import { expect, test } from 'vitest';
import type { Fault } from '../../hardware/platform/index.ts';
import { PacketRing, virtualEvents } from '../guest/index.ts';
import { twoGuests } from '../testing/machine.ts';
import { NetworkPorts } from './failover.ts';
import { steerTo, testFrame, withReceiver } from './testing.ts';

const thorough = process.env.PORTCULLIS_THOROUGH === '1';

/** As the machine of the tests has it, and the firmware. */
const deviceTimeout = 2000;
const every = 3000;
const apart = 250;

type Kind = 'device-hang' | 'device-error' | 'device-babble' | 'link';

const faultOf = (kind: Kind, device: 'network0' | 'network1'): Fault =>
  kind === 'link' ? { kind, device, up: false } : { kind, device };

/** One after the other: what happens to the port that takes frames, and how far into the traffic. */
const rounds: readonly { readonly kind: Kind; readonly after: number }[] = thorough
  ? Array.from({ length: 24 }, (_, round) => ({
      kind: (['device-hang', 'device-error', 'device-babble', 'link'] as const)[round % 4]!,
      after: 1500 + ((round * 977) % 4000),
    }))
  : [{ kind: 'device-hang', after: 2100 }];

test('a network port that dies in traffic is noticed by itself, the other takes over, and no packet is counted twice', async () => {
  const { hypervisor } = await twoGuests();
  const { clock, faults, outside } = hypervisor.platform;
  await withReceiver(12, async ({ domain0, agent }) => {
    const { thread } = domain0;
    const ring = await thread.suspend(
      agent.do(({ guest, calls }) => PacketRing.open(guest, calls, { page: 2, entries: 4 })),
    );
    await steerTo(domain0, ring.client);
    const ports = NetworkPorts.start(hypervisor, { every });
    await thread.suspend(clock.sleep(1000));
    expect(ports.active).toBe(0);
    const counted = () =>
      thread.access(async ({ registers: { packets, receiver } }) => ({
        packets: Number(await packets.client_packets.at(ring.client).read()),
        drops: Number(await packets.client_drops.at(ring.client).read()),
        overflow: Number(await receiver.overflow.at(ring.client).read()),
      }));
    for (const { kind, after } of rounds) {
      const before = await counted();
      const [old, other] = ports.active === 0 ? ([0, 1] as const) : ([1, 0] as const);
      const begin = clock.now;
      const dies = begin + after;
      const last = dies + every + deviceTimeout + 4000;
      // What stands before the machine sends every frame down both lines.
      const count = Math.min(200, Math.floor((last - begin) / apart));
      const at = (number: number): number => begin + apart * (number + 1);
      for (let number = 0; number < count; number += 1)
        for (const line of outside.network) line.send(testFrame(1, number), at(number));
      faults.inject(faultOf(kind, `network${old}`), dies);
      const got = await thread.suspend(
        agent.do(async ({ events }) => {
          const numbers: number[] = [];
          while (clock.now < at(count) + 3000) {
            // Each wait is a look, also while the client is polled.
            await events.wait(virtualEvents.packets, clock.now + 1000);
            for (const { data } of await ring.take()) numbers.push((data[20]! - 140) & 0xff);
          }
          return numbers;
        }),
      );
      // In order, none twice; all that came before it died, and all from a little later on.
      expect(got).toEqual([...new Set(got)].sort((one, two) => one - two));
      const lost = Array.from({ length: count }, (_, number) => number).filter((number) => !got.includes(number));
      const noticed = dies + every + deviceTimeout + 1500;
      // What only errs goes on taking frames until it is reset.
      if (kind === 'device-hang') expect(lost.length).toBeGreaterThan(0);
      expect(lost.filter((number) => at(number) < dies - apart || at(number) > noticed)).toEqual([]);
      const now = await counted();
      expect(now.packets - before.packets).toBe(got.length);
      expect([now.drops, now.overflow]).toEqual([before.drops, before.overflow]);
      expect(ports.active).toBe(other);
      if (kind === 'link') faults.inject({ kind, device: `network${old}`, up: true });
      // The dead one is back, and takes nothing.
      await thread.suspend(clock.sleep(every + 2000));
      expect(ports.status[old]?.failed).toBe(false);
      const enabled = await thread.access(async ({ devices }) => [
        (await devices.network[old].control.read()).enable,
        (await devices.network[other].control.read()).enable,
      ]);
      expect(enabled).toEqual([0, 1]);
    }
    const failures = rounds.filter(({ kind }) => kind !== 'link').length;
    expect(ports.status.reduce((sum, port) => sum + port.failures, 0)).toBe(failures);
  });
});

/** Frames for tests, where the packet unit sends them, and a domain that takes them. */
import { expect } from 'vitest';
import { type PacketRing, type ReceivedFrame, TrustedCalls, virtualEvents } from '../guest/index.ts';
import type { TrustedGuest } from '../index.ts';
import { Agent, type Kit } from '../testing/agent.ts';
import { launch, twoGuests } from '../testing/machine.ts';

/** A frame of an experimental type to a destination, whose content is made of a number. */
export const testFrame = (destination: number, number: number, length = 64): Uint8Array => {
  const frame = Uint8Array.from({ length }, (_, index) => (number + index * 7) & 0xff);
  frame.set([2, 0, 0, 0, 0, destination, 2, 0, 0, 0, 1, 0, 0x88, 0xb5]);
  return frame;
};

/** Sends all frames from now on to a client. */
export const steerTo = ({ thread }: TrustedGuest, client: number): Promise<void> =>
  thread.access(async ({ registers: { packets }, devices }) => {
    const none = { destination: 0, ipv4: 0, tcp_ipv4: 0, udp_ipv4: 0, ipv6: 0, tcp_ipv6: 0, udp_ipv6: 0 };
    await packets.hash_types.write(none);
    await packets.default_client.write({ client });
    for (const port of devices.network) await port.control.write({ enable: 1 });
  });

/** A domain of its own for clients, with a program of domain 0 beside it. */
export const withReceiver = async (
  pages: number,
  body: (parts: {
    readonly domain0: TrustedGuest;
    readonly agent: Agent;
    readonly domain: number;
    send(frames: readonly Uint8Array[], every?: number): void;
    sleep(cycles: number): Promise<void>;
  }) => Promise<void>,
): Promise<void> => {
  const { hypervisor } = await twoGuests();
  const { clock, outside } = hypervisor.platform;
  const agent = new Agent();
  await hypervisor.run(async (domain0) => {
    const { domain } = await launch(hypervisor, domain0, [agent.program], { pages, maximum: pages });
    const send = (frames: readonly Uint8Array[], every = 100): void => {
      for (const [index, frame] of frames.entries()) outside.network[0].send(frame, clock.now + every * (index + 1));
    };
    await body({ domain0, agent, domain, send, sleep: (cycles) => domain0.thread.suspend(clock.sleep(cycles)) });
    await new TrustedCalls(domain0).destroy(domain);
  });
  expect(await (await twoGuests()).audit()).toEqual([]);
};

/** Waits for so many frames, and takes them. */
export const taken = async ({ events }: Kit, ring: PacketRing, count: number): Promise<readonly ReceivedFrame[]> => {
  const all: ReceivedFrame[] = [];
  while (all.length < count) {
    await events.wait(virtualEvents.packets);
    all.push(...(await ring.take()));
  }
  return all;
};

/** Frames that can be told from each other, three to a chain. */
export const numbered = (count: number, from = 0): Uint8Array[] =>
  Array.from({ length: count }, (_, index) =>
    testFrame(Math.floor(index / 3), from + index, 60 + 37 * ((from + index) % 9)),
  );

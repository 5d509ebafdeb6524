/** Guests that take packets of captures, each with a client of its own, on a machine with a hypervisor. */

import { Calls, Events, type Guest, PacketRing, virtualEvents } from '../../../model/hypervisor/guest/index.ts';
import type { Hypervisor, TrustedGuest } from '../../../model/hypervisor/index.ts';
import { launch, testHypervisor } from '../../../model/hypervisor/testing/machine.ts';
import { interruptLines } from '../../../rtl/platform/interface.ts';
import { readRecorded } from '../../captures/recorded.ts';

export const capturedFrames = (count: number): readonly Uint8Array[] =>
  readRecorded('streams.pcap')
    .packets.slice(0, count)
    .map(({ data }) => data);

/** A client and what its guest has taken, in order. */
export interface Receiver {
  readonly name: string;
  readonly client: number;
  readonly taken: Uint8Array[];
}

export interface ReceiverRequest {
  readonly name: string;
  readonly polled?: boolean;
  /** Entries of its ring, log2; 5 when left out. */
  readonly entries?: number;
}

/** Starts guests that take what comes until a cycle. */
export const startReceivers = async (
  hypervisor: Hypervisor,
  domain0: TrustedGuest,
  wanted: readonly ReceiverRequest[],
  until: () => number,
): Promise<readonly Receiver[]> => {
  const receivers: Receiver[] = [];
  for (const { name, polled = false, entries = 5 } of wanted) {
    // The ring, its client's page, and one before them.
    const pages = 2 ** entries / 2 + 2;
    let opened: (client: number) => void = () => {};
    const client = new Promise<number>((resolve) => (opened = resolve));
    const taken: Uint8Array[] = [];
    const program = async (guest: Guest): Promise<void> => {
      const calls = new Calls(guest);
      const events = new Events(guest, calls);
      const ring = await PacketRing.open(guest, calls, { page: 1, entries, polled });
      opened(ring.client);
      while (guest.now < until()) {
        // Each wait is a look at the ring of one that is polled.
        await events.wait(virtualEvents.packets, guest.now + (polled ? 2000 : 20_000));
        for (const { data } of await ring.take()) taken.push(data);
      }
    };
    await launch(hypervisor, domain0, [program], { pages, maximum: pages });
    receivers.push({ name, client: await domain0.thread.suspend(client), taken });
  }
  return receivers;
};

/** Spreads the hash table over clients, with so many packets to a chain, and takes frames from the first network port. */
export const steerByHash = ({ thread }: TrustedGuest, clients: readonly number[], packetLimit: number): Promise<void> =>
  thread.access(async ({ registers: { packets }, devices }) => {
    for (let index = 0; index < packets.table.length; index += 1)
      await packets.table.write(index, { client: clients[index % clients.length]! });
    await packets.default_client.write({ client: clients[0]! });
    await packets.packet_limit.write({ packets: packetLimit });
    await packets.idle_limit.write({ cycles: 0 });
    await devices.network[0].control.write({ enable: 1 });
  });

/** What the hardware has counted of a client. */
export interface Counts {
  readonly packets: number;
  readonly chains: number;
  readonly drops: number;
  readonly overflow: number;
}

export const countsOf = ({ thread }: TrustedGuest, client: number): Promise<Counts> =>
  thread.access(async ({ registers: { packets, receiver } }) => ({
    packets: Number(await packets.client_packets.at(client).read()),
    chains: Number(await packets.client_chains.at(client).read()),
    drops: Number(await packets.client_drops.at(client).read()),
    overflow: Number(await receiver.overflow.at(client).read()),
  }));

/** Counts how often the receive engine's line rises. */
export const watchInterrupts = (hypervisor: Hypervisor): { readonly count: () => number } => {
  let [rises, high] = [0, false];
  hypervisor.platform.trace.watch(({ handshakes }) => {
    for (const { channel, payload } of handshakes) {
      if (channel !== 'interrupt') continue;
      const now = ((payload.interrupt! >> BigInt(interruptLines.receiver)) & 1n) === 1n;
      if (now && !high) rises += 1;
      high = now;
    }
  });
  return { count: () => rises };
};

export { testHypervisor };

/** A look at a client's ring: what has come is told, what was read is given back to the engine. Source: "Packet clients" of `docs/systems/hypervisor.md`. */
import { BusError, type Processor } from '../../hardware/platform/index.ts';
import { clientPage } from '../guest/layout.ts';
import type { EventSender } from '../interface.ts';
import type { HypervisorMemory } from '../memory/interface.ts';
import { fill, pay, receive, unread, untilNext } from './bucket.ts';
import type { ClientRecord, ClientRecords } from './record.ts';

/** Cycles between two looks at a client that nothing else makes anybody look at. */
export const lookCycles = 20_000;
/** Between two looks for which only the bucket is the reason. */
const leastBucketCycles = 1000;
/** Chains of one interrupt that are many, how often in a row, and looks without anything new. */
const manyChains = 8;
const mostBusy = 2;
const mostEmpty = 4;

export type Reason = 'interrupt' | 'time' | 'block';

export interface LookParts {
  readonly memory: HypervisorMemory;
  readonly records: ClientRecords;
  readonly events: EventSender;
}

/** Of a client: whether its chains interrupt, or not. */
export const setInterrupt = async ({ registers }: Processor, client: number, on: boolean): Promise<void> => {
  const { receiver } = registers;
  const { chains } = await receiver.interrupt_enable.read();
  const bit = 1 << client;
  await receiver.interrupt_enable.write({ chains: on ? chains | bit : chains & ~bit, stopped: 1 });
};

/** How many chains have come for a client since the last look, from the unit's count. */
const countChains = async (processor: Processor, client: number, record: ClientRecord): Promise<[number, number]> => {
  const chains = Number(await processor.registers.packets.client_chains.at(client).read());
  return [chains, (chains - record.chains) >>> 0];
};

/** Between interrupts and polling. */
const changeMode = async (
  processor: Processor,
  client: number,
  before: ClientRecord,
  fresh: number,
  reason: Reason,
): Promise<ClientRecord> => {
  const [chains, come] = await countChains(processor, client, before);
  const record = { ...before, chains };
  if (record.alwaysPolled) return record;
  if (record.polled) {
    const empty = fresh > 0 ? 0 : record.empty + 1;
    if (empty < mostEmpty) return { ...record, empty };
    await setInterrupt(processor, client, true);
    return { ...record, polled: false, empty: 0, busy: 0 };
  }
  if (reason !== 'interrupt') return record;
  const busy = come >= manyChains ? record.busy + 1 : 0;
  if (busy < mostBusy) return { ...record, busy };
  await setInterrupt(processor, client, false);
  return { ...record, polled: true, busy: 0, empty: 0 };
};

/** A ring that stopped goes on after its last whole entry, if nothing is on its way just now. */
export const restart = async ({ registers }: Processor, client: number): Promise<boolean> => {
  const { receiver } = registers;
  const bit = 1 << client;
  if (((await receiver.ring_stopped.read()).rings & bit) === 0) return true;
  await receiver.ring_restart.write({ rings: bit });
  return ((await receiver.ring_stopped.read()).rings & bit) === 0;
};

/** How far the guest says that it has read, in entries from the consumer's index on; nothing for what cannot be. */
const entriesRead = (word: bigint, record: ClientRecord): number => {
  if (word > 0xffffn) return 0;
  const read = (Number(word) - record.consumer) & 0xffff;
  return read <= unread(record) ? read : 0;
};

/** Looks at a client, under the lock of all. Gives the cycle of the next look that nothing else makes, or `undefined` for none. */
export const look = async (
  { memory, records, events }: LookParts,
  processor: Processor,
  client: number,
  reason: Reason,
): Promise<number | undefined> => {
  let record = await records.read(processor, client);
  if (record.state !== 'open') return undefined;
  const { receiver, packets } = processor.registers;
  const { now } = memory.platform.clock;
  if (reason !== 'interrupt') await restart(processor, client);
  // The engine's index before the unit's counts: so the frames of these are there or still coming.
  const { index: producer } = await receiver.producer.at(client).read();
  const fresh = (producer - record.producer) & 0xffff;
  const overflow = Number(await receiver.overflow.at(client).read());
  record = await changeMode(processor, client, { ...record, producer }, fresh, reason);
  if (record.cap > 0n) {
    const counted = {
      packets: Number(await packets.client_packets.at(client).read()),
      bytes: Number(await packets.client_bytes.at(client).read()),
      overflow,
    };
    record = fill(receive(record, fresh, counted), now);
  }
  const page = await memory.windows.view(processor, record.backing);
  const word = await page.read64(clientPage.consumer).catch((error: unknown) => {
    // The only memory that it was in has died.
    if (error instanceof BusError) return undefined;
    throw error;
  });
  const wanted = word === undefined ? 0 : entriesRead(word, record);
  const payment = record.cap > 0n ? pay(record, wanted) : { record, paid: wanted };
  const consumer = (record.consumer + payment.paid) & 0xffff;
  record = { ...payment.record, consumer };
  if (payment.paid > 0) await receiver.consumer.at(client).write({ index: consumer });
  if (fresh > 0 && word !== undefined) {
    const dropped = Number(await packets.client_drops.at(client).read());
    await page.write64(clientPage.overflow, BigInt(overflow) | (BigInt(dropped) << 32n));
    await page.write64(clientPage.producer, BigInt(producer));
    await events.raise(processor, record.owner, 'packets');
  }
  await records.write(processor, client, record);
  if (payment.paid < wanted) return now + Math.max(leastBucketCycles, untilNext(record));
  return record.polled || record.alwaysPolled || unread(record) > 0 ? now + lookCycles : undefined;
};

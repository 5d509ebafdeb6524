/**
 * What a client's cap lets it have. Bytes and frames are those that the packet unit counts, for the lengths in the ring are the
 * guest's to change. Source: `docs/systems/hypervisor.md`, "Packet clients"; decision 0281.
 */
import { packetSlotBytes } from '../guest/layout.ts';
import type { ClientRecord } from './record.ts';

/** Cycles of a second, by definition. */
export const cyclesPerSecond = 100_000_000;
/** Of a byte, in bits times the cycles of a second. */
const byteCost = 8n * BigInt(cyclesPerSecond);
/** A bucket holds what comes in so many cycles, and at least what one frame may cost. */
const depthCycles = 40_000n;

/** Counters of the unit and the engine, 32 and 48 bits, which wrap. */
export interface Counted {
  readonly packets: number;
  readonly bytes: number;
  readonly overflow: number;
}

const difference = (now: number, before: number, width: number): number => (now - before + 2 ** width) % 2 ** width;

/** What is in a ring and unread. */
export const unread = ({ producer, consumer }: Pick<ClientRecord, 'producer' | 'consumer'>): number =>
  (producer - consumer) & 0xffff;

/** Notes frames that have come into the ring, at a price of the bytes that came with them. */
export const receive = (record: ClientRecord, fresh: number, counted: Counted): ClientRecord => {
  const coming = record.coming + difference(counted.packets, record.packets, 32);
  const comingBytes = record.comingBytes + difference(counted.bytes, record.bytes, 48);
  const gone = Math.min(coming, fresh + difference(counted.overflow, record.overflow, 32));
  const goneBytes = coming === 0 ? 0 : Math.floor((comingBytes * gone) / coming);
  const price = gone === 0 ? 0 : Math.floor((goneBytes * Math.min(fresh, gone)) / gone);
  return {
    ...record,
    packets: counted.packets,
    bytes: counted.bytes,
    overflow: counted.overflow,
    coming: coming - gone,
    comingBytes: comingBytes - goneBytes,
    owed: record.owed + Math.min(price, fresh * packetSlotBytes),
  };
};

export const fill = (record: ClientRecord, now: number): ClientRecord => {
  const { cap, credit, filled } = record;
  const depth =
    cap * depthCycles > byteCost * BigInt(packetSlotBytes) ? cap * depthCycles : byteCost * BigInt(packetSlotBytes);
  const full = credit + cap * BigInt(now - filled);
  return { ...record, credit: full < depth ? full : depth, filled: now };
};

/** Pays for entries that the guest is done with, in order; says how many could be. */
export const pay = (record: ClientRecord, wanted: number): { readonly record: ClientRecord; readonly paid: number } => {
  const entries = BigInt(unread(record));
  const owed = BigInt(record.owed);
  let paid = BigInt(wanted);
  if (owed > 0n) {
    const affordable = (record.credit * entries) / (owed * byteCost);
    if (affordable < paid) paid = affordable;
  }
  const price = entries === 0n ? 0n : (owed * paid) / entries;
  return {
    record: { ...record, owed: Number(owed - price), credit: record.credit - price * byteCost },
    paid: Number(paid),
  };
};

/** Cycles until the bucket pays for one entry more. */
export const untilNext = (record: ClientRecord): number => {
  const missing = (BigInt(record.owed) * byteCost) / BigInt(unread(record)) - record.credit;
  return missing <= 0n ? 0 : Number((missing + record.cap - 1n) / record.cap);
};

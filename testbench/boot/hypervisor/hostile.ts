/** Guests that harm whom they can, by name. None of them ends. */
import {
  Calls,
  type Guest,
  type GuestProgram,
  sharedPageAddress,
  storeRingAddress,
} from '../../../model/hypervisor/guest/index.ts';

const next = (value: number): number => (Math.imul(value, 1_103_515_245) + 12_345) >>> 0;

const refused = (call: Promise<unknown>): Promise<unknown> => call.catch(() => {});

/** Never yields. */
const spinning = async (guest: Guest): Promise<never> => {
  for (let value = 1; ; value = next(value)) await guest.memory.write32(0, value);
};

/** Calls with every number and random arguments, but those that would end or stop it. */
const calling = async (guest: Guest): Promise<never> => {
  const calls = new Calls(guest);
  for (let value = 1; ; value = next(value)) {
    const number = value % 48;
    const [one, two] = [next(value) >>> 8, next(value ^ 0x5555) >>> 4];
    if (number !== 3 && number !== 2) await refused(calls.call(number, one % 64, two % 64, one, two, 1, 2));
  }
};

/** Writes wild indices into the store's ring, asks for new connections, and sends events without end. */
const flooding = async (guest: Guest): Promise<never> => {
  const calls = new Calls(guest);
  for (let value = 1; ; value = next(value)) {
    await guest.memory.write32(storeRingAddress + 0x800 + 4 * (value >>> 27), value);
    await refused(calls.eventSend(2));
  }
};

/** Writes all over its shared page. */
const scribbling = async (guest: Guest): Promise<never> => {
  for (let value = 1; ; value = next(value)) await guest.memory.write32(sharedPageAddress + 4 * (value >>> 22), value);
};

/** Grants pages that are not its own, and takes them away, in every order. */
const granting = async (guest: Guest): Promise<never> => {
  const calls = new Calls(guest);
  for (let value = 1; ; value = next(value)) {
    const reference = value >>> 30;
    const entry = BigInt(value & 3) | (BigInt((value >>> 4) & 3) << 16n) | (BigInt(value >>> 12) << 32n);
    await guest.memory.write64(0x60_0001_0000 + 8 * reference, entry);
    await refused(calls.grantMap({ domain: guest.domain, reference, page: 0x680_0000 + (value & 7), write: true }));
    await refused(calls.grantEnd(reference));
  }
};

/** Sweeps ranges that wrap and overlap, and gives pages back twice, while it writes them. */
const sweeping = async (guest: Guest): Promise<never> => {
  const calls = new Calls(guest);
  for (let value = 1; ; value = next(value)) {
    await refused(calls.sweep({ pattern: 0n, page: value & 3, count: (value >>> 8) & 7 }));
    await refused(calls.call(13, 0, (1 << 30) + value, 2 ** 40));
    await refused(guest.memory.write64(4096 + 8 * (value & 1), BigInt(value & 3)));
    await refused(calls.giveBack(4096, 2));
  }
};

export const hostileGuests = { spinning, calling, flooding, scribbling, granting, sweeping } satisfies Record<
  string,
  GuestProgram
>;
export type HostileGuest = keyof typeof hostileGuests;

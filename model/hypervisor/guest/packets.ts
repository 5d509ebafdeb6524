/** A guest's side of a packet client: the frames of its ring, oldest first. */
import type { Calls } from './calls.ts';
import type { Guest, View } from './interface.ts';
import { clientPage, mostPacketEntriesLog2, packetSlotBytes, pageBytes } from './layout.ts';

export interface ReceivedFrame {
  /** What the ring holds of it: all, unless it is longer than an entry. */
  readonly data: Uint8Array;
  /** Bytes that came. */
  readonly length: number;
  /** Whether it is the first of its chain, and the chain's number and hash. */
  readonly chainStart: boolean;
  readonly chain: number;
  readonly hash: number;
}

export interface PacketRingOptions {
  /** The first of the guest's own pages that become the ring, and the client's page behind it. */
  readonly page: number;
  /** Entries, log2: 1 to 12. Two of them take a page. */
  readonly entries: number;
  /** It is never interrupted: its ring is looked at when it blocks, and every 20,000 cycles. */
  readonly polled?: boolean;
}

/** Pages that a ring takes, with the client's page. */
export const packetRingPages = (entries: number): number => (2 ** entries * packetSlotBytes) / pageBytes + 1;

/** A ring that one virtual processor reads. */
export class PacketRing {
  readonly client: number;
  readonly #calls: Calls;
  readonly #ring: View;
  readonly #page: View;
  readonly #entries: number;
  #read: number;

  private constructor(guest: Guest, calls: Calls, client: number, { page, entries }: PacketRingOptions, read: number) {
    const pages = packetRingPages(entries);
    this.client = client;
    this.#calls = calls;
    this.#ring = guest.memory.view(page * pageBytes, (pages - 1) * pageBytes);
    this.#page = guest.memory.view((page + pages - 1) * pageBytes, pageBytes);
    this.#entries = 2 ** entries;
    this.#read = read;
  }

  /** @throws HypercallError; RangeError for a ring that there cannot be */
  static async open(guest: Guest, calls: Calls, options: PacketRingOptions): Promise<PacketRing> {
    const { page, entries, polled = false } = options;
    if (!Number.isInteger(entries) || entries < 1 || entries > mostPacketEntriesLog2)
      throw new RangeError(`a ring has from 2^1 to 2^${mostPacketEntriesLog2} entries, not 2^${entries}`);
    const client = await calls.packetsOpen(page, entries, polled);
    const last = (page + packetRingPages(entries) - 1) * pageBytes;
    return new PacketRing(guest, calls, client, options, await guest.memory.read32(last + clientPage.producer));
  }

  /** Frames that have come, at most so many. They are the ring's no more when this returns. */
  async take(most = Number.POSITIVE_INFINITY): Promise<readonly ReceivedFrame[]> {
    const produced = await this.#page.read32(clientPage.producer);
    const frames: ReceivedFrame[] = [];
    while (this.#read !== produced && frames.length < most) {
      const at = (this.#read % this.#entries) * packetSlotBytes;
      const header = await this.#ring.read(at, 16);
      const view = new DataView(header.buffer, header.byteOffset);
      const stored = Math.min(view.getUint16(10, true), packetSlotBytes - 16);
      frames.push({
        data: stored === 0 ? new Uint8Array() : await this.#ring.read(at + 16, stored),
        length: view.getUint16(0, true),
        chainStart: ((view.getUint8(2) >> 1) & 1) === 1,
        chain: view.getUint16(8, true),
        hash: view.getUint32(4, true),
      });
      this.#read = (this.#read + 1) & 0xffff;
    }
    if (frames.length > 0) await this.#page.write64(clientPage.consumer, BigInt(this.#read));
    return frames;
  }

  /** Frames for which the ring had no room, and those of chains that it did not accept, since the machine began: told with the last that came. */
  async lost(): Promise<{ readonly overflow: number; readonly dropped: number }> {
    return {
      overflow: await this.#page.read32(clientPage.overflow),
      dropped: await this.#page.read32(clientPage.dropped),
    };
  }

  close(): Promise<void> {
    return this.#calls.packetsClose(this.client);
  }
}

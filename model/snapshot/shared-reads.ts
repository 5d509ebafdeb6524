import { crc32 } from 'node:zlib';
import type { Room } from './room.ts';

/** A slot that is being read, or for which room is waited for. */
interface Reading {
  readonly room: Room;
  /** Who wants a part of it. */
  readonly parts: { readonly offset: number; readonly into: Uint8Array }[];
  /** The checksum of the whole, when all parts are filled. */
  readonly check: Promise<number>;
}

/** Parts of slots: those that are wanted of one slot at the same time, out of one room, are read together. */
export class SharedReads {
  readonly #readings = new Map<number, Reading[]>();

  /**
   * Reads a part of a slot: true when the whole has the checksum.
   * @param bytes of the whole
   * @param read fills the whole
   */
  async read(
    slot: number,
    bytes: number,
    room: Room,
    read: (whole: Uint8Array) => Promise<void>,
    offset: number,
    into: Uint8Array,
    check: number,
  ): Promise<boolean> {
    let reading = this.#readings.get(slot)?.find((one) => one.room === room);
    if (reading === undefined) {
      reading = this.#begin(slot, bytes, room, read);
      this.#readings.set(slot, [...(this.#readings.get(slot) ?? []), reading]);
    }
    reading.parts.push({ offset, into });
    return (await reading.check) === check;
  }

  /** A slot gets other content: who reads it from now on does not share what was read before. */
  forget(slot: number): void {
    this.#readings.delete(slot);
  }

  #begin(slot: number, bytes: number, room: Room, read: (whole: Uint8Array) => Promise<void>): Reading {
    const parts: Reading['parts'] = [];
    const end = (): void => {
      const left = (this.#readings.get(slot) ?? []).filter((one) => one !== reading);
      if (left.length > 0) this.#readings.set(slot, left);
      else this.#readings.delete(slot);
    };
    const check = room.hold(bytes, async () => {
      const whole = Buffer.allocUnsafe(bytes);
      try {
        await read(whole);
      } finally {
        end();
      }
      for (const { offset, into } of parts) into.set(whole.subarray(offset, offset + into.length));
      return crc32(whole);
    });
    const reading = { room, parts, check };
    return reading;
  }
}

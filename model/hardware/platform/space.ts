/** Loads and stores, and views of a part of them. */
import type { Space, View } from './interface.ts';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Reads and writes of any bytes. */
export interface Accesses {
  read(address: number, bytes: number): Promise<Uint8Array>;
  write(address: number, data: Uint8Array): Promise<void>;
}

const viewOf = (data: Uint8Array): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength);

abstract class Words implements Space {
  abstract read(address: number, bytes: number): Promise<Uint8Array>;
  abstract write(address: number, data: Uint8Array): Promise<void>;
  abstract view(base: number, bytes: number): View;

  async read8(address: number): Promise<number> {
    return (await this.read(address, 1))[0]!;
  }

  async read16(address: number): Promise<number> {
    return viewOf(await this.#load(address, 2)).getUint16(0, true);
  }

  async read32(address: number): Promise<number> {
    return viewOf(await this.#load(address, 4)).getUint32(0, true);
  }

  async read64(address: number): Promise<bigint> {
    return viewOf(await this.#load(address, 8)).getBigUint64(0, true);
  }

  write8(address: number, value: number): Promise<void> {
    return this.#store(address, 1, BigInt(value));
  }

  write16(address: number, value: number): Promise<void> {
    return this.#store(address, 2, BigInt(value));
  }

  write32(address: number, value: number): Promise<void> {
    return this.#store(address, 4, BigInt(value));
  }

  write64(address: number, value: bigint): Promise<void> {
    return this.#store(address, 8, value);
  }

  #aligned(address: number, bytes: number): void {
    if (address % bytes !== 0)
      throw new RangeError(`${bytes * 8} bits at ${hex(address)} are not aligned; use read or write for any address`);
  }

  #load(address: number, bytes: number): Promise<Uint8Array> {
    this.#aligned(address, bytes);
    return this.read(address, bytes);
  }

  #store(address: number, bytes: number, value: bigint): Promise<void> {
    this.#aligned(address, bytes);
    if (value < 0n || value >= 1n << BigInt(8 * bytes))
      throw new RangeError(`${value} is no unsigned number of ${8 * bytes} bits`);
    const data = new Uint8Array(8);
    viewOf(data).setBigUint64(0, value, true);
    return this.write(address, data.subarray(0, bytes));
  }
}

class PartOfSpace extends Words implements View {
  readonly base: number;
  readonly bytes: number;
  readonly #whole: Accesses;

  constructor(whole: Accesses, base: number, bytes: number) {
    super();
    this.#whole = whole;
    this.base = base;
    this.bytes = bytes;
  }

  #check(offset: number, bytes: number): void {
    if (Number.isInteger(offset) && offset >= 0 && bytes >= 0 && offset + bytes <= this.bytes) return;
    throw new RangeError(
      `${bytes} bytes at ${hex(offset)} leave the view of ${hex(this.bytes)} bytes at ${hex(this.base)}`,
    );
  }

  read(offset: number, bytes: number): Promise<Uint8Array> {
    this.#check(offset, bytes);
    return this.#whole.read(this.base + offset, bytes);
  }

  write(offset: number, data: Uint8Array): Promise<void> {
    this.#check(offset, data.length);
    return this.#whole.write(this.base + offset, data);
  }

  view(offset: number, bytes: number): View {
    this.#check(offset, bytes);
    return new PartOfSpace(this.#whole, this.base + offset, bytes);
  }
}

class WholeSpace extends Words {
  readonly #accesses: Accesses;

  constructor(accesses: Accesses) {
    super();
    this.#accesses = accesses;
  }

  read(address: number, bytes: number): Promise<Uint8Array> {
    return this.#accesses.read(address, bytes);
  }

  write(address: number, data: Uint8Array): Promise<void> {
    return this.#accesses.write(address, data);
  }

  view(base: number, bytes: number): View {
    return new PartOfSpace(this.#accesses, base, bytes);
  }
}

/** A space of all addresses. */
export const spaceOf = (accesses: Accesses): Space => new WholeSpace(accesses);

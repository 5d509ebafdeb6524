/** Two sides of a ring over plain memory, where every access of either may be watched. For tests that look at millions of them. */
import type { RingDoor } from './door.ts';
import { Signal } from './signal.ts';

/** Called after an access, with the bytes that it loaded or stored. */
export type Watch = (how: 'load' | 'store', address: number, bytes: number) => void;

export interface MemoryDoors {
  readonly bytes: Uint8Array;
  readonly guest: RingDoor;
  readonly server: RingDoor;
  /** The door of another server. Who had the one before is dead: all that he tries fails, and no event reaches him. */
  restart(): RingDoor;
  /** Events sent by each. */
  readonly events: { guest: number; server: number };
}

/** One side's accesses to the bytes. @throws RangeError from every access that leaves them */
const pagesOf = (bytes: Uint8Array, watch: Watch, check: () => void = () => undefined): RingDoor['pages'] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const load = async <T>(address: number, count: number, take: () => T): Promise<T> => {
    if (count < 1 || address < 0 || address + count > bytes.length)
      throw new RangeError(`${count} bytes at ${address} leave the pages`);
    check();
    const value = take();
    watch('load', address, count);
    return value;
  };
  const store = async (address: number, count: number, put: () => void): Promise<void> => {
    if (count < 1 || address < 0 || address + count > bytes.length)
      throw new RangeError(`${count} bytes at ${address} leave the pages`);
    check();
    put();
    watch('store', address, count);
  };
  return {
    bytes: bytes.length,
    read: (address, count) => load(address, count, () => bytes.slice(address, address + count)),
    read32: (address) => load(address, 4, () => view.getUint32(address, true)),
    read64: (address) => load(address, 8, () => view.getBigUint64(address, true)),
    write: (address, data) => store(address, data.length, () => bytes.set(data, address)),
    write32: (address, value) => store(address, 4, () => view.setUint32(address, value, true)),
    write64: (address, value) => store(address, 8, () => view.setBigUint64(address, value, true)),
  };
};

export const memoryDoors = (areaBytes: number, watchServer: Watch = () => undefined): MemoryDoors => {
  const bytes = new Uint8Array(4096 + areaBytes);
  const events = { guest: 0, server: 0 };
  const toGuest = new Signal();
  let toServer = new Signal();
  let life = 0;
  const newServer = (): RingDoor => {
    life += 1;
    toServer = new Signal();
    const mine = life;
    const signal = toServer;
    const living = (): void => {
      if (mine !== life) throw new Error('the server that had this door is no more');
    };
    return {
      pages: pagesOf(bytes, watchServer, living),
      notify: async () => {
        living();
        events.server += 1;
        toGuest.send();
      },
      wait: () => signal.wait(),
    };
  };
  return {
    bytes,
    events,
    guest: {
      pages: pagesOf(bytes, () => undefined),
      notify: async () => {
        events.guest += 1;
        toServer.send();
      },
      wait: () => toGuest.wait(),
    },
    server: newServer(),
    restart: newServer,
  };
};

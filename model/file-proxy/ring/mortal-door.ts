import type { RingDoor } from './door.ts';

/** Doors of one domain 0 after another to the same ring. */
export interface MortalDoors {
  /** The door of the next one. Who had the one before is dead: whatever he tries fails. */
  next(): RingDoor;
}

/** @param accessed called after each access or event of the living */
export const mortalDoors = (door: RingDoor, accessed: () => void): MortalDoors => {
  let life = 0;
  const next = (): RingDoor => {
    life += 1;
    const mine = life;
    const living = async <T>(work: () => Promise<T>): Promise<T> => {
      if (mine !== life) throw new Error('the server that had this door is no more');
      const result = await work();
      accessed();
      return result;
    };
    const { pages } = door;
    return {
      pages: {
        bytes: pages.bytes,
        read: (address, bytes) => living(() => pages.read(address, bytes)),
        read32: (address) => living(() => pages.read32(address)),
        read64: (address) => living(() => pages.read64(address)),
        write: (address, data) => living(() => pages.write(address, data)),
        write32: (address, value) => living(() => pages.write32(address, value)),
        write64: (address, value) => living(() => pages.write64(address, value)),
      },
      notify: () => living(() => door.notify()),
      wait: () => door.wait(),
    };
  };
  return { next };
};

/** What the copy map says of a block. */
export interface Entry {
  /** Flags, and the slot. */
  readonly word: number;
  /** CRC-32 of what is in the slot. */
  readonly check: number;
}

/** Where the content of a block is in the store, and the checksum that it must have. */
export interface SlotCopy {
  readonly slot: number;
  readonly check: number;
}

export const copiedBit = 0x8000_0000;
export const changedBit = 0x4000_0000;
export const slotMask = 0x3fff_ffff;

/** Stands for a block of zeros, which takes no room in the store. */
export const zeroSlot = slotMask;
/** Stands for content that is not known any more, since the page that told of it was damaged. */
export const lostSlot = slotMask - 1;

export const zeroCopy: SlotCopy = { slot: zeroSlot, check: 0 };
/** Of content that nobody has. */
export const lostCopy: SlotCopy = { slot: lostSlot, check: 0 };
export const noEntry: Entry = { word: 0, check: 0 };
export const lostEntry: Entry = { word: (copiedBit | lostSlot) >>> 0, check: 0 };

/** Whether it is a slot of the store, rather than one that stands for something. */
export const takesRoom = (slot: number): boolean => slot < lostSlot;

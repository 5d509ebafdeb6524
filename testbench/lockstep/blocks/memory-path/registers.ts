/** The path's addresses as its specification lists them: written down again here, so that a slip in the register map shows. */
import type { MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';

export const registers = {
  identification: 0x000,
  geometry: 0x004,
  capacity: 0x008,
  unit: 0x00c,
  interruptStatus: 0x010,
  interruptEnable: 0x014,
  keyStatus: 0x018,
  keyStaged: 0x01c,
  keyKind: 0x020,
  keyCommand: 0x040,
  key: 0x080,
  form: 0x100,
  scanAddressLow: 0x180,
  scanAddressHigh: 0x184,
  scanLines: 0x188,
  scanForm: 0x18c,
  scanPatternLow: 0x190,
  scanPatternHigh: 0x194,
  scanCommand: 0x198,
  scanStatus: 0x19c,
  scanResultLow: 0x1a0,
  scanResultHigh: 0x1a4,
  refused: 0x1c0,
  merged: 0x1c4,
  decryptedLow: 0x1c8,
  decryptedHigh: 0x1cc,
  encryptedLow: 0x1d0,
  encryptedHigh: 0x1d4,
} as const;

/** Bits of `key_command`. */
export const commandBits = { aes128: 1, aes256: 2, prince: 4, clear: 8, lock: 16 } as const;

const row = (base: number, count: number): number[] => Array.from({ length: count }, (_, index) => base + 4 * index);

/** Every word of the map. */
export const mappedAddresses = (p: MemoryPathParameters): number[] => {
  const at = registers;
  const wide = p.addressWidth > 32;
  return [
    ...row(at.identification, 8),
    ...row(at.keyKind, p.keySlots),
    ...row(at.keyCommand, p.keySlots),
    ...row(at.key, 16),
    ...row(at.form, 2 ** p.select),
    at.scanAddressLow,
    ...(wide ? [at.scanAddressHigh] : []),
    ...row(at.scanLines, 7),
    ...(wide ? [at.scanResultHigh] : []),
    ...row(at.refused, 6),
  ];
};

/** Words that are read at the end of a run: all that the hardware changes. */
export const readBackAddresses = (p: MemoryPathParameters): number[] =>
  mappedAddresses(p).filter(
    (address) =>
      (address >= registers.interruptStatus && address < registers.keyCommand) || address >= registers.scanStatus,
  );

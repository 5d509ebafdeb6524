/** Memory that holds what scans look for. */
import type { MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import type { Bytes } from '../../../axi/memory.ts';
import { formsOf } from './forms.ts';
import type { HeldScan, MemoryPathScenario, Scan } from './scenario.ts';

/** An address so many bytes after that of a scan: those that run over the end of memory go on at 0. */
export const scannedAddress = ({ address }: Scan, offset: number, p: MemoryPathParameters): number =>
  (address + offset) % 2 ** p.addressWidth;

/** The byte of a scan's pattern, or of what is in its place, so many bytes after its address. */
const heldByte = ({ low, high, different }: HeldScan, offset: number): number => {
  const plain = ((offset & 4) === 0 ? low : high) >>> (8 * (offset & 3));
  const isDifferent = different?.word === offset >> 3 && different.bit >> 3 === (offset & 7);
  return (plain ^ (isDifferent ? 1 << (different.bit & 7) : 0)) & 0xff;
};

/** Lets memory hold, under each scan's form, its pattern everywhere but in the word that differs. */
export const holdScans = (memory: Bytes, scenario: MemoryPathScenario, p: MemoryPathParameters): void => {
  const forms = formsOf(scenario, p);
  for (const scan of scenario.held) {
    const cipher = forms[scan.form];
    for (let offset = 0; offset < scan.lines * 64; offset += 16) {
      const plain = Uint8Array.from({ length: 16 }, (_, byte) => heldByte(scan, offset + byte));
      const address = scannedAddress(scan, offset, p);
      const held =
        typeof cipher === 'object'
          ? cipher.encrypt(plain, cipher.tweak(Math.floor(address / p.dataUnit)), (address % p.dataUnit) / 16)
          : plain;
      held.forEach((byte, index) => memory.write(address + index, byte));
    }
  }
};

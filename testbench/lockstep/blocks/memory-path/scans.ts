/** Scans, and memory that holds what they look for. */
import type { MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import type { LiteWrite } from '../../axi/lite-manager.ts';
import type { MemoryPathDriver } from './drive.ts';
import { write } from './programmes.ts';
import { formsOf } from './reference.ts';
import { registers } from './registers.ts';
import type { MemoryPathScenario } from './scenario.ts';

export interface Scan {
  readonly form: number;
  /** Address in bytes, a multiple of 64. */
  readonly address: number;
  readonly lines: number;
  readonly pattern: bigint;
}

export const scanWrites = ({ form, address, lines, pattern }: Scan): readonly LiteWrite[] => [
  write(registers.scanAddressLow, address),
  write(registers.scanLines, lines),
  write(registers.scanForm, form),
  write(registers.scanPatternLow, Number(pattern & 0xffff_ffffn)),
  write(registers.scanPatternHigh, Number(pattern >> 32n)),
  write(registers.scanCommand, 1),
];

/** An address so many bytes after that of a scan: those that run over the end of memory go on at 0. */
export const scannedAddress = ({ address }: Scan, offset: number, p: MemoryPathParameters): number =>
  (address + offset) % 2 ** p.addressWidth;

/**
 * Lets memory hold, under the scan's form, its pattern everywhere but in one word.
 * @param different which word of 8 bytes differs, and in which bit.
 */
export const holdPattern = (
  { memory: { memory } }: MemoryPathDriver,
  p: MemoryPathParameters,
  scenario: MemoryPathScenario,
  scan: Scan,
  different: { readonly word: number; readonly bit: number } | null,
): void => {
  const cipher = formsOf(scenario, p)[scan.form];
  for (let offset = 0; offset < scan.lines * 64; offset += 16) {
    const words = [0, 1].map((word) =>
      different?.word === offset / 8 + word ? scan.pattern ^ (1n << BigInt(different.bit)) : scan.pattern,
    );
    const plain = Uint8Array.from({ length: 16 }, (_, byte) =>
      Number(((words[byte >> 3] as bigint) >> BigInt(8 * (byte & 7))) & 0xffn),
    );
    const address = scannedAddress(scan, offset, p);
    const held =
      typeof cipher === 'object'
        ? cipher.encrypt(plain, cipher.tweak(Math.floor(address / p.dataUnit)), (address % p.dataUnit) / 16)
        : plain;
    held.forEach((byte, index) => memory.write(address + index, byte));
  }
};

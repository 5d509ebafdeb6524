/** Plain accesses for tests: whole beats of eight bytes. */
import { type Access, type Beat, burstTypes } from './bursts.ts';

export const readOf = (address: number, change: Partial<Access> = {}): Access => ({
  write: false,
  id: 0,
  domain: 0,
  address,
  length: 0,
  size: 3,
  burst: burstTypes.increment,
  lock: 0,
  prot: 0,
  ...change,
});

/** The data of a beat that is filled with a byte. */
export const filled = (byte: number): Uint8Array => new Uint8Array(8).fill(byte);

/** Writes this byte everywhere in the burst, plus the number of the beat. */
export const writeOf = (address: number, byte: number, change: Partial<Access> = {}): Access => {
  const access = readOf(address, change);
  const beats: Beat[] = Array.from({ length: access.length + 1 }, (_, beat) => ({
    data: filled(byte + beat),
    strobes: 0xff,
  }));
  return { ...access, write: true, beats, ...change };
};

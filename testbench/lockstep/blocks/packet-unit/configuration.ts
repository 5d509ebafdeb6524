/** The registers as a scenario's settings leave them, where nothing changes them afterwards. */
import { verificationKey } from '../../../captures/rss-verification-suite.ts';
import type { LiteWrite } from '../../axi/lite-manager.ts';
import { allSapEntries, keyWords, registers, tableEntries } from './registers.ts';
import type { PacketUnitScenario } from './scenario.ts';

export interface AllSapEntry {
  /** 48 bits as a number. */
  readonly address: number;
  readonly enable: boolean;
  readonly mask: number;
}

export interface Configuration {
  readonly chainKey: number;
  readonly hashTypes: number;
  readonly defaultClient: number;
  readonly packetLimit: number;
  readonly byteLimit: number;
  readonly idleLimit: number;
  readonly key: Uint8Array;
  readonly table: readonly number[];
  readonly allSap: readonly AllSapEntry[];
}

const writable = (address: number): boolean =>
  (address >= registers.chainKey && address < registers.accepting) ||
  (address >= registers.key && address < registers.frames) ||
  (address >= registers.table && address < registers.clientPackets);

/** Whether chains, hashes and clients follow one configuration from the first frame to the last. */
export const isConstant = ({ accesses, resets }: PacketUnitScenario): boolean =>
  resets.length === 0 && accesses.every((access) => access.kind === 'read' || !writable(access.address));

/** Whether a write to the all-SAP entries occurs anywhere. */
export const touchesAllSap = ({ settings, accesses }: PacketUnitScenario): boolean =>
  [...settings, ...accesses].some(
    ({ kind, address }) => kind === 'write' && address >= registers.allSapLow && address < registers.frames,
  );

const strobed = (old: number, { data, strobes }: LiteWrite): number => {
  let mask = 0;
  for (let byte = 0; byte < 4; byte += 1) if (((strobes >>> byte) & 1) === 1) mask |= 0xff << (8 * byte);
  return ((old & ~mask) | (data & mask)) >>> 0;
};

export const configurationOf = ({ settings }: PacketUnitScenario, clients: number): Configuration => {
  const words = new Map<number, number>([
    [registers.chainKey, 0x07],
    [registers.hashTypes, 0x7f],
    [registers.packetLimit, 64],
    [registers.byteLimit, 65536],
    [registers.idleLimit, 1024],
  ]);
  for (let word = 0; word < keyWords; word += 1) {
    words.set(registers.key + 4 * word, new DataView(verificationKey.buffer, 4 * word).getUint32(0));
  }
  for (let entry = 0; entry < tableEntries; entry += 1) words.set(registers.table + 4 * entry, entry % clients);
  for (const write of settings) {
    const address = write.address & ~3;
    words.set(address, strobed(words.get(address) ?? 0, write));
  }
  const word = (address: number, bits: number): number => (words.get(address) ?? 0) % 2 ** bits;
  const clientBits = Math.log2(clients);
  const key = new Uint8Array(4 * keyWords);
  for (let index = 0; index < keyWords; index += 1)
    new DataView(key.buffer).setUint32(4 * index, word(registers.key + 4 * index, 32));
  return {
    chainKey: word(registers.chainKey, 6),
    hashTypes: word(registers.hashTypes, 7),
    defaultClient: word(registers.defaultClient, clientBits),
    packetLimit: word(registers.packetLimit, 16),
    byteLimit: word(registers.byteLimit, 32),
    idleLimit: word(registers.idleLimit, 32),
    key,
    table: Array.from({ length: tableEntries }, (_, entry) => word(registers.table + 4 * entry, clientBits)),
    allSap: Array.from({ length: allSapEntries }, (_, entry) => ({
      address: word(registers.allSapHigh + 4 * entry, 16) * 2 ** 32 + word(registers.allSapLow + 4 * entry, 32),
      enable: word(registers.allSapHigh + 4 * entry, 17) >= 2 ** 16,
      mask: word(registers.allSapClients + 4 * entry, clients),
    })),
  };
};

/** The control registers of the unit. Source: `docs/systems/packet-unit.md`, "Registers". */
import {
  allSapEntries,
  clientWidth,
  frameStatuses,
  keyWords,
  type PacketUnitParameters,
  registerAddressWidth,
  tableAtPowerUp,
  tableEntries,
} from '../../../rtl/packet-unit/interface.ts';
import { type RegisterSpace, wordKind } from '../primitives/register-port.ts';
import type { Descriptor } from './descriptor.ts';

/** The key of Microsoft's verification suite ("Verifying the RSS hash calculation"), first byte in the high bits of word 0. */
export const verificationKey: readonly number[] = [
  0x6d5a56da, 0x255b0ec2, 0x4167253d, 0x43a38fb0, 0xd0ca2bcb, 0xae7b30b4, 0x77cb2da3, 0x8030f20c, 0x6a42b73b,
  0xbeac01fa,
];

/** Address of each register, or of the first of an array, in bytes. */
export const registerAddress = {
  identification: 0x000,
  geometry: 0x004,
  chain_key: 0x010,
  hash_types: 0x014,
  default_client: 0x018,
  packet_limit: 0x01c,
  byte_limit: 0x020,
  idle_limit: 0x024,
  accepting: 0x028,
  key: 0x040,
  all_sap_low: 0x080,
  all_sap_high: 0x090,
  all_sap_clients: 0x0a0,
  frames: 0x100,
  malformed: 0x104,
  truncated: 0x108,
  chains: 0x10c,
  hashes: 0x110,
  table: 0x200,
  client_packets: 0x400,
  client_chains: 0x440,
  client_drops: 0x480,
  client_bytes: 0x500,
} as const;

export type RegisterName = keyof typeof registerAddress;

type Place = { readonly [Name in RegisterName]: number };

/** Index in the register words of each register, or of the first of an array. */
export const place: Place = Object.fromEntries(
  Object.entries(registerAddress).map(([name, address]) => [name, address >>> 2]),
) as Place;

/** Bits of the register `chain_key`. */
export const chainKeyBit = { vlan: 1, sap: 2, destination: 4, source: 8, addresses: 16, ports: 32 } as const;

/** Enable bit of `all_sap_high`. */
export const allSapEnable = 0x1_0000;

const identification = 0x504b5531;

interface RegisterWords {
  readonly name: RegisterName;
  readonly count?: number;
  readonly kind: number;
  /** Bits that software can write; none unless given. */
  readonly writable?: number;
  /** Value after reset, of each element where it is an array. */
  readonly reset?: number | readonly number[];
}

const describe = (parameters: PacketUnitParameters): readonly RegisterWords[] => {
  const { dataWidth, clients, hashWidth } = parameters;
  const { readOnly, readWrite, window } = wordKind;
  const everyClient = 2 ** clients - 1;
  const clientIndex = 2 ** clientWidth(parameters) - 1;
  const word = 0xffff_ffff;
  const geometry = dataWidth | (clients << 16) | ((hashWidth / 16) << 24);
  return [
    { name: 'identification', kind: readOnly, reset: identification },
    { name: 'geometry', kind: readOnly, reset: geometry },
    { name: 'chain_key', kind: readWrite, writable: 0x3f, reset: 0x07 },
    { name: 'hash_types', kind: readWrite, writable: 0x7f, reset: 0x7f },
    { name: 'default_client', kind: readWrite, writable: clientIndex },
    { name: 'packet_limit', kind: readWrite, writable: 0xffff, reset: 64 },
    { name: 'byte_limit', kind: readWrite, writable: word, reset: 65536 },
    { name: 'idle_limit', kind: readWrite, writable: word, reset: 1024 },
    { name: 'accepting', kind: readOnly },
    { name: 'key', count: keyWords, kind: readWrite, writable: word, reset: verificationKey },
    { name: 'all_sap_low', count: allSapEntries, kind: readWrite, writable: word },
    { name: 'all_sap_high', count: allSapEntries, kind: readWrite, writable: 0x1_ffff },
    { name: 'all_sap_clients', count: allSapEntries, kind: readWrite, writable: everyClient },
    { name: 'frames', kind: readOnly },
    { name: 'malformed', kind: readOnly },
    { name: 'truncated', kind: readOnly },
    { name: 'chains', kind: readOnly },
    { name: 'hashes', kind: readOnly },
    { name: 'table', count: tableEntries, kind: window, writable: clientIndex },
    { name: 'client_packets', count: clients, kind: readOnly },
    { name: 'client_chains', count: clients, kind: readOnly },
    { name: 'client_drops', count: clients, kind: readOnly },
  ];
};

/** All register words of the unit: configuration, counters and the indirection table. */
export class Registers implements RegisterSpace {
  readonly words = new Uint32Array(2 ** registerAddressWidth / 4);
  readonly kinds = new Uint8Array(this.words.length);
  readonly writable = new Uint32Array(this.words.length);
  readonly #afterReset = new Uint32Array(this.words.length);
  readonly #parameters: PacketUnitParameters;

  constructor(parameters: PacketUnitParameters) {
    this.#parameters = parameters;
    for (const { name, count = 1, kind, writable = 0, reset = 0 } of describe(parameters)) {
      for (let element = 0; element < count; element += 1) {
        const index = place[name] + element;
        this.kinds[index] = kind;
        this.writable[index] = writable;
        this.#afterReset[index] = typeof reset === 'number' ? reset : reset[element]!;
      }
    }
    for (let client = 0; client < parameters.clients; client += 1) {
      this.kinds[place.client_bytes + 2 * client] = wordKind.wideLow;
      this.kinds[place.client_bytes + 2 * client + 1] = wordKind.wideHigh;
    }
  }

  powerUp(): void {
    this.reset();
    for (let entry = 0; entry < tableEntries; entry += 1) {
      this.words[place.table + entry] = tableAtPowerUp(this.#parameters, entry);
    }
  }

  /** Resets all but the table, which is a memory. */
  reset(): void {
    const { words } = this;
    const afterTable = place.table + tableEntries;
    words.set(this.#afterReset.subarray(0, place.table), 0);
    words.set(this.#afterReset.subarray(afterTable), afterTable);
  }

  /** Adds to a counter of 48 bits that takes two words, the low one at `index`. */
  addWide(index: number, amount: number): void {
    const { words } = this;
    const low = words[index]! + amount;
    words[index] = low;
    if (low > 0xffff_ffff) words[index + 1] = (words[index + 1]! + 1) & 0xffff;
  }

  /** Clients of all enabled all-SAP entries for a frame's destination; none for a frame that is not good. */
  allSapClients({ status, destinationHigh, destinationLow }: Descriptor): number {
    if (status !== frameStatuses.good) return 0;
    const { words } = this;
    let clients = 0;
    for (let entry = 0; entry < allSapEntries; entry += 1) {
      const matches =
        words[place.all_sap_high + entry] === (allSapEnable | destinationHigh) &&
        words[place.all_sap_low + entry] === destinationLow;
      if (matches) clients |= words[place.all_sap_clients + entry]!;
    }
    return clients;
  }

  /** Whether any all-SAP entry is enabled. */
  get anyAllSap(): boolean {
    const { words } = this;
    for (let entry = 0; entry < allSapEntries; entry += 1) {
      if (words[place.all_sap_high + entry]! & allSapEnable) return true;
    }
    return false;
  }
}

/** The packet hash unit's register map, as `docs/systems/packet-unit.md` gives it. */
import { registerMap } from '../parts/register-map/declare.ts';

export const registerAddressWidth = 12;
/** Entries of the indirection table, named by the low 7 bits of the hash. */
export const tableEntries = 128;
export const allSapEntries = 4;
/** 32-bit words of the hash key. */
export const keyWords = 10;

/** Parameters that shape the map. */
interface Shape {
  readonly dataWidth: number;
  readonly clients: number;
  readonly hashWidth: number;
}

/** The key of Microsoft's verification suite ("Verifying the RSS hash calculation"), first word first. */
export const defaultKey = [
  0x6d5a56da, 0x255b0ec2, 0x4167253d, 0x43a38fb0, 0xd0ca2bcb, 0xae7b30b4, 0x77cb2da3, 0x8030f20c, 0x6a42b73b,
  0xbeac01fa,
] as const;

export const packetUnitRegisters = (p: Shape) =>
  registerMap({
    name: 'packet_unit',
    description: 'Control registers of the packet hash unit.',
    addressWidth: registerAddressWidth,
    registers: {
      identification: {
        description: 'Names the unit.',
        address: 0x000,
        access: 'constant',
        fields: { value: { description: 'The text "PKU1", first letter highest.', width: 32, value: 0x504b5531 } },
      },
      geometry: {
        description: 'Parameters that the unit was built with.',
        address: 0x004,
        access: 'constant',
        fields: {
          data_width: { description: 'Bits a beat.', width: 16, value: p.dataWidth },
          clients: { description: 'Number of clients.', width: 8, value: p.clients },
          hash_width: {
            description: 'Input bits that the hash engine takes a cycle, in units of 16.',
            width: 8,
            value: p.hashWidth / 16,
          },
        },
      },
      chain_key: {
        description:
          'Fields in which a frame must equal the first frame of a chain to join it, besides those that are hashed.',
        address: 0x010,
        fields: {
          vlan: { description: 'Number of tags, outer and inner VLAN identifier.', reset: 1 },
          sap: { description: 'EtherType, or the LLC access points.', reset: 1 },
          destination: { description: 'Destination address.', reset: 1 },
          source: { description: 'Source address.' },
          addresses: { description: 'Network protocol and its addresses.' },
          ports: { description: 'Transport protocol and its ports.' },
        },
      },
      hash_types: {
        description: 'Hash types that may be chosen.',
        address: 0x014,
        fields: {
          destination: {
            description: 'Destination address, VLAN identifiers and SAP, where nothing else applies.',
            reset: 1,
          },
          ipv4: { description: 'IPv4 addresses.', reset: 1 },
          tcp_ipv4: { description: 'IPv4 addresses and TCP ports.', reset: 1 },
          udp_ipv4: { description: 'IPv4 addresses and UDP ports.', reset: 1 },
          ipv6: { description: 'IPv6 addresses.', reset: 1 },
          tcp_ipv6: { description: 'IPv6 addresses and TCP ports.', reset: 1 },
          udp_ipv6: { description: 'IPv6 addresses and UDP ports.', reset: 1 },
        },
      },
      default_client: {
        description: 'Where frames go that have no hash.',
        address: 0x018,
        fields: { client: { description: 'Number of the client.', width: Math.log2(p.clients) } },
      },
      packet_limit: {
        description: 'Closes a chain by its packets.',
        address: 0x01c,
        fields: { packets: { description: 'Packets of a full chain; 0: no limit.', width: 16, reset: 64 } },
      },
      byte_limit: {
        description: 'Closes a chain by its bytes.',
        address: 0x020,
        fields: {
          bytes: { description: 'Bytes from which on a chain is full; 0: no limit.', width: 32, reset: 65536 },
        },
      },
      idle_limit: {
        description: 'Closes a chain when the line is idle.',
        address: 0x024,
        fields: {
          cycles: { description: 'Idle cycles after which a chain is closed; 0: never.', width: 32, reset: 1024 },
        },
      },
      accepting: {
        description: 'Which clients accept new chains.',
        address: 0x028,
        access: 'read-only',
        fields: {
          clients: { description: 'One bit a client, as the input is in the cycle of the read.', width: p.clients },
        },
      },
      key: {
        description: 'Key of the Toeplitz hash; the most significant bit of element 0 is the first.',
        address: 0x040,
        count: keyWords,
        fields: { word: { description: '32 bits of the key.', width: 32, reset: defaultKey } },
      },
      all_sap_low: {
        description: 'Destination addresses whose frames are copied.',
        address: 0x080,
        count: allSapEntries,
        fields: { address: { description: 'The last four octets.', width: 32 } },
      },
      all_sap_high: {
        description: 'The rest of those addresses.',
        address: 0x090,
        count: allSapEntries,
        fields: {
          address: { description: 'The first two octets.', width: 16 },
          enable: { description: 'Whether the entry counts.' },
        },
      },
      all_sap_clients: {
        description: 'Who receives the copies.',
        address: 0x0a0,
        count: allSapEntries,
        fields: { mask: { description: 'One bit a client.', width: p.clients } },
      },
      frames: { kind: 'counter', description: 'Frames received.', address: 0x100, width: 32 },
      malformed: { kind: 'counter', description: 'Malformed frames.', address: 0x104, width: 32 },
      truncated: { kind: 'counter', description: 'Frames that end within their headers.', address: 0x108, width: 32 },
      chains: { kind: 'counter', description: 'Chains started.', address: 0x10c, width: 32 },
      hashes: { kind: 'counter', description: 'Chains started that have a hash.', address: 0x110, width: 32 },
      table: {
        kind: 'window',
        description: 'Indirection table from the low 7 bits of a hash to a client.',
        address: 0x200,
        depth: tableEntries,
        fields: { client: { description: 'Number of the client.', width: Math.log2(p.clients) } },
      },
      client_packets: {
        kind: 'counter',
        description: 'Frames delivered to a client.',
        address: 0x400,
        count: p.clients,
        width: 32,
      },
      client_chains: {
        kind: 'counter',
        description: 'Chains delivered to a client.',
        address: 0x440,
        count: p.clients,
        width: 32,
      },
      client_drops: {
        kind: 'counter',
        description: 'Frames that a client did not accept.',
        address: 0x480,
        count: p.clients,
        width: 32,
      },
      client_bytes: {
        kind: 'counter',
        description: 'Bytes delivered to a client.',
        address: 0x500,
        count: p.clients,
        width: 48,
      },
    },
  });

/** What entry `index` of the table holds at power-up. */
export const tableAtPowerUp = (p: { readonly clients: number }, index: number): number => index % p.clients;

/**
 * The edges of the packet hash unit as plain data: parameters, ports, layouts and registers, exactly as `docs/systems/packet-unit.md`
 * gives them. Nothing of the hardware is imported here: the model, the driver and the documents read this file.
 */
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parts/parameters.ts';
import { registerMap } from '../parts/register-map/declare.ts';

export const packetUnitParameterSchema = parameters({
  dataWidth: { kind: 'choice', choices: [64, 128, 256, 512], default: 64, description: 'Bits a beat of the frames.' },
  clients: { kind: 'choice', choices: [2, 4, 8, 16], default: 8, description: 'Clients that frames go to.' },
  hashWidth: {
    kind: 'choice',
    choices: [16, 32, 48, 96, 144, 288],
    default: ({ dataWidth }) => (dataWidth === 64 ? 32 : dataWidth === 512 ? 96 : 48),
    description: 'Input bits that the hash engine takes a cycle.',
  },
  frameBeats: {
    kind: 'integer',
    minimum: 64,
    maximum: 4096,
    default: 64,
    description: 'Beats that wait in the frame queue while their chain is hashed.',
  },
});

export type PacketUnitParameterValues = ParameterValues<typeof packetUnitParameterSchema>;
export type PacketUnitParameters = Parameters<typeof packetUnitParameterSchema>;

/**
 * Checks the unit's parameters and fills in the defaults.
 *
 * @throws ParameterError naming the parameter, its value and what is allowed
 */
export const packetUnitParameters = (values: PacketUnitParameterValues = {}): PacketUnitParameters =>
  checkParameters(packetUnitParameterSchema, values, 'packet_unit');

export const parserStages = 3;
/** Bytes from the frame's start in which extension headers and ports are looked for. */
export const headerLimit = 128;
export const extensionHeaderLimit = 4;
/** Entries of the indirection table, named by the low 7 bits of the hash. */
export const tableEntries = 128;
export const allSapEntries = 4;
/** 32-bit words of the hash key. */
export const keyWords = 10;
export const registerAddressWidth = 12;
/** Bits of a chain number. */
export const chainNumberWidth = 16;
/** Bits of a frame's length in bytes; longer frames wrap. */
export const frameLengthWidth = 24;

/** Hash types, as `tuser` and the chain record name them. */
export const hashTypes = {
  none: 0,
  ipv4: 1,
  tcp_ipv4: 2,
  udp_ipv4: 3,
  ipv6: 4,
  tcp_ipv6: 5,
  udp_ipv6: 6,
  destination: 7,
} as const;

/** Why a chain was closed. */
export const closeReasons = { difference: 1, packets: 2, bytes: 3, idle: 4 } as const;

export const frameStatuses = { good: 0, malformed: 1, truncated: 2 } as const;

/** A part of a packed vector: bits `low + width - 1` to `low`. */
export interface LayoutField {
  readonly name: string;
  readonly low: number;
  readonly width: number;
}

/** `m_axis_tuser`; all beats of a frame carry the same. */
export const frameUserLayout = (p: { readonly clients: number }) =>
  [
    { name: 'hash', low: 0, width: 32 },
    { name: 'chain_number', low: 32, width: 16 },
    { name: 'hash_type', low: 48, width: 3 },
    { name: 'chain_start', low: 51, width: 1 },
    { name: 'delivery_mask', low: 52, width: p.clients },
  ] as const satisfies readonly LayoutField[];

export const frameUserWidth = (p: { readonly clients: number }): number => 52 + p.clients;
/** Bits of `tdest`, and of a client wherever it is stored. */
export const clientWidth = (p: { readonly clients: number }): number => Math.log2(p.clients);

/** `m_axis_chain_tdata`; the bits between the fields are 0. */
export const chainRecordLayout = [
  { name: 'hash', low: 0, width: 32 },
  { name: 'bytes', low: 32, width: 32 },
  { name: 'packets', low: 64, width: 16 },
  { name: 'chain_number', low: 80, width: 16 },
  { name: 'client', low: 96, width: 8 },
  { name: 'close_reason', low: 104, width: 3 },
  { name: 'hash_type', low: 108, width: 3 },
  { name: 'delivery_mask', low: 112, width: 16 },
] as const satisfies readonly LayoutField[];

export const chainRecordWidth = 128;

export interface Port {
  readonly name: string;
  readonly direction: 'input' | 'output';
  readonly width: number;
}

const inputs = (prefix: string, widths: Readonly<Record<string, number>>): Port[] =>
  Object.entries(widths).map(([name, width]) => ({ name: `${prefix}_${name}`, direction: 'input', width }));
const outputs = (prefix: string, widths: Readonly<Record<string, number>>): Port[] =>
  inputs(prefix, widths).map((port) => ({ ...port, direction: 'output' }));

/** The ports in their order, `aresetn` first, the clock left out. */
export const packetUnitPortList = (p: PacketUnitParameters): readonly Port[] => [
  { name: 'aresetn', direction: 'input', width: 1 },
  ...inputs('s_axis', { tdata: p.dataWidth, tkeep: p.dataWidth / 8, tlast: 1, tvalid: 1 }),
  ...outputs('s_axis', { tready: 1 }),
  ...outputs('m_axis', {
    tdata: p.dataWidth,
    tkeep: p.dataWidth / 8,
    tlast: 1,
    tdest: clientWidth(p),
    tuser: frameUserWidth(p),
    tvalid: 1,
  }),
  ...inputs('m_axis', { tready: 1 }),
  ...outputs('m_axis_chain', { tdata: chainRecordWidth, tvalid: 1 }),
  ...inputs('m_axis_chain', { tready: 1 }),
  { name: 'accepting', direction: 'input', width: p.clients },
  ...inputs('s_axil', { awaddr: registerAddressWidth, awprot: 3, awvalid: 1 }),
  ...outputs('s_axil', { awready: 1 }),
  ...inputs('s_axil', { wdata: 32, wstrb: 4, wvalid: 1 }),
  ...outputs('s_axil', { wready: 1, bresp: 2, bvalid: 1 }),
  ...inputs('s_axil', { bready: 1, araddr: registerAddressWidth, arprot: 3, arvalid: 1 }),
  ...outputs('s_axil', { arready: 1, rdata: 32, rresp: 2, rvalid: 1 }),
  ...inputs('s_axil', { rready: 1 }),
];

/** The key of Microsoft's verification suite ("Verifying the RSS hash calculation"), first word first. */
export const defaultKey = [
  0x6d5a56da, 0x255b0ec2, 0x4167253d, 0x43a38fb0, 0xd0ca2bcb, 0xae7b30b4, 0x77cb2da3, 0x8030f20c, 0x6a42b73b,
  0xbeac01fa,
] as const;

export const packetUnitRegisters = (p: PacketUnitParameters) =>
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
        fields: { client: { description: 'Number of the client.', width: clientWidth(p) } },
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
        fields: { client: { description: 'Number of the client.', width: clientWidth(p) } },
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

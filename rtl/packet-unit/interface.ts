/**
 * The edges of the packet hash unit as plain data: parameters, ports, layouts and registers, exactly as `docs/systems/packet-unit.md`
 * gives them. Nothing of the hardware is imported here: the model, the driver and the documents read this file.
 */
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parts/parameters.ts';
import { registerAddressWidth } from './registers.ts';

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

export {
  allSapEntries,
  defaultKey,
  keyWords,
  packetUnitRegisters,
  registerAddressWidth,
  tableAtPowerUp,
  tableEntries,
} from './registers.ts';

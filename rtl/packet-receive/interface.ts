/**
 * The edges of the packet receive engine as plain data: parameters, ports, layouts and registers, exactly as `docs/systems/receive-engine.md` gives
 * them. Nothing of the hardware is imported here: the model and the documents read this file.
 */
import { axi4Ports, type Port, registerPortPorts } from '../parts/axi/port-list.ts';
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parts/parameters.ts';
import { registerAddressWidth } from './registers.ts';

export const packetReceiveParameterSchema = parameters({
  dataWidth: { kind: 'choice', choices: [64, 128, 256, 512], default: 64, description: 'Bits a beat, everywhere.' },
  clients: { kind: 'choice', choices: [2, 4, 8, 16], default: 8, description: 'Clients, each with a ring.' },
  addressWidth: { kind: 'integer', minimum: 32, maximum: 48, default: 32, description: 'Bits of an address.' },
  idWidth: { kind: 'integer', minimum: 1, maximum: 8, default: 4, description: 'Bits of an identifier.' },
  slotBytes: { kind: 'choice', choices: [512, 1024, 2048], default: 2048, description: "Bytes of a ring's entry." },
  outstanding: {
    kind: 'integer',
    minimum: 2,
    maximum: 16,
    default: 8,
    description: 'Bursts and ends of chains on their way.',
  },
});

export type PacketReceiveParameterValues = ParameterValues<typeof packetReceiveParameterSchema>;
export type PacketReceiveParameters = Parameters<typeof packetReceiveParameterSchema>;

/**
 * Checks the engine's parameters and fills in the defaults.
 *
 * @throws ParameterError naming the parameter, its value and what is allowed
 */
export const packetReceiveParameters = (values: PacketReceiveParameterValues = {}): PacketReceiveParameters =>
  checkParameters(packetReceiveParameterSchema, values, 'packet_receive');

export { packetReceiveRegisters, registerAddressWidth } from './registers.ts';

/** Beats of the longest burst. */
export const burstBeats = 16;
/** Bits of a ring's indices, which wrap. */
export const indexWidth = 16;
/** Bits of the number of a beat in an entry. */
export const beatWidth = 10;
/** Bits of a packet's length in bytes; longer ones wrap. */
export const lengthWidth = 16;
/** Bits of a chain's record (`docs/systems/packet-unit.md`, "Ports"). */
export const chainRecordWidth = 128;

type DataWidth = { readonly dataWidth: number };
/** Bytes a beat. */
export const beatBytes = (p: DataWidth): number => p.dataWidth / 8;
export const headerBytes = (p: DataWidth): number => Math.max(16, beatBytes(p));
/** Beats of an entry's header. */
export const headerBeats = (p: DataWidth): number => headerBytes(p) / beatBytes(p);
/** Beats of an entry, header and data. */
export const slotBeats = (p: PacketReceiveParameters): number => p.slotBytes / beatBytes(p);
/** Beats of data that an entry holds. */
export const dataBeats = (p: PacketReceiveParameters): number => slotBeats(p) - headerBeats(p);
export const clientWidth = (p: { readonly clients: number }): number => Math.log2(p.clients);
/** Bits of a frame's `tuser`: hash, chain number, hash type, chain start, delivery mask. */
export const frameUserWidth = (p: { readonly clients: number }): number => 52 + p.clients;

const signals = (prefix: string, direction: Port['direction'], widths: Readonly<Record<string, number>>): Port[] =>
  Object.entries(widths).map(([name, width]) => ({ name: `${prefix}_${name}`, direction, width }));

/** The ports in their order, `aresetn` first, the clock left out. */
export const packetReceivePortList = (p: PacketReceiveParameters): readonly Port[] => [
  { name: 'aresetn', direction: 'input', width: 1 },
  ...signals('s_axis', 'input', {
    tdata: p.dataWidth,
    tkeep: beatBytes(p),
    tlast: 1,
    tdest: clientWidth(p),
    tuser: frameUserWidth(p),
    tvalid: 1,
  }),
  ...signals('s_axis', 'output', { tready: 1 }),
  ...signals('s_axis_chain', 'input', { tdata: chainRecordWidth, tvalid: 1 }),
  ...signals('s_axis_chain', 'output', { tready: 1 }),
  { name: 'accepting', direction: 'output', width: p.clients },
  ...axi4Ports('m_axi', 'output', p),
  { name: 'client_interrupt', direction: 'output', width: p.clients },
  { name: 'irq', direction: 'output', width: 1 },
  ...registerPortPorts(registerAddressWidth),
];

import { layPorts, type Port, type PortLayout, registerPortPorts } from '../primitives/ports.ts';
import { type PacketUnitParameters, registerAddressWidth } from './parameters.ts';

/** Bits of `m_axis_tuser`: hash, chain number, hash type, chain start, delivery mask. */
export const userWidth = (clients: number): number => 32 + 16 + 3 + 1 + clients;

export const clientIndexWidth = (clients: number): number => Math.log2(clients);

/** The ports of the unit in the order of the specification. */
export const packetUnitLayout = ({ dataWidth, clients }: PacketUnitParameters): PortLayout => {
  const input = (name: string, width = 1): Port => ({ name, width, direction: 'input' });
  const output = (name: string, width = 1): Port => ({ name, width, direction: 'output' });
  return layPorts([
    input('s_axis_tdata', dataWidth),
    input('s_axis_tkeep', dataWidth / 8),
    input('s_axis_tlast'),
    input('s_axis_tvalid'),
    output('s_axis_tready'),
    output('m_axis_tdata', dataWidth),
    output('m_axis_tkeep', dataWidth / 8),
    output('m_axis_tlast'),
    output('m_axis_tdest', clientIndexWidth(clients)),
    output('m_axis_tuser', userWidth(clients)),
    output('m_axis_tvalid'),
    input('m_axis_tready'),
    output('m_axis_chain_tdata', 128),
    output('m_axis_chain_tvalid'),
    input('m_axis_chain_tready'),
    input('accepting', clients),
    ...registerPortPorts('s_axil', registerAddressWidth),
  ]);
};

/**
 * The edges of the write gate as plain data: parameters, ports and registers, exactly as `docs/systems/write-gate.md` gives them. Nothing of the
 * hardware is imported here: the model and the documents read this file.
 */
import { axi4Ports, type Port, registerPortPorts } from '../parts/axi/port-list.ts';
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parts/parameters.ts';
import { registerAddressWidth } from './registers.ts';

export const writeGateParameterSchema = parameters({
  dataWidth: { kind: 'choice', choices: [32, 64, 128, 256, 512], default: 64, description: 'Bits a beat.' },
  addressWidth: { kind: 'integer', minimum: 32, maximum: 48, default: 32, description: 'Bits of an address.' },
  idWidth: { kind: 'integer', minimum: 1, maximum: 8, default: 4, description: 'Bits of an identifier.' },
  pageWidth: {
    kind: 'integer',
    minimum: 1,
    maximum: 20,
    default: 12,
    description: '2 to the power of it pages can be marked.',
  },
  outstanding: {
    kind: 'integer',
    minimum: 1,
    maximum: 32,
    default: 8,
    description: 'Writes let through and not answered.',
  },
});

export type WriteGateParameterValues = ParameterValues<typeof writeGateParameterSchema>;
export type WriteGateParameters = Parameters<typeof writeGateParameterSchema>;

/**
 * Checks the gate's parameters and fills in the defaults.
 *
 * @throws ParameterError naming the parameter, its value and what is allowed
 */
export const writeGateParameters = (values: WriteGateParameterValues = {}): WriteGateParameters =>
  checkParameters(writeGateParameterSchema, values, 'write_gate');

export { registerAddressWidth, writeGateRegisters } from './registers.ts';

/** Bits of an address within a page. */
export const offsetWidth = 12;

/** The ports in their order, `aresetn` first, the clock left out. */
export const writeGatePortList = (p: WriteGateParameters): readonly Port[] => [
  { name: 'aresetn', direction: 'input', width: 1 },
  ...axi4Ports('s_axi', 'input', p),
  ...axi4Ports('m_axi', 'output', p),
  { name: 'irq', direction: 'output', width: 1 },
  ...registerPortPorts(registerAddressWidth),
];

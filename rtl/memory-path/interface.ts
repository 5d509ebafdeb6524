/**
 * The edges of the memory path as plain data: parameters, ports, codes and registers, exactly as
 * `docs/systems/memory-path.md` gives them. Nothing of the hardware is imported here: the model, the driver and the
 * documents read this file.
 */
import { axi4Ports, type Port, registerPortPorts } from '../parts/axi/port-list.ts';
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parts/parameters.ts';
import { registerAddressWidth } from './registers.ts';

export const memoryPathParameterSchema = parameters({
  dataWidth: { kind: 'choice', choices: [64, 128], default: 128, description: 'Bits a beat, on both sides.' },
  addressWidth: { kind: 'integer', minimum: 20, maximum: 48, default: 32, description: 'Bits of a memory address.' },
  idWidth: {
    kind: 'integer',
    minimum: 1,
    maximum: 8,
    default: 4,
    description: 'Bits of an identifier of the processor.',
  },
  select: { kind: 'integer', minimum: 1, maximum: 4, default: 3, description: 'Bits that choose the form.' },
  sideband: {
    kind: 'flag',
    default: false,
    description: 'Whether the form comes in user signals, instead of in address bits above the memory address.',
  },
  keySlots: { kind: 'integer', minimum: 1, maximum: 8, default: 4, description: 'Slots for keys.' },
  dataUnit: {
    kind: 'choice',
    choices: [64, 128, 256, 512, 1024, 2048, 4096],
    default: 64,
    description: 'Bytes of an XTS data unit.',
  },
  unrolled: { kind: 'choice', choices: [1, 2, 7, 14], default: 14, description: 'AES rounds in hardware.' },
  princeRounds: { kind: 'choice', choices: [1, 2, 3, 4, 6, 12], default: 2, description: 'PRINCE rounds in a cycle.' },
  reads: { kind: 'choice', choices: [2, 4, 8, 16, 32], default: 16, description: 'Read pieces in flight.' },
  writes: {
    kind: 'choice',
    choices: [2, 4, 8, 16, 32],
    default: 16,
    description: 'Write pieces, and write bursts, in flight.',
  },
});

export type MemoryPathParameterValues = ParameterValues<typeof memoryPathParameterSchema>;
export type MemoryPathParameters = Parameters<typeof memoryPathParameterSchema>;

/**
 * Checks the memory path's parameters and fills in the defaults.
 *
 * @throws ParameterError naming the parameter, its value and what is allowed
 */
export const memoryPathParameters = (values: MemoryPathParameterValues = {}): MemoryPathParameters =>
  checkParameters(memoryPathParameterSchema, values, 'memory_path');

export { memoryPathRegisters, registerAddressWidth } from './registers.ts';
/** Bytes of a cipher block, and of a line: what a piece never leaves. */
export const blockBytes = 16;
export const lineBytes = 64;
/** Cycles from an AES engine's taking a block of data to its being in the queue. */
export const aesLatency = 16;
/** The same for PRINCE. */
export const princeLatency = (p: { readonly princeRounds: number }): number => 12 / p.princeRounds + 2;
/** Blocks in a decryption engine and its queue. */
export const queueDepth = { aes: 32, prince: 16 } as const;
/** Cycles that a commit takes once its slot is out of use. */
export const commitCycles = 32;
/** Cycles in which what engines keep of keys is cleared, after reset and tampering: a round key of each slot in each. */
export const clearingCycles = (p: { readonly keySlots: number }): number => 16 * p.keySlots;

/** Bits of an identifier towards memory: the highest is 1 for what the path asks for itself. */
export const memoryIdWidth = (p: { readonly idWidth: number; readonly writes: number }): number =>
  1 + Math.max(p.idWidth, Math.log2(p.writes));
/** Bits of an address on the processor's side, the form among them unless it comes beside. */
export const processorAddressWidth = (p: {
  readonly addressWidth: number;
  readonly select: number;
  readonly sideband: boolean;
}): number => p.addressWidth + (p.sideband ? 0 : p.select);

/** Channels, as a form's register and a key slot's kind name them. */
export const channels = { plain: 0, aes128: 1, aes256: 2, prince: 3 } as const;

/** Responses of AXI4 (Arm IHI 0022, A3.4.4). */
export const responses = { okay: 0, exclusive_okay: 1, subordinate_error: 2, decode_error: 3 } as const;

/** The ports in their order, `aresetn` first, the clock left out. */
export const memoryPathPortList = (p: MemoryPathParameters): readonly Port[] => [
  { name: 'aresetn', direction: 'input', width: 1 },
  ...axi4Ports('s_axi', 'input', {
    dataWidth: p.dataWidth,
    addressWidth: processorAddressWidth(p),
    idWidth: p.idWidth,
  }),
  ...(p.sideband
    ? ([
        { name: 's_axi_awuser', direction: 'input', width: p.select },
        { name: 's_axi_aruser', direction: 'input', width: p.select },
      ] as const)
    : []),
  ...axi4Ports('m_axi', 'output', { dataWidth: p.dataWidth, addressWidth: p.addressWidth, idWidth: memoryIdWidth(p) }),
  { name: 'tamper', direction: 'input', width: 1 },
  { name: 'irq', direction: 'output', width: 1 },
  ...registerPortPorts(registerAddressWidth),
];

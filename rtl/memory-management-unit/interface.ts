/**
 * The edges of the memory management unit and of its keeper as plain data: parameters, ports, codes and registers,
 * exactly as `docs/systems/memory-management-unit.md` gives them. Nothing of the hardware is imported here: the model,
 * the driver and the documents read this file.
 */
import { axi4Ports, type Port, registerPortPorts } from '../parts/axi/port-list.ts';
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parts/parameters.ts';
import { registerAddressWidth } from './registers.ts';

/** What units and their keeper must be built with alike. */
const shared = parameters({
  dataWidth: { kind: 'choice', choices: [64, 128], default: 64, description: 'Bits a beat, on every AXI4 interface.' },
  addressWidth: {
    kind: 'integer',
    minimum: 24,
    maximum: 48,
    default: 32,
    description: 'Bits of an address in a memory.',
  },
  formWidth: {
    kind: 'integer',
    minimum: 0,
    maximum: 4,
    default: 3,
    description: 'Instruction bits for the memory paths, above the memory address.',
  },
  cookieWidth: { kind: 'integer', minimum: 2, maximum: 16, default: 8, description: 'Bits of a page mapping cookie.' },
  cookieIndexWidth: {
    kind: 'integer',
    minimum: 1,
    maximum: 12,
    default: 8,
    description: 'Bits that choose a cookie: the buffer holds 2 to the power of it.',
  },
});

export const memoryManagementUnitParameterSchema = parameters({
  ...shared,
  virtualWidth: {
    kind: 'integer',
    minimum: 32,
    maximum: 39,
    default: 39,
    description: 'Bits of an address of the processor.',
  },
  idWidth: {
    kind: 'integer',
    minimum: 1,
    maximum: 8,
    default: 4,
    description: 'Bits of an identifier of the processor.',
  },
  entries: { kind: 'integer', minimum: 4, maximum: 64, default: 32, description: 'Entries of the TLB.' },
  domainWidth: { kind: 'integer', minimum: 1, maximum: 8, default: 4, description: 'Bits of a domain number.' },
  sideband: {
    kind: 'flag',
    default: false,
    description: 'Whether the domain comes in user signals, instead of from the register.',
  },
  reads: { kind: 'choice', choices: [2, 4, 8, 16], default: 8, description: 'Reads in flight.' },
  writes: { kind: 'choice', choices: [2, 4, 8, 16], default: 8, description: 'Writes in flight.' },
  timerWidth: { kind: 'integer', minimum: 4, maximum: 32, default: 16, description: 'Bits of the timeout, in cycles.' },
});

export const memoryKeeperParameterSchema = parameters({
  ...shared,
  units: { kind: 'integer', minimum: 1, maximum: 8, default: 2, description: 'Units that share the keeper.' },
});

export type MemoryManagementUnitParameterValues = ParameterValues<typeof memoryManagementUnitParameterSchema>;
export type MemoryManagementUnitParameters = Parameters<typeof memoryManagementUnitParameterSchema>;
export type MemoryKeeperParameterValues = ParameterValues<typeof memoryKeeperParameterSchema>;
export type MemoryKeeperParameters = Parameters<typeof memoryKeeperParameterSchema>;

/**
 * Checks a unit's parameters and fills in the defaults.
 *
 * @throws ParameterError naming the parameter, its value and what is allowed
 */
export const memoryManagementUnitParameters = (
  values: MemoryManagementUnitParameterValues = {},
): MemoryManagementUnitParameters =>
  checkParameters(memoryManagementUnitParameterSchema, values, 'memory_management_unit');

/**
 * Checks the keeper's parameters and fills in the defaults.
 *
 * @throws ParameterError naming the parameter, its value and what is allowed
 */
export const memoryKeeperParameters = (values: MemoryKeeperParameterValues = {}): MemoryKeeperParameters =>
  checkParameters(memoryKeeperParameterSchema, values, 'memory_keeper');

export { memoryKeeperRegisters } from './keeper-registers.ts';
export { memoryManagementUnitRegisters, registerAddressWidth } from './registers.ts';
export { entryFields, type TableField, type TableFieldName, tableFields } from './table-fields.ts';

/** Address bits within a page of 4 KiB, and page bits within a super page of 2 MiB. */
export const pageBits = 12;
export const superPageBits = 9;
/** Levels of a walk: the domain table is the highest. */
export const levels = 4;
/** Bytes of an entry of a table, and of a line that the keeper copies. */
export const entryBytes = 16;
export const lineBytes = 64;
/** The age of a turn, in cycles, from which nothing more begins on both memories while others ask for it. */
export const turnAge = 63;

interface Widths {
  readonly addressWidth: number;
  readonly formWidth: number;
}

/** Bits of an address towards a memory: the form above the memory address. */
export const physicalWidth = (p: Widths): number => p.addressWidth + p.formWidth;
/** Bits of a frame's number. */
export const frameWidth = (p: Pick<Widths, 'addressWidth'>): number => p.addressWidth - pageBits;
/** Bits of a page's number. */
export const pageWidth = (p: { readonly virtualWidth: number }): number => p.virtualWidth - pageBits;
/** Bits of an identifier towards a memory: the highest is 1 for the walker. */
export const memoryIdWidth = (p: { readonly idWidth: number }): number => p.idWidth + 1;
/** Marks that a walk keeps of the bumps since it started. */
export const markBits = (p: { readonly cookieIndexWidth: number }): number => 2 ** Math.min(4, p.cookieIndexWidth);

/** Causes of a unit's faults. */
export const faultCauses = { no_translation: 1, malformed: 2, permission: 3, lost: 4 } as const;

/** Causes for which a memory is taken out of use. */
export const failureCauses = { failure: 1, timeout: 2, limit: 3, taken_out: 4, engine: 5 } as const;

/** Responses of AXI4 (Arm IHI 0022, A3.4.4). */
export const responses = { okay: 0, exclusive_okay: 1, subordinate_error: 2, decode_error: 3 } as const;

/**
 * The index of a leaf's cookie, as software writes it to `bump`.
 *
 * @param leaf `memory` is 0 if the first translation is enabled, else 1, and `frame` the frame's number in it
 */
export const cookieIndex = (
  p: { readonly addressWidth: number; readonly cookieIndexWidth: number },
  leaf: { readonly memory: 0 | 1; readonly superPage: boolean; readonly frame: number },
): number => {
  const width = BigInt(frameWidth(p));
  const low = BigInt(superPageBits);
  const frame = leaf.superPage ? (BigInt(leaf.frame) >> low) << low : BigInt(leaf.frame);
  let rest = (BigInt(leaf.memory) << (width + 1n)) | (BigInt(leaf.superPage) << width) | frame;
  let index = 0n;
  for (; rest > 0n; rest >>= BigInt(p.cookieIndexWidth)) index ^= rest & ((1n << BigInt(p.cookieIndexWidth)) - 1n);
  return Number(index);
};

const wires = (direction: Port['direction'], widths: Readonly<Record<string, number>>): Port[] =>
  Object.entries(widths).map(([name, width]) => ({ name, direction, width }));

const managers = (p: Widths & { readonly dataWidth: number }, idWidth: number): Port[] =>
  ['m0_axi', 'm1_axi'].flatMap((prefix) =>
    axi4Ports(prefix, 'output', { dataWidth: p.dataWidth, addressWidth: physicalWidth(p), idWidth }),
  );

/** What the keeper tells all units, by the names of their ports. */
export const toAll = [
  'bump',
  'bump_index',
  'bump_flush',
  'failed',
  'restoring',
  'port_clear',
  'claim',
  'claim_memory',
  'claim_frame',
] as const;
/** What it tells each: its own port has the unit's number before the name. */
export const toOne = ['cookie_value', 'turn', 'turn_contended'] as const;
/** What each unit tells the keeper. */
export const toKeeper = [
  'cookie_index',
  'bump_busy',
  'turn_request',
  'event_error',
  'event_failure',
  'event_timeout',
  'claim_busy',
] as const;

/** A unit's ports in their order, `aresetn` first, the clock left out. */
export const memoryManagementUnitPortList = (p: MemoryManagementUnitParameters): readonly Port[] => [
  ...wires('input', { aresetn: 1 }),
  ...axi4Ports('s_axi', 'input', { dataWidth: p.dataWidth, addressWidth: p.virtualWidth, idWidth: p.idWidth }),
  ...(p.sideband ? wires('input', { s_axi_awuser: p.domainWidth, s_axi_aruser: p.domainWidth }) : []),
  ...managers(p, memoryIdWidth(p)),
  ...wires('output', { cookie_index: p.cookieIndexWidth }),
  ...wires('input', { cookie_value: p.cookieWidth, bump: 1, bump_index: p.cookieIndexWidth, bump_flush: 1 }),
  ...wires('output', { bump_busy: 1, turn_request: 1 }),
  ...wires('input', { turn: 1, turn_contended: 1, failed: 2, restoring: 2, port_clear: 2 }),
  ...wires('output', { event_error: 2, event_failure: 2, event_timeout: 2 }),
  ...wires('input', { claim: 1, claim_memory: 1, claim_frame: frameWidth(p) }),
  ...wires('output', { claim_busy: 1, irq: 1 }),
  ...registerPortPorts(registerAddressWidth),
];

const unitWires = (p: MemoryKeeperParameters, unit: number): Port[] => {
  const named = (direction: Port['direction'], widths: Readonly<Record<string, number>>): Port[] =>
    wires(direction, widths).map((port) => ({ ...port, name: `u${unit}_${port.name}` }));
  return [
    ...named('input', { cookie_index: p.cookieIndexWidth }),
    ...named('output', { cookie_value: p.cookieWidth }),
    ...named('input', { bump_busy: 1, turn_request: 1 }),
    ...named('output', { turn: 1, turn_contended: 1 }),
    ...named('input', { event_error: 2, event_failure: 2, event_timeout: 2, claim_busy: 1 }),
  ];
};

/** The keeper's ports in their order, `aresetn` first, the clock left out. */
export const memoryKeeperPortList = (p: MemoryKeeperParameters): readonly Port[] => [
  ...wires('input', { aresetn: 1 }),
  ...Array.from({ length: p.units }, (_, unit) => unitWires(p, unit)).flat(),
  ...wires('output', { bump: 1, bump_index: p.cookieIndexWidth, bump_flush: 1 }),
  ...wires('output', { failed: 2, restoring: 2, port_clear: 2 }),
  ...wires('output', { claim: 1, claim_memory: 1, claim_frame: frameWidth(p) }),
  ...wires('output', { reset_request: 2 }),
  ...wires('input', { reset_acknowledge: 2 }),
  ...managers(p, 1),
  ...wires('output', { irq: 1 }),
  ...registerPortPorts(registerAddressWidth),
];

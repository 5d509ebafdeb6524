/**
 * The edges of the platform as plain data: parameters, ports, addresses, interrupt lines, and the parameters that its
 * blocks are built with, exactly as `docs/systems/platform.md` gives them. Nothing of the hardware is imported here.
 */

import { interconnectParameters } from '../interconnect/interface.ts';
import { memoryKeeperParameters, memoryManagementUnitParameters } from '../memory-management-unit/interface.ts';
import { memoryPathParameters, memoryIdWidth as pathMemoryIdWidth } from '../memory-path/interface.ts';
import { packetReceiveParameters } from '../packet-receive/interface.ts';
import { packetUnitParameters } from '../packet-unit/interface.ts';
import { axi4Ports, type Port, registerPortPorts } from '../parts/axi/port-list.ts';
import { checkParameters, type Parameters, type ParameterValues, parameters } from '../parts/parameters.ts';
import { resourceAccessControllerParameters } from '../resource-access-controller/interface.ts';
import { writeGateParameters } from '../write-gate/interface.ts';

export const platformParameterSchema = parameters({
  processors: { kind: 'integer', minimum: 1, maximum: 4, default: 2, description: 'Processor ports.' },
  dataWidth: { kind: 'choice', choices: [64, 128], default: 64, description: 'Bits a beat, everywhere.' },
  tlbEntries: {
    kind: 'integer',
    minimum: 4,
    maximum: 64,
    default: 16,
    description: 'Entries in the TLB of each memory management unit.',
  },
  cookieIndexWidth: {
    kind: 'integer',
    minimum: 1,
    maximum: 12,
    default: 8,
    description: 'The keeper has 2 to the power of it cookies.',
  },
  keySlots: { kind: 'integer', minimum: 1, maximum: 8, default: 4, description: 'Keys of each memory path.' },
  unrolled: {
    kind: 'choice',
    choices: [1, 2, 7, 14],
    default: 14,
    description: 'AES rounds in hardware, in each memory path.',
  },
  princeRounds: { kind: 'choice', choices: [1, 2, 3, 4, 6, 12], default: 2, description: 'PRINCE rounds in a cycle.' },
  clients: { kind: 'choice', choices: [2, 4, 8, 16], default: 8, description: 'Packet clients.' },
});

export type PlatformParameterValues = ParameterValues<typeof platformParameterSchema>;
export type PlatformParameters = Parameters<typeof platformParameterSchema>;

/**
 * Checks the platform's parameters and fills in the defaults.
 *
 * @throws ParameterError naming the parameter, its value and what is allowed
 */
export const platformParameters = (values: PlatformParameterValues = {}): PlatformParameters =>
  checkParameters(platformParameterSchema, values, 'platform');

/** Bits of an address in a memory, of a form, of a virtual address, of a domain, of a processor's identifier. */
export const memoryAddressWidth = 32;
export const formWidth = 3;
export const virtualWidth = 39;
export const domainWidth = 4;
export const processorIdWidth = 4;
/** Bits of a processor's address: the highest chooses the aperture of devices and registers. */
export const processorAddressWidth = virtualWidth + 1;
/** Bits of an address before the units: aperture, privileged, domain, virtual address. */
export const frontAddressWidth = 2 + domainWidth + virtualWidth;

/** Where the aperture of devices and registers begins. Its accesses must be privileged. */
export const apertureBase = 2 ** virtualWidth;
/** Where the registers of the blocks begin, and bytes of each block's. */
export const registersBase = apertureBase + 2 ** 31;
export const windowBytes = 0x1000;

/** The windows of the blocks' registers, in order; a `unit` follows for each processor from `firstUnitWindow` on. */
export const windows = {
  keeper: 0,
  network: 1,
  path0: 2,
  path1: 3,
  controller: 4,
  packets: 5,
  receiver: 6,
  gate: 7,
} as const;
export const firstUnitWindow = 8;
/** Address of a window's first register, as software sees it. */
export const windowAddress = (window: number): number => registersBase + windowBytes * window;

/** Bits of an address at the register bridge. */
export const bridgeAddressWidth = 16;
/** The windows that there are, in order. */
export const windowsOf = (p: PlatformParameters): readonly number[] => [
  ...Object.values(windows),
  ...Array.from({ length: p.processors }, (_, processor) => firstUnitWindow + processor),
];

/** The devices in order: each is a port and a resource of the controller by this number. */
export const deviceNames = ['disk0', 'disk1', 'console', 'timer', 'network0', 'network1'] as const;
export type DeviceName = (typeof deviceNames)[number];
/** Bytes of a device's region, and where the firmware puts the first. */
export const deviceBytes = 0x1_0000;
export const deviceAddress = (device: DeviceName): number => apertureBase + deviceBytes * deviceNames.indexOf(device);

/** Lines of `interrupt` by their bit. */
export const interruptLines = {
  keeper: 0,
  network: 1,
  path0: 2,
  path1: 3,
  controller: 4,
  receiver: 6,
  gate: 7,
  unit0: 8,
  unit1: 9,
  unit2: 10,
  unit3: 11,
  disk0: 16,
  disk1: 17,
  console: 18,
  timer: 19,
  network0: 20,
  network1: 21,
} as const;
export type InterruptLine = keyof typeof interruptLines;
export const interruptWidth = 24;

/** Responses of AXI4 (Arm IHI 0022, A3.4.4). */
export const responses = { okay: 0, exclusive_okay: 1, subordinate_error: 2, decode_error: 3 } as const;

/** Pages, log2, that the write gate can mark for each packet client: a ring at its largest, and as many. */
export const clientPagesLog2 = 12;

/** The parameters that the platform builds its blocks with. */
export const blockParameters = (p: PlatformParameters) => {
  const { dataWidth, cookieIndexWidth } = p;
  const translation = { dataWidth, addressWidth: memoryAddressWidth, formWidth, cookieIndexWidth } as const;
  const unit = { ...translation, virtualWidth, domainWidth, idWidth: processorIdWidth, entries: p.tlbEntries } as const;
  /** Units' identifiers towards a memory are a bit wider than a processor's; the interconnect adds the manager. */
  const pathIdWidth = processorIdWidth + 1 + Math.ceil(Math.log2(p.processors + 2));
  const privileged = 2 ** (frontAddressWidth - 2);
  const aperture = 2 ** (frontAddressWidth - 1);
  return {
    front: interconnectParameters({
      managers: 1,
      subordinates: 2,
      dataWidth,
      addressWidth: frontAddressWidth,
      idWidth: processorIdWidth,
      outstanding: 8,
      base0: 0,
      size0: aperture,
      base1: aperture + privileged,
      size1: privileged,
    }),
    devices: interconnectParameters({
      managers: p.processors,
      subordinates: 2,
      dataWidth,
      addressWidth: virtualWidth,
      idWidth: processorIdWidth,
      outstanding: 8,
      base0: 0,
      size0: 2 ** 31,
      base1: 2 ** 31,
      size1: 2 ** bridgeAddressWidth,
    }),
    side: interconnectParameters({
      managers: p.processors + 2,
      subordinates: 1,
      dataWidth,
      addressWidth: memoryAddressWidth + formWidth,
      idWidth: processorIdWidth + 1,
      outstanding: 9,
      base0: 0,
      size0: 2 ** (memoryAddressWidth + formWidth),
    }),
    unit: memoryManagementUnitParameters({ ...unit, sideband: true }),
    network: memoryManagementUnitParameters(unit),
    keeper: memoryKeeperParameters({ ...translation, units: p.processors + 1 }),
    path: memoryPathParameters({
      dataWidth,
      addressWidth: memoryAddressWidth,
      idWidth: pathIdWidth,
      select: formWidth,
      keySlots: p.keySlots,
      unrolled: p.unrolled,
      princeRounds: p.princeRounds,
    }),
    controller: resourceAccessControllerParameters({
      dataWidth,
      idWidth: processorIdWidth + Math.ceil(Math.log2(p.processors)),
      ports: deviceNames.length,
      resources: deviceNames.length,
    }),
    packets: packetUnitParameters({ dataWidth, clients: p.clients }),
    receiver: packetReceiveParameters({
      dataWidth,
      clients: p.clients,
      addressWidth: virtualWidth,
      idWidth: processorIdWidth,
    }),
    gate: writeGateParameters({
      dataWidth,
      addressWidth: virtualWidth,
      idWidth: processorIdWidth,
      pageWidth: clientPagesLog2 + Math.log2(p.clients),
    }),
  } as const;
};

const wires = (direction: Port['direction'], widths: Readonly<Record<string, number>>): Port[] =>
  Object.entries(widths).map(([name, width]) => ({ name, direction, width }));

const processorPorts = (p: PlatformParameters, processor: number): Port[] => [
  ...axi4Ports(`p${processor}_axi`, 'input', {
    dataWidth: p.dataWidth,
    addressWidth: processorAddressWidth,
    idWidth: processorIdWidth,
  }),
  ...wires('input', { [`p${processor}_axi_awuser`]: domainWidth, [`p${processor}_axi_aruser`]: domainWidth }),
];

/** The ports in their order, `aresetn` first, the clock left out. */
export const platformPortList = (p: PlatformParameters): readonly Port[] => {
  const { path, controller } = blockParameters(p);
  const memory = { ...path, idWidth: pathMemoryIdWidth(path) };
  return [
    ...wires('input', { aresetn: 1 }),
    ...Array.from({ length: p.processors }, (_, processor) => processorPorts(p, processor)).flat(),
    ...['m0_axi', 'm1_axi'].flatMap((prefix) => axi4Ports(prefix, 'output', memory)),
    ...deviceNames.flatMap((_, device) => axi4Ports(`d${device}_axi`, 'output', controller)),
    ...wires('input', { device_interrupt: deviceNames.length }),
    ...wires('output', { device_reset_request: deviceNames.length }),
    ...wires('input', { device_reset_acknowledge: deviceNames.length }),
    ...wires('output', { memory_reset_request: 2 }),
    ...wires('input', {
      memory_reset_acknowledge: 2,
      network_axis_tdata: p.dataWidth,
      network_axis_tkeep: p.dataWidth / 8,
      network_axis_tlast: 1,
      network_axis_tvalid: 1,
    }),
    ...wires('output', { network_axis_tready: 1 }),
    ...wires('input', { tamper: 1 }),
    ...wires('output', { interrupt: interruptWidth }),
  ];
};

/** The prefix of the signals of a window's port at the register bridge. */
export const bridgeWindow = (window: number): string => `w${window}_axil`;

/** The register bridge's ports in their order, `aresetn` first, the clock left out. */
export const registerBridgePortList = (p: PlatformParameters): readonly Port[] => {
  const { dataWidth, idWidth } = blockParameters(p).controller;
  const opposite = { input: 'output', output: 'input' } as const;
  const managers = windowsOf(p).flatMap((window) =>
    registerPortPorts(12).map(({ name, direction, width }) => ({
      name: name.replace('s_axil', bridgeWindow(window)),
      direction: opposite[direction],
      width,
    })),
  );
  return [
    ...wires('input', { aresetn: 1 }),
    ...axi4Ports('s_axi', 'input', { dataWidth, addressWidth: bridgeAddressWidth, idWidth }),
    ...managers,
    ...wires('input', { unavailable: 2 ** (bridgeAddressWidth - 12) }),
  ];
};

// What software on the platform needs of the blocks, so that it needs to import no block itself.
export {
  cookieIndex,
  entryBytes as tableEntryBytes,
  entryFields as tableEntryFields,
  failureCauses,
  faultCauses as translationFaultCauses,
  levels as tableLevels,
  memoryKeeperRegisters,
  memoryManagementUnitRegisters,
} from '../memory-management-unit/interface.ts';
export { channels as pathChannels, memoryPathRegisters } from '../memory-path/interface.ts';
export { packetReceiveRegisters } from '../packet-receive/interface.ts';
export { packetUnitRegisters } from '../packet-unit/interface.ts';
export { type AsynchronousRegisterBus, RegisterAccessError } from '../parts/register-map/bus.ts';
export { createDriver } from '../parts/register-map/driver.ts';
export type { Driver } from '../parts/register-map/driver-types.ts';
export {
  fakePolicies,
  faultCauses as deviceFaultCauses,
  resourceAccessControllerRegisters,
} from '../resource-access-controller/interface.ts';
export { writeGateRegisters } from '../write-gate/interface.ts';
export {
  consoleRegisters,
  diskBlockBytes,
  diskBufferOffset,
  diskRegisters,
  diskSectorBytes,
  networkRegisters,
  timerRegisters,
} from './device-registers.ts';

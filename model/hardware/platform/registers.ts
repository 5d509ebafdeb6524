/** Typed drivers of all registers on the platform, over whatever reads and writes its 32-bit words. */
import {
  type AsynchronousRegisterBus,
  blockParameters,
  consoleRegisters,
  createDriver,
  type Driver,
  deviceAddress,
  diskRegisters,
  firstUnitWindow,
  memoryKeeperRegisters,
  memoryManagementUnitRegisters,
  memoryPathRegisters,
  networkRegisters,
  type PlatformParameters,
  packetReceiveRegisters,
  packetUnitRegisters,
  resourceAccessControllerRegisters,
  timerRegisters,
  windowAddress,
  windows,
  writeGateRegisters,
} from '../../../rtl/platform/interface.ts';

type DriverOf<Map extends { readonly registers: object }> = Driver<
  Map['registers'] extends Parameters<typeof createDriver>[0]['registers'] ? Map['registers'] : never,
  true
>;

export type KeeperRegisters = DriverOf<ReturnType<typeof memoryKeeperRegisters>>;
export type UnitRegisters = DriverOf<ReturnType<typeof memoryManagementUnitRegisters>>;
export type PathRegisters = DriverOf<ReturnType<typeof memoryPathRegisters>>;
export type ControllerRegisters = DriverOf<ReturnType<typeof resourceAccessControllerRegisters>>;
export type PacketRegisters = DriverOf<ReturnType<typeof packetUnitRegisters>>;
export type ReceiverRegisters = DriverOf<ReturnType<typeof packetReceiveRegisters>>;
export type GateRegisters = DriverOf<ReturnType<typeof writeGateRegisters>>;
export type DiskRegisters = DriverOf<typeof diskRegisters>;
export type ConsoleRegisters = DriverOf<typeof consoleRegisters>;
export type TimerRegisters = DriverOf<typeof timerRegisters>;
export type NetworkRegisters = DriverOf<typeof networkRegisters>;

/** The registers of the machine, as one processor reaches them. */
export interface ProcessorRegisters {
  /** This processor's memory management unit. */
  readonly unit: UnitRegisters;
  /** All processors' units, by processor. */
  readonly units: readonly UnitRegisters[];
  /** The unit before the packet receiver. */
  readonly network: UnitRegisters;
  readonly keeper: KeeperRegisters;
  readonly paths: readonly [PathRegisters, PathRegisters];
  readonly controller: ControllerRegisters;
  readonly packets: PacketRegisters;
  /** The packet receive engine. */
  readonly receiver: ReceiverRegisters;
  /** The write gate between it and its unit. */
  readonly gate: GateRegisters;
}

/** Makes the drivers of the machine's registers. */
export const processorRegisters = (
  p: PlatformParameters,
  processor: number,
  bus: AsynchronousRegisterBus,
): ProcessorRegisters => {
  const blocks = blockParameters(p);
  const unitMap = memoryManagementUnitRegisters(blocks.unit);
  const pathMap = memoryPathRegisters(blocks.path);
  const units = Array.from({ length: p.processors }, (_, index) =>
    createDriver(unitMap, bus, windowAddress(firstUnitWindow + index)),
  );
  return {
    unit: units[processor]!,
    units,
    network: createDriver(memoryManagementUnitRegisters(blocks.network), bus, windowAddress(windows.network)),
    keeper: createDriver(memoryKeeperRegisters(blocks.keeper), bus, windowAddress(windows.keeper)),
    paths: [
      createDriver(pathMap, bus, windowAddress(windows.path0)),
      createDriver(pathMap, bus, windowAddress(windows.path1)),
    ],
    controller: createDriver(
      resourceAccessControllerRegisters(blocks.controller),
      bus,
      windowAddress(windows.controller),
    ),
    packets: createDriver(packetUnitRegisters(blocks.packets), bus, windowAddress(windows.packets)),
    receiver: createDriver(packetReceiveRegisters(blocks.receiver), bus, windowAddress(windows.receiver)),
    gate: createDriver(writeGateRegisters(blocks.gate), bus, windowAddress(windows.gate)),
  };
};

/** Makes the drivers of the devices' registers, where the firmware puts the devices. */
export const deviceRegisters = (bus: AsynchronousRegisterBus) => ({
  disks: [
    createDriver(diskRegisters, bus, deviceAddress('disk0')),
    createDriver(diskRegisters, bus, deviceAddress('disk1')),
  ] as const,
  console: createDriver(consoleRegisters, bus, deviceAddress('console')),
  timer: createDriver(timerRegisters, bus, deviceAddress('timer')),
  network: [
    createDriver(networkRegisters, bus, deviceAddress('network0')),
    createDriver(networkRegisters, bus, deviceAddress('network1')),
  ] as const,
});

/** What firmware does after power-on: devices where software expects them, and memory without page tables. */
import { apertureBase, type DeviceName, deviceBytes, deviceNames } from '../../../rtl/platform/interface.ts';
import type { Platform, Processor } from './interface.ts';

export interface FirmwareOptions {
  /** Cycles for which a device may keep an access waiting before it counts as failed. */
  readonly deviceTimeout?: number;
  /** Cycles for which a memory may keep an access waiting before it is taken out of use. */
  readonly memoryTimeout?: number;
  /** Error responses after which a device, and a memory, counts as failed; 0: never. */
  readonly deviceErrors?: number;
  readonly memoryErrors?: number;
}

/** Puts a device, through the controller, where `deviceAddress` says. */
const placeDevice = async (
  { registers: { controller } }: Processor,
  device: DeviceName,
  { deviceTimeout = 2000, deviceErrors = 1 }: FirmwareOptions,
): Promise<void> => {
  const index = deviceNames.indexOf(device);
  await controller.timeout.at(index).write({ cycles: deviceTimeout });
  await controller.error_limit.at(index).write({ errors: deviceErrors });
  const page = ((apertureBase % 2 ** 32) + deviceBytes * index) >>> 12;
  await controller.entry_base_low.at(index).write({ page });
  await controller.entry_size_low.at(index).write({ page: (deviceBytes - 1) >>> 12 });
  await controller.entry_device_low.at(index).write({ page: 0 });
  await controller.entry_control
    .at(index)
    .write({ valid: 1, read: 1, write: 1, fake: 0, policy: 0, code: 0, resource: index, port: index });
};

/**
 * Brings the machine from power-on to where software can begin: devices at their addresses, every unit untranslated (each address
 * is the same one in both memories), timeouts set, interrupts of controller and keeper enabled. To be run by a program, on processor 0.
 */
export const startFirmware = async (platform: Platform, options: FirmwareOptions = {}): Promise<void> => {
  const processor = platform.processors[0]!;
  const { units, network, keeper, controller } = processor.registers;
  for (const device of deviceNames) await placeDevice(processor, device, options);
  await controller.interrupt_enable.write({ fault: 1, ready: 0 });
  await keeper.error_limit.write({ errors: options.memoryErrors ?? 1 });
  await keeper.interrupt_enable.write({ change: 1, error: 0, copy: 0 });
  for (const unit of [...units, network]) {
    await unit.timeout.write({ cycles: options.memoryTimeout ?? 20_000 });
    await unit.control.write({ direct: 1 });
  }
  await keeper.timeout.write({ cycles: options.memoryTimeout ?? 20_000 });
};

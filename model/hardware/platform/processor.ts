/** A processor as software has it. */
import {
  type AsynchronousRegisterBus,
  deviceAddress,
  diskBlockBytes,
  diskBufferOffset,
  domainWidth,
  type PlatformParameters,
  processorAddressWidth,
} from '../../../rtl/platform/interface.ts';
import type { Context, Devices, Interrupts, Processor, Space } from './interface.ts';
import { deviceRegisters, processorRegisters } from './registers.ts';
import { spaceOf } from './space.ts';
import type { Access } from './transfer.ts';

type Ask = (access: Access) => Promise<Uint8Array>;

const checkRange = (address: number, bytes: number): void => {
  if (!Number.isInteger(address) || address < 0 || !Number.isInteger(bytes) || bytes < 1)
    throw new RangeError(`an access needs an address and at least one byte, not ${bytes} bytes at ${address}`);
  if (address + bytes > 2 ** processorAddressWidth)
    throw new RangeError(
      `${bytes} bytes at 0x${address.toString(16)} are beyond the ${processorAddressWidth} bits of a processor's addresses`,
    );
};

const contextSpace = (context: Context, ask: Ask): Space => {
  if (!Number.isInteger(context.domain) || context.domain < 0 || context.domain >= 2 ** domainWidth)
    throw new RangeError(`there are domains 0 to ${2 ** domainWidth - 1}, but no ${context.domain}`);
  return spaceOf({
    read: async (address, bytes) => {
      checkRange(address, bytes);
      return ask({ write: false, address, bytes, data: undefined, context });
    },
    write: async (address, data) => {
      checkRange(address, data.length);
      await ask({ write: true, address, bytes: data.length, data: data.slice(), context });
    },
  });
};

/** Makes the processor with that number. */
export const makeProcessor = (p: PlatformParameters, index: number, interrupts: Interrupts, ask: Ask): Processor => {
  const machine = contextSpace({ domain: 0, privileged: true }, ask);
  const bus: AsynchronousRegisterBus = {
    read: (address) => machine.read32(address),
    write: (address, data) => machine.write32(address, data >>> 0),
  };
  const { disks, ...others } = deviceRegisters(bus);
  const buffer = (disk: 'disk0' | 'disk1') => machine.view(deviceAddress(disk) + diskBufferOffset, diskBlockBytes);
  const devices: Devices = {
    disks: [
      { registers: disks[0], buffer: buffer('disk0') },
      { registers: disks[1], buffer: buffer('disk1') },
    ],
    ...others,
  };
  return {
    index,
    machine,
    as: (context) => contextSpace({ ...context }, ask),
    registers: processorRegisters(p, index, bus),
    devices,
    interrupts,
  };
};

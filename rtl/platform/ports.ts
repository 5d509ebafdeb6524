import { bit, bits, type InputPort, type Inside, input, type OutputPort, output } from '../hdl/index.ts';
import { memoryIdWidth } from '../memory-path/interface.ts';
import { type Axi4, axi4, axiStream } from '../parts/axi/bundles.ts';
import {
  blockParameters,
  deviceNames,
  domainWidth,
  interruptWidth,
  memoryAddressWidth,
  type PlatformParameters,
  processorAddressWidth,
  processorIdWidth,
} from './interface.ts';

type Bus = Axi4<{ readonly addressWidth: number; readonly dataWidth: 64 | 128; readonly idWidth: number }>;

const bus = (p: PlatformParameters, addressWidth: number, idWidth: number): Bus =>
  axi4({ addressWidth, idWidth, dataWidth: p.dataWidth as 64 | 128 }) as Bus;

const numbered = <T>(count: number, of: (index: number) => Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.assign({}, ...Array.from({ length: count }, (_, index) => of(index)));

/** The ports of the machine, in the specified order. Those whose number is a parameter, or that are many, `busOf` and `userOf` read. */
export const platformPorts = (p: PlatformParameters) => {
  const { path, controller } = blockParameters(p);
  const memory = bus(p, memoryAddressWidth, memoryIdWidth(path));
  const device = bus(p, controller.addressWidth, controller.idWidth);
  const user = bits(domainWidth);
  return {
    ...(numbered<InputPort<Bus> | InputPort<typeof user>>(p.processors, (processor) => ({
      [`p${processor}_axi`]: input(bus(p, processorAddressWidth, processorIdWidth)),
      [`p${processor}_axi_awuser`]: input(user),
      [`p${processor}_axi_aruser`]: input(user),
    })) as object),
    m0_axi: output(memory),
    m1_axi: output(memory),
    ...(numbered<OutputPort<Bus>>(deviceNames.length, (index) => ({ [`d${index}_axi`]: output(device) })) as object),
    device_interrupt: input(bits(deviceNames.length)),
    device_reset_request: output(bits(deviceNames.length)),
    device_reset_acknowledge: input(bits(deviceNames.length)),
    memory_reset_request: output(bits(2)),
    memory_reset_acknowledge: input(bits(2)),
    network_axis: input(axiStream({ dataWidth: p.dataWidth as number, keep: true })),
    tamper: input(bit),
    interrupt: output(bits(interruptWidth)),
  };
};

export type PlatformSides = Inside<ReturnType<typeof platformPorts>>;

/** The machine of the platform from the hardware: the design itself, or the Verilog that it gives, compiled. */
import {
  type CreatePlatform,
  createModelPlatform,
  createPlatform,
  type Machine,
  type Way,
} from '../../model/hardware/platform/index.ts';
import { elaborate } from '../../rtl/hdl/index.ts';
import type { PlatformParameters } from '../../rtl/platform/interface.ts';
import { platform } from '../../rtl/platform/platform.ts';
import { emitVerilog } from '../../rtl/verilog/index.ts';
import { readNetlist } from '../../synth/yosys/index.ts';
import { compile, fromYosysNetlist, type Simulator } from '../simulator/index.ts';

/** Yosys reads the whole machine for minutes, longer on a machine that others use too. */
const timeoutSeconds = 3600;

type HardwareWay = Exclude<Way, 'model'>;

const compiled = async (on: HardwareWay, p: PlatformParameters): Promise<Simulator> => {
  const module = elaborate(platform(p));
  if (on === 'rtl') return compile(module);
  const netlist = await readNetlist(emitVerilog(module), module.name, { flow: 'word', timeoutSeconds });
  return compile(fromYosysNetlist(netlist, module.name));
};

/** Machines that nobody uses: compiling one takes far longer than most programs. */
const idle = new Map<string, Simulator[]>();

const createMachine = async (on: HardwareWay, p: PlatformParameters): Promise<Machine> => {
  const key = JSON.stringify([on, p]);
  const waiting = idle.get(key) ?? [];
  idle.set(key, waiting);
  const simulator = waiting.pop() ?? (await compiled(on, p));
  simulator.reset();
  const { layout } = simulator;
  return {
    layout,
    step(inputs, outputs) {
      simulator.run(inputs, 1, outputs);
    },
    close() {
      waiting.push(simulator);
    },
  };
};

const hardwarePlatform =
  (on: HardwareWay): CreatePlatform =>
  (request = {}) =>
    createPlatform(on, request, (p) => createMachine(on, p));

/** The platform over every kind of machine. */
export const platforms: Readonly<Record<Way, CreatePlatform>> = {
  model: createModelPlatform,
  rtl: hardwarePlatform('rtl'),
  verilog: hardwarePlatform('verilog'),
};

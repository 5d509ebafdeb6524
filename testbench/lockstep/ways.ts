/** The four ways to run a block, made from its description. */

import type { Module } from '../../rtl/hdl/ir.ts';
import { type EmittedFile, emitVerilog } from '../../rtl/verilog/index.ts';
import { longestRunSeconds } from '../../synth/flow/targets.ts';
import { readNetlist } from '../../synth/yosys/index.ts';
import { compile, fromYosysNetlist, type Simulator } from '../simulator/index.ts';
import type { BlockModel, BlockParameters, BlockUnderTest } from './block.ts';
import type { Way, WayName } from './way.ts';

export const modelWay = (model: BlockModel): Way => ({
  name: 'model',
  layout: model.layout,
  reset: () => model.reset(),
  step: (inputs, outputs) => model.step(inputs, outputs),
});

/** A compiled simulation as a way. */
export const simulatedWay = (name: WayName, simulator: Simulator): Way => ({
  name,
  layout: simulator.layout,
  reset: () => simulator.reset(),
  step(inputs, outputs) {
    simulator.run(inputs, 1, outputs);
  },
  run(stimulus, cycles, responses) {
    simulator.run(stimulus, cycles, responses);
  },
});

/** The intermediate representation, compiled. Assertions in it are checked at every edge. */
export const rtlWay = (module: Module): Way => simulatedWay('rtl', compile(module));

const netlistWay = async (name: 'verilog' | 'gates', files: readonly EmittedFile[], top: string): Promise<Way> => {
  // The gates of a large block take many minutes to make.
  const netlist = await readNetlist(files, top, {
    flow: name === 'verilog' ? 'word' : 'gates',
    timeoutSeconds: longestRunSeconds,
  });
  return simulatedWay(name, compile(fromYosysNetlist(netlist, top)));
};

/** The emitted Verilog, read back by Yosys operator by operator, compiled. */
export const verilogWay = (module: Module): Promise<Way> =>
  netlistWay('verilog', emitVerilog(module, { lines: true }), module.name);

/** The netlist after synthesis to two-input gates and flip-flops, compiled. */
export const gatesWay = (module: Module): Promise<Way> =>
  netlistWay('gates', emitVerilog(module, { lines: true }), module.name);

/**
 * The ways of a block in the order of `names`.
 * @param change made to the hardware before it is run: the model alone does not get it.
 */
export const makeWays = async (
  block: BlockUnderTest,
  parameters: BlockParameters,
  names: readonly WayName[],
  change: (module: Module) => Module = (module) => module,
): Promise<readonly Way[]> => {
  const module = names.some((name) => name !== 'model') ? change(block.module(parameters)) : null;
  const hardware = (): Module => {
    if (module === null) throw new Error('only the model was asked for');
    return module;
  };
  return Promise.all(
    names.map(async (name): Promise<Way> => {
      switch (name) {
        case 'model':
          return modelWay(block.model(parameters));
        case 'rtl':
          return rtlWay(hardware());
        case 'verilog':
          return verilogWay(hardware());
        case 'gates':
          return gatesWay(hardware());
        default:
          throw new Error(`unknown way ${name satisfies never}`);
      }
    }),
  );
};

/** A block between a manager and a memory, in the compiled simulator: what the tests of this folder run. */
import type { Module } from '../../rtl/hdl/ir.ts';
import { portLayout } from '../../rtl/hdl/port-layout.ts';
import type { Scoreboard } from '../lockstep/driver.ts';
import { inputSlot } from '../lockstep/ports.ts';
import type { Simulator } from '../simulator/index.ts';
import { Axi4Manager, type ManagerOptions } from './manager.ts';
import { Axi4Subordinate } from './subordinate.ts';
import type { SubordinateBehaviour } from './subordinate-behaviour.ts';
import type { Transaction } from './transaction.ts';

export interface LoopRun {
  readonly manager: Axi4Manager;
  readonly memory: Axi4Subordinate;
  readonly cycles: number;
  /** What the scoreboards found, first thing only. */
  readonly found: string | null;
}

/** Runs until the list is done, a scoreboard complains, or the limit. The block has `s_axi` and `m_axi`. */
export const runLoop = (
  top: Module,
  simulator: Simulator,
  scenario: {
    readonly list: readonly Transaction[];
    readonly manager: ManagerOptions;
    readonly memory: SubordinateBehaviour;
    /** Cycles of reset, once, before the cycle of this number. */
    readonly resetAt?: number;
  },
  limit: number,
  scoreboards: readonly Scoreboard[] = [],
): LoopRun => {
  const layout = portLayout(top);
  const manager = new Axi4Manager(layout, 's_axi', scenario.list, scenario.manager);
  const memory = new Axi4Subordinate(layout, 'm_axi', scenario.memory);
  const reset = inputSlot(layout, 'aresetn').word;
  const inputs = new Uint32Array(layout.inputWords);
  const outputs = new Uint32Array(layout.outputWords);
  simulator.reset();
  let cycles = 0;
  let found: string | null = null;
  for (; cycles < limit && found === null; cycles += 1) {
    const resetting =
      cycles < 2 || (scenario.resetAt !== undefined && cycles >= scenario.resetAt && cycles < scenario.resetAt + 2);
    inputs[reset] = resetting ? 0 : 1;
    if (resetting) {
      manager.reset(inputs);
      memory.reset(inputs);
    } else {
      manager.drive(inputs, outputs, cycles - 1);
      memory.drive(inputs, outputs, cycles - 1);
      if (manager.idle) break;
    }
    simulator.run(inputs, 1, outputs);
    for (const scoreboard of scoreboards) found ??= scoreboard.cycle(inputs, outputs, cycles);
  }
  return { manager, memory, cycles, found };
};

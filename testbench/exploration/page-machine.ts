/**
 * A small machine in which pages are taken back: the hardware's keeper, one or two of its units, and around them processors, a memory and a
 * hypervisor, as far as they can differ to the units. One page, which all units share, is in one of two frames; the hypervisor moves it to the
 * other one at any time, and takes the first one back, again and again, so that cookies wrap around.
 */
import { all, type Bits, bit, bits, elaborate, input, module, output } from '../../rtl/hdl/index.ts';
import { memoryKeeperParameters } from '../../rtl/memory-management-unit/interface.ts';
import { memoryKeeper } from '../../rtl/memory-management-unit/keeper.ts';
import { memoryManagementUnit } from '../../rtl/memory-management-unit/unit.ts';
import { deadKeeperState, deadUnitState } from './dead-unit-state.ts';
import type { SmallMachine } from './explore.ts';
import { geometryOf, type PageMachineOptions, tableFrames } from './page-geometry.ts';
import { hypervisor } from './page-hypervisor.ts';
import { processorAndMemory } from './page-surroundings.ts';
import {
  anyOf,
  Choices,
  connectUnit,
  leaveIdle,
  liteManagerSignals,
  portOf,
  subordinateSignals,
  toldToKeeper,
} from './small-bench.ts';

export type { PageMachineOptions };

const choiceWidth = 20;

const machineOf = (options: PageMachineOptions) => {
  const p = geometryOf(options);
  return module(
    'page_machine',
    { choices: input(bits(choiceWidth)), matters: output(bits(choiceWidth)), waits: output(bit) },
    (io, m) => {
      const choices = new Choices(io.choices);
      const { keeper } = m.instances({
        keeper: memoryKeeper(
          memoryKeeperParameters({
            dataWidth: p.dataWidth,
            addressWidth: p.addressWidth,
            formWidth: p.formWidth,
            cookieWidth: p.cookieWidth,
            cookieIndexWidth: p.cookieIndexWidth,
            units: 2,
          }),
        ),
      });
      const ofKeeper = portOf(keeper);
      for (const bus of [keeper.m0_axi, keeper.m1_axi]) leaveIdle(bus, subordinateSignals);
      keeper.reset_acknowledge.set(0);
      const software = hypervisor(m, keeper.s_axil, choices, options);
      const owed: Bits<1>[] = [software.waiting];
      for (const number of [0, 1]) {
        if (number >= options.units) {
          const told = (signal: string) => ofKeeper(`u${number}_${signal}`);
          for (const signal of toldToKeeper) if (signal !== 'bump_busy') told(signal).set(0);
          told('bump_busy').set(choices.when(software.waiting));
          continue;
        }
        const { [`unit_${number}`]: unit } = m.instances({ [`unit_${number}`]: memoryManagementUnit(p) });
        if (unit === undefined) throw new Error('the unit was just declared');
        connectUnit(keeper, unit, number);
        leaveIdle(unit.m1_axi, subordinateSignals);
        leaveIdle(unit.s_axil, liteManagerSignals);
        owed.push(processorAndMemory(m, `unit_${number}`, unit, choices, options, software));
      }
      m.cover(all([ofKeeper('bump').bit(0), ofKeeper('bump_flush').bit(0)]), 'a cookie wraps around');
      io.matters.set(choices.matters.resize(choiceWidth));
      io.waits.set(anyOf(owed));
    },
    { documentation: options.name },
  );
};

/** Idle cycles in which everything that counts up to an end has come to it. */
const settling = 80;

export const pageMachine = (options: PageMachineOptions): SmallMachine => {
  const top = elaborate(machineOf(options));
  const p = geometryOf(options);
  const units = Array.from({ length: options.units }, (_, number) => number);
  return {
    name: options.name,
    module: top,
    dead: [
      ...deadKeeperState('keeper'),
      ...units.flatMap((number) => deadUnitState(top, `unit_${number}`, 'keeper', number, p)),
    ],
    prepare(simulator) {
      simulator.in.choices = 0;
      simulator.in.aresetn = 0;
      simulator.step(2);
      simulator.in.aresetn = 1;
      simulator.step(settling);
      for (const number of units) {
        const setting = (name: string, value: number): void =>
          simulator.poke(`unit_${number}.registers.settings_${name}`, BigInt(value));
        setting('timeout_cycles', 0);
        setting('tables_valid', 1);
        setting('tables_first', 1);
        setting('tables_first_low_frame', (tableFrames[3] as number) >> 1);
      }
    },
  };
};

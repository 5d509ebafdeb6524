/** Signals of one AXI4 interface in one record, as a property module takes them: a manager and a memory with only wires between them. */
import type { PortLayout } from '../../rtl/hdl/port-layout.ts';
import { Axi4Manager, type ManagerOptions } from './manager.ts';
import { Axi4Subordinate } from './subordinate.ts';
import type { SubordinateBehaviour } from './subordinate-behaviour.ts';
import type { Transaction } from './transaction.ts';

/** The name of the interface in a layout that `wireLayout` gives. */
export const wirePrefix = 'axi';

/** The layout of a module whose inputs are all signals of an interface, made so that each signal is found as an input and as an output. */
export const wireLayout = (layout: PortLayout): PortLayout => {
  const signals = layout.inputs.map((slot) =>
    slot.name === 'aresetn' ? slot : { ...slot, name: `${wirePrefix}_${slot.name}` },
  );
  return { ...layout, inputs: signals, outputs: signals };
};

export interface WireScenario {
  readonly list: readonly Transaction[];
  readonly manager: ManagerOptions;
  readonly memory: SubordinateBehaviour;
}

/** Calls `cycle` with the record of each cycle after reset, until the list is done, the limit, or `cycle` returns false. @returns whether the list is done */
export const runWire = (
  layout: PortLayout,
  scenario: WireScenario,
  limit: number,
  cycle: (record: Uint32Array, number: number) => boolean,
): boolean => {
  const wires = wireLayout(layout);
  const manager = new Axi4Manager(wires, wirePrefix, scenario.list, scenario.manager);
  const memory = new Axi4Subordinate(wires, wirePrefix, scenario.memory);
  const reset = layout.inputs.find(({ name }) => name === 'aresetn')?.word ?? 0;
  let record = new Uint32Array(layout.inputWords);
  let next = new Uint32Array(layout.inputWords);
  for (let number = 0; number < limit; number += 1) {
    next.set(record);
    next[reset] = number < 2 ? 0 : 1;
    if (number >= 2) {
      manager.drive(next, record, number - 1);
      memory.drive(next, record, number - 1);
      if (manager.idle) return true;
    }
    [record, next] = [next, record];
    if (!cycle(record, number)) return false;
  }
  return false;
};

/** Machines of units, their keeper, processors and two memories, of models or of hardware: the same programme runs on either. */
import {
  Machine,
  type MachineValues,
  type PartMakers,
} from '../../../../model/hardware/memory-management-unit/bench/machine.ts';
import type { Stepped } from '../../../../model/hardware/memory-management-unit/bench/part.ts';
import { elaborate, type ModuleDefinition, type Ports } from '../../../../rtl/hdl/index.ts';
import { memoryKeeper } from '../../../../rtl/memory-management-unit/keeper.ts';
import { memoryManagementUnit } from '../../../../rtl/memory-management-unit/unit.ts';
import { compile } from '../../../simulator/index.ts';
import { interruptController } from './interrupt-controller.ts';

export const kinds = ['model', 'hardware'] as const;
export type Kind = (typeof kinds)[number];

const compiled = new Map<string, Stepped>();

/** Compiled hardware, the same again where it was asked for before: one machine at a time uses it. */
const hardware = (key: string, definition: () => ModuleDefinition<Ports>): Stepped => {
  const found = compiled.get(key);
  if (found !== undefined) {
    (found as Stepped & { restart(): void }).restart();
    return found;
  }
  const simulator = compile(elaborate(definition()));
  const part = {
    layout: simulator.layout,
    restart: (): void => simulator.reset(),
    show(outputs: Uint32Array): void {
      simulator.settle();
      outputs.set(simulator.outputs);
    },
    step(inputs: Uint32Array, outputs: Uint32Array): void {
      simulator.run(inputs, 1, outputs);
    },
  };
  compiled.set(key, part);
  return part;
};

const hardwareParts: PartMakers = {
  unit: (p, number) => hardware(`unit ${number} ${JSON.stringify(p)}`, () => memoryManagementUnit(p) as never),
  keeper: (p, number) => hardware(`keeper ${number} ${JSON.stringify(p)}`, () => memoryKeeper(p) as never),
};

/** By which the processors of a machine interrupt each other: always hardware, since it is none of what is compared. */
export const interruptsOf = (processors: number): Stepped =>
  hardware(`interrupts ${processors}`, () => interruptController(processors));

export const machineOf = (kind: Kind, values: MachineValues = {}): Machine =>
  kind === 'model' ? new Machine(values) : new Machine(values, hardwareParts);

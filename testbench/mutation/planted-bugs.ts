/** Bugs of the kinds that people make, planted in the hardware one at a time, to see that lockstep finds them. */
import type { Module } from '../../rtl/hdl/ir.ts';
import { editInstance, PlaceError } from './edit-instance.ts';
import { interconnectBugs } from './interconnect-bugs.ts';
import { memoryManagementUnitBugs } from './memory-management-unit-bugs.ts';
import { memoryPathBugs } from './memory-path-bugs.ts';
import { packetReceiveBugs } from './packet-receive-bugs.ts';
import { packetUnitBugs } from './packet-unit-bugs.ts';
import { resourceAccessControllerBugs } from './resource-access-controller-bugs.ts';
import { writeGateBugs } from './write-gate-bugs.ts';

export interface PlantedBug {
  readonly name: string;
  /** The mistake that it imitates. */
  readonly imitates: string;
  /** What is changed in the hardware, and where. */
  readonly planted: string;
  /** Instances from the top in that hold it. */
  readonly path: readonly string[];
  /** Cycles of the default campaign, over 64-bit data, within which it shows; at most `plantedCycles`. */
  readonly within: number;
  /** Throws `PlaceError` when the place is not there any more. */
  plant(module: Module): Module;
}

/** Cycles of the default campaign in which every planted bug shows. */
export const plantedCycles = 100_000;

/** By name of the block. */
export const plantedBugs: Readonly<Record<string, readonly PlantedBug[]>> = {
  memory_path: memoryPathBugs,
  packet_unit: packetUnitBugs,
  memory_management_unit: memoryManagementUnitBugs,
  resource_access_controller: resourceAccessControllerBugs,
  axi4_interconnect: interconnectBugs,
  packet_receive: packetReceiveBugs,
  write_gate: writeGateBugs,
};

/** The block's hardware with a bug in it. @throws PlaceError */
export const applyPlant = (block: string, name: string, module: Module): Module => {
  const bugs = plantedBugs[block] ?? [];
  const bug = bugs.find((each) => each.name === name);
  if (bug === undefined) {
    const choices = bugs.length === 0 ? 'there are none' : `there are ${bugs.map((each) => each.name).join(', ')}`;
    throw new PlaceError(`There is no bug '${name}' to plant in ${block}; ${choices}`);
  }
  return editInstance(module, bug.path, (held) => bug.plant(held));
};

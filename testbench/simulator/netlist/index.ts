/** Netlists written by Yosys, for the simulator. */

export { UnsupportedCell } from './flip-flops.ts';
export { fromYosysNetlist } from './import.ts';
export type { NetlistBit, NetlistCell, NetlistModule, NetlistNet, NetlistPort, YosysNetlist } from './yosys-netlist.ts';

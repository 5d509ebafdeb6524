export type { NetlistBit, NetlistCell, NetlistModule, NetlistNet, NetlistPort, YosysNetlist } from './netlist.ts';
export { netlistNumber } from './netlist.ts';
export type { Parameters, ParameterValue, VerilogFile } from './read-design.ts';
export { type ReadNetlistOptions, readNetlist } from './read-netlist.ts';
export { runYosys, type YosysOptions, type YosysRun } from './run-yosys.ts';
export { type SourceLine, YosysError } from './yosys-error.ts';

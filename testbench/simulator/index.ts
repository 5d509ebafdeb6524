/** The compiled simulator: the intermediate representation, or a netlist read back by Yosys, run at speed. */

export type { PortLayout, PortSlot } from '../../rtl/hdl/port-layout.ts';
export { portLayout } from '../../rtl/hdl/port-layout.ts';
export { checksumFold, checksumMultiplier, checksumRecord, checksumSourceCpp } from './checksum.ts';
export type { YosysNetlist } from './netlist/index.ts';
export { fromYosysNetlist, UnsupportedCell } from './netlist/index.ts';
export { PropertyViolation } from './property-violation.ts';
export { Random } from './random.ts';
export type { CompileOptions, PropertyCount, Simulator } from './simulator.ts';
export { compileModule as compile } from './simulator.ts';

/** What a design and its tests usually need: the language, Verilog, the simulator. The rest is in `portcullis/parts` and its like. */
export * from '../../rtl/hdl/index.ts';
export { type Parameterised, parameterised } from '../../rtl/parts/parameterised.ts';
export { type EmitOptions, type EmittedFile, emitVerilog } from '../../rtl/verilog/index.ts';
export { type CompileOptions, compile, PropertyViolation, type Simulator } from '../simulator/index.ts';

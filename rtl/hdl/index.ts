/** The hardware language: everything that a design needs. */
export { bit, bits, enumeration, flattenedNames, log2Ceil, record, signed, vector, widthOf } from './shapes.ts';
export { all, any, concat, constant, lit, mux, oneHotSelect, pack, popCount, reverse, select, unpack, zero } from './functions.ts';
export { type Bundle, type BundleFields, bundle, connect, type Flipped, flip, type Stream, type StreamIn, type StreamOut, stream } from './bundle.ts';
export { input, type InputPort, type Inside, output, type OutputPort, type OutputReset, type Outside, type Port, type Ports, type Reset } from './ports.ts';
export { type BlackBoxOptions, blackBox, module, type ModuleBody, type ModuleDefinition, type ModuleOptions } from './module.ts';
export type { MemoryDeclaration, MemoryHandle, ReadDuringWrite, Rom, RomDeclaration } from './memory.ts';
export type { BitsBranch, StateBranches, WhenChain } from './control.ts';
export { elaborate, modulesOf } from './elaborate.ts';
export { type Diagnostic, ElaborationError, formatDiagnostic } from './diagnostic.ts';
export type { ErrorCode } from './error-catalogue.ts';
export { notesOf, type ModuleNotes } from './module-notes.ts';
export { type PortLayout, portLayout, type PortSlot } from './port-layout.ts';
export { evaluate, type Environment, ModuleInterpreter, type PropertyEvent } from './interpreter.ts';
export { formatLocation } from './source-location.ts';
export type {
  AnyBits, AnyOperand, Assignable, Bits, BitsShape, BitsSignal, Directed, Enumerated, EnumeratedSignal, EnumerationShape, Literal,
  OperandOf, ReadOf, RecordFields, RecordOperand, RecordShape, RecordSignal, RecordValue, Shape, Signed, SignedShape, SignedSignal,
  SignalOf, Value, ValueOf, VectorOperand, VectorShape, VectorSignal, VectorValue,
} from './types.ts';
export type * as ir from './ir.ts';

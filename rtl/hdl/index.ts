/** The hardware language: everything that a design needs. */

export {
  type Bundle,
  type BundleFields,
  bundle,
  connect,
  type Flipped,
  flip,
  type Stream,
  type StreamIn,
  type StreamOut,
  stream,
} from './bundle.ts';
export type { BitsBranch, StateBranches, WhenChain } from './control.ts';
export { type CutModule, cut } from './cut.ts';
export { type Diagnostic, ElaborationError, formatDiagnostic } from './diagnostic.ts';
export { checkElaborated, elaborate, modulesOf } from './elaborate.ts';
export type { ErrorCode } from './error-catalogue.ts';
export {
  all,
  any,
  concat,
  constant,
  lit,
  mux,
  oneHotSelect,
  pack,
  popCount,
  reverse,
  select,
  unpack,
  zero,
} from './functions.ts';
export { type Environment, evaluate, ModuleInterpreter, type PropertyEvent } from './interpreter.ts';
export type * as ir from './ir.ts';
export type { MemoryDeclaration, MemoryHandle, ReadDuringWrite, Rom, RomDeclaration } from './memory.ts';
export {
  type BlackBoxOptions,
  blackBox,
  type ModuleBody,
  type ModuleDefinition,
  type ModuleOptions,
  module,
} from './module.ts';
export { type ModuleNotes, notesOf } from './module-notes.ts';
export { observed } from './observed.ts';
export { type PortLayout, type PortSlot, portLayout } from './port-layout.ts';
export type { Elaborated, InputName, OutputName } from './port-names.ts';
export {
  type InputPort,
  type Inside,
  input,
  type OutputPort,
  type OutputReset,
  type Outside,
  output,
  type Port,
  type Ports,
  type Reset,
} from './ports.ts';
export { type Resettable, resettable } from './resettable.ts';
export { bit, bits, enumeration, flattenedNames, log2Ceil, record, signed, vector, widthOf } from './shapes.ts';
export { formatLocation } from './source-location.ts';
export type {
  AnyBits,
  AnyOperand,
  Assignable,
  Bits,
  BitsShape,
  BitsSignal,
  Directed,
  Enumerated,
  EnumeratedSignal,
  EnumerationShape,
  Literal,
  OperandOf,
  ReadOf,
  RecordFields,
  RecordOperand,
  RecordShape,
  RecordSignal,
  RecordValue,
  Shape,
  SignalOf,
  Signed,
  SignedShape,
  SignedSignal,
  Value,
  ValueOf,
  VectorOperand,
  VectorShape,
  VectorSignal,
  VectorValue,
} from './types.ts';

/** Reusable hardware, and what modules with parameters and registers are declared with: see docs/parts/README.md. */
export {
  decodeOneHot,
  encodeOneHot,
  highestOneNumber,
  isOneHotOrZero,
  lowestOne,
  type Priority,
  priorityEncode,
  upToLowestOne,
} from './arbiter/one-hot.ts';
export { roundRobinArbiter, roundRobinChoice } from './arbiter/round-robin.ts';
export { type StreamArbiterOptions, streamArbiter } from './arbiter/stream-arbiter.ts';
export { type AxiStreamIn, type AxiStreamOut, receiveAxiStream, sendAxiStream } from './axi/as-stream.ts';
export { type BurstSignals, beatAddressOf, beatLanes, beatMask, burstCodes, containerMask } from './axi/beat.ts';
export {
  type Axi4,
  type Axi4Options,
  type AxiLite,
  type AxiLiteOptions,
  type AxiStream,
  type AxiStreamData,
  type AxiStreamOptions,
  axi4,
  axiLite,
  axiStream,
  axiStreamData,
} from './axi/bundles.ts';
export { candidateOf } from './axi/candidate.ts';
export { type AxiRole, axiRoles } from './axi/checking.ts';
export { axiLiteProperties, watchAxiLite } from './axi/lite-properties.ts';
export { outputRegister } from './axi/output-register.ts';
export { type AgedList, agedList } from './axi/outstanding.ts';
export { axi4Properties, watchAxi4 } from './axi/properties.ts';
export { axi4RegisterSlice } from './axi/register-slice.ts';
export { type AesParameters, aes, aesEngineLatency } from './cipher/aes.ts';
export { type PrinceParameters, prince, princeEngineLatency } from './cipher/prince.ts';
export { type XtsParameters, xts, xtsLatency } from './cipher/xts.ts';
export { incrementModulo, saturatingAdd, saturatingIncrement } from './counters.ts';
export { queue } from './fifo/queue.ts';
export { shallowQueue } from './fifo/shallow-queue.ts';
export { type Parameterised, parameterised } from './parameterised.ts';
export {
  type ChoiceParameter,
  checkParameters,
  type FlagParameter,
  type IntegerParameter,
  type Parameter,
  ParameterError,
  type ParameterSchema,
  type Parameters,
  type ParameterValue,
  type ParameterValues,
  parameters,
} from './parameters.ts';
export type { ProofEngine, ProofTarget } from './proof-target.ts';
export {
  type AsynchronousRegisterBus,
  RegisterAccessError,
  type RegisterBus,
} from './register-map/bus.ts';
export { cHeader } from './register-map/c-header.ts';
export {
  type RegisterDeclarations,
  type RegisterMap,
  type RegisterMapDeclaration,
  RegisterMapError,
  registerMap,
} from './register-map/declare.ts';
export { createDriver } from './register-map/driver.ts';
export { driverSource } from './register-map/driver-source.ts';
export type { Driver } from './register-map/driver-types.ts';
export { registerTable } from './register-map/markdown.ts';
export { type RegisterPortPorts, registerPort } from './register-map/port.ts';
export { systemRdl } from './register-map/systemrdl.ts';
export { firstFrom, masked, olderThan, pointer, register, takeTurns, word } from './rings.ts';
export { buffer, skidBuffer } from './stream/buffer.ts';
export { eagerFork, type ForkOptions, lazyFork } from './stream/fork.ts';
export { filterStream, gateStream, mapStream } from './stream/helpers.ts';
export { join } from './stream/join.ts';
export { streamRule } from './stream/properties.ts';
export { registerSlice } from './stream/register-slice.ts';

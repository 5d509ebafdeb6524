/** The platform: what software needs to be written against a machine. */

// What software needs to know of the machine's registers and tables.
export {
  apertureBase,
  cookieIndex,
  deviceAddress,
  deviceFaultCauses,
  deviceNames,
  diskBlockBytes,
  domainWidth,
  failureCauses,
  fakePolicies,
  formWidth,
  interruptLines,
  memoryAddressWidth,
  type PlatformParameterValues,
  pathChannels,
  platformParameterSchema,
  platformParameters,
  RegisterAccessError,
  tableEntryBytes,
  tableEntryFields,
  tableLevels,
  translationFaultCauses,
  windowAddress,
} from '../../../rtl/platform/interface.ts';
export { createModelPlatform, createPlatform, resolveOptions } from './create.ts';
export { BusError, PowerCutError, StalledError } from './errors.ts';
export { checkFault } from './fault-check.ts';
export { type FirmwareOptions, startFirmware } from './firmware.ts';
export type * from './interface.ts';
export type { Machine } from './machine.ts';
export { createModelMachine } from './model-machine.ts';
export { encodeTableEntry, type Place, type TableEntry } from './page-tables.ts';
export type * from './registers.ts';

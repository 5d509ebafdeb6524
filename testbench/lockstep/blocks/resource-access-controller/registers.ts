/** The controller's addresses as its specification lists them: written down again here, so that a slip in the register map shows. */
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';

export const registers = {
  identification: 0x000,
  geometry: 0x004,
  capacity: 0x008,
  interruptStatus: 0x010,
  interruptEnable: 0x014,
  portIsolated: 0x018,
  portDrained: 0x01c,
  portReset: 0x020,
  portReadmit: 0x024,
  resourceFaulted: 0x028,
  resourceBusy: 0x02c,
  resourceReadmit: 0x030,
  logClear: 0x034,
  log: 0x038,
  portIsolate: 0x03c,
  logAddressLow: 0x040,
  logAddressHigh: 0x044,
  logCycle: 0x048,
  portResetState: 0x04c,
  cycle: 0x050,
  fakeWord: 0x060,
  timeout: 0x100,
  errorLimit: 0x180,
  errors: 0x200,
  faked: 0x280,
  baseLow: 0x800,
  baseHigh: 0x900,
  sizeLow: 0xa00,
  sizeHigh: 0xb00,
  deviceLow: 0xc00,
  deviceHigh: 0xd00,
  control: 0xe00,
} as const;

/** Bits of `entry_control`. */
export const controlBits = { valid: 1, read: 2, write: 4, fake: 8 } as const;
export const controlFields = { policy: 4, code: 6, resource: 8, port: 16 } as const;

const row = (base: number, count: number): number[] => Array.from({ length: count }, (_, index) => base + 4 * index);

/** Every word of the map, lowest first within its group. */
export const mappedAddresses = (p: ResourceAccessControllerParameters): number[] => {
  const at = registers;
  const wide = p.addressWidth > 32;
  const entries: number[] = [at.baseLow, at.sizeLow, at.deviceLow, at.control];
  if (wide) entries.push(at.baseHigh, at.sizeHigh, at.deviceHigh);
  return [
    ...row(at.identification, 3),
    ...row(at.interruptStatus, 10),
    at.log,
    at.portIsolate,
    at.logAddressLow,
    ...(wide ? [at.logAddressHigh] : []),
    at.logCycle,
    at.portResetState,
    at.cycle,
    ...row(at.fakeWord, p.ports),
    ...[at.timeout, at.errorLimit, at.errors, at.faked].flatMap((base) => row(base, p.resources)),
    ...entries.flatMap((base) => row(base, p.entries)),
  ];
};

/** Words that are read at the end of a run: all that the hardware changes. */
export const readBackAddresses = (p: ResourceAccessControllerParameters): number[] =>
  mappedAddresses(p).filter(
    (address) =>
      (address >= registers.interruptStatus && address < registers.fakeWord) ||
      (address >= registers.errors && address < registers.baseLow),
  );

/** Timeouts of all resources, for software that gives up on whatever hangs. */
export const timeoutAddresses = (p: ResourceAccessControllerParameters): number[] =>
  row(registers.timeout, p.resources);

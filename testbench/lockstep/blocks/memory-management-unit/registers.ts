/** The addresses of the units' and the keeper's registers as their specification lists them: written down again here, so that a slip in a register map shows. */
import type { SystemParameters } from './parameters.ts';

export const unitRegisters = {
  identification: 0x000,
  geometry: 0x004,
  capacity: 0x008,
  cookies: 0x00c,
  interruptStatus: 0x010,
  interruptEnable: 0x014,
  domain: 0x018,
  control: 0x01c,
  timeout: 0x020,
  faultClear: 0x024,
  fault: 0x028,
  faultAddressLow: 0x02c,
  faultAddressHigh: 0x030,
  tables: 0x034,
  tablesFirstLow: 0x038,
  tablesFirstHigh: 0x03c,
  tablesSecondLow: 0x040,
  tablesSecondHigh: 0x044,
  hits: 0x050,
  misses: 0x054,
  restarts: 0x058,
  failovers: 0x05c,
  differences: 0x060,
  difference: 0x064,
  differenceAddressLow: 0x068,
  differenceAddressHigh: 0x06c,
} as const;

export const keeperRegisters = {
  identification: 0x000,
  geometry: 0x004,
  cookies: 0x008,
  interruptStatus: 0x010,
  interruptEnable: 0x014,
  memoryStatus: 0x018,
  memoryCommand: 0x01c,
  bump: 0x020,
  errorLimit: 0x024,
  timeout: 0x028,
  errors: 0x030,
  log: 0x038,
  logCycle: 0x03c,
  cycle: 0x040,
  copyTarget: 0x048,
  copyFromLow: 0x04c,
  copyToLow: 0x050,
  copyFromHigh: 0x054,
  copyToHigh: 0x058,
  copyForms: 0x05c,
  copyPages: 0x060,
  copyPace: 0x064,
  copyCommand: 0x068,
  pagesDone: 0x06c,
} as const;

/** Bits of `memory_command` for memory 0; those of memory 1 are one higher. */
export const commandBits = { takeOut: 1, reset: 4, restore: 16, onLine: 64, logClear: 256 } as const;
/** Bits of `memory_status`, again of memory 0. */
export const statusBits = {
  failed: 1,
  restoring: 4,
  wasReset: 16,
  ready: 1 << 16,
  copying: 1 << 17,
  copyFailed: 1 << 18,
};
/** What is written to `bump` beside the index. */
export const bumpBits = { all: 2 ** 30, start: 2 ** 31 } as const;

const row = (base: number, count: number): number[] => Array.from({ length: count }, (_, index) => base + 4 * index);

/** Every word of a unit's map. */
export const unitAddresses = (p: SystemParameters): number[] => {
  const at = unitRegisters;
  const wide = p.addressWidth > 32;
  return [
    ...row(at.identification, 12),
    ...(p.virtualWidth > 32 ? [at.faultAddressHigh] : []),
    at.tables,
    at.tablesFirstLow,
    ...(wide ? [at.tablesFirstHigh] : []),
    at.tablesSecondLow,
    ...(wide ? [at.tablesSecondHigh] : []),
    ...row(at.hits, 7),
    ...(p.virtualWidth > 32 ? [at.differenceAddressHigh] : []),
  ];
};

/** Every word of the keeper's map. */
export const keeperAddresses = (p: SystemParameters): number[] => {
  const at = keeperRegisters;
  return [
    ...row(at.identification, 3),
    ...row(at.interruptStatus, 7),
    ...row(at.errors, 5),
    ...row(at.copyTarget, 3),
    ...(p.addressWidth > 32 ? [at.copyFromHigh, at.copyToHigh] : []),
    ...row(at.copyForms, 5),
  ];
};

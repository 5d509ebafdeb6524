/** Parameters at which everything that can be full often is, and cookies wrap around. */
import type { SystemParameterValues } from './parameters.ts';

export const small = {
  units: 2,
  addressWidth: 24,
  formWidth: 1,
  cookieWidth: 2,
  cookieIndexWidth: 4,
  virtualWidth: 33,
  idWidth: 2,
  entries: 4,
  domainWidth: 1,
  reads: 4,
  writes: 4,
  timerWidth: 12,
} as const satisfies SystemParameterValues;

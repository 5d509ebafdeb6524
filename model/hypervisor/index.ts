/** The hypervisor, on a platform just powered on. */
export { type CreateHypervisorOptions, createHypervisor, trustedPages } from './hypervisor.ts';
export type * from './interface.ts';
export { TrustedEvents } from './trusted-events.ts';

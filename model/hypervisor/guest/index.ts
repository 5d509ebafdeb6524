/** What a guest's program is written with. */
export { Calls, type GrantMapping, type PageRights, TrustedCalls } from './calls.ts';
export { type ErrorName, errorNumbers, HypercallError, PageFault, type PageFaultKind } from './errors.ts';
export { Events } from './events.ts';
export { GrantTable } from './grants.ts';
export type { Guest, GuestProgram, Space, View } from './interface.ts';
export {
  type CallName,
  calls,
  type DomainRequest,
  decodeGrantEntry,
  encodeGrantEntry,
  type GrantEntry,
  grantAreaAddress,
  grantAreaBytes,
  grantEntriesPerPage,
  grantTableAddress,
  pageBytes,
  sharedPage,
  sharedPageAddress,
  storeRingAddress,
  trustedMemoryAddress,
  type VirtualEvent,
  virtualEvents,
} from './layout.ts';

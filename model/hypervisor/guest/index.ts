/** What a guest's program is written with. */
export { Balloon, type BalloonOptions, type BalloonState } from './balloon.ts';
export { Calls, type GrantMapping, type PageRights, type SweepOrder, TrustedCalls } from './calls.ts';
export { type ErrorName, errorNumbers, HypercallError, PageFault, type PageFaultKind } from './errors.ts';
export { Events } from './events.ts';
export { GrantTable } from './grants.ts';
export type { Guest, GuestProgram, Space, View } from './interface.ts';
export {
  type CallName,
  calls,
  type DomainRequest,
  decodeGrantEntry,
  deflateOnExhaustion,
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
export { type MemoryReport, MemoryWatch } from './memory-watch.ts';
export { PacketRing, type PacketRingOptions, packetRingPages, type ReceivedFrame } from './packets.ts';

/** The ring's page, as the guest and the store share it: offsets in bytes (Xen's `xenstore-ring.txt`). */
export const ringBytes = 1024;
export const requestsAt = 0;
export const answersAt = 1024;

export const wordsAt = {
  requestsRead: 2048,
  requestsWritten: 2052,
  answersRead: 2056,
  answersWritten: 2060,
  features: 2064,
  connection: 2068,
  error: 2072,
} as const;

/** What the store can do: make a new connection, say why one has ended, watch to a depth. */
export const features = 1 | 2 | 4;

export const connectionStates = { connected: 0, wanted: 1 } as const;

/** Why the store ended a connection. */
export const ringErrors = { none: 0, page: 1, index: 2, length: 3 } as const;
export type RingError = (typeof ringErrors)[keyof typeof ringErrors];

/** The pieces in which bytes of a stream lie in its part of the page. */
export const pieces = (base: number, from: number, bytes: number): readonly (readonly [number, number])[] => {
  const at = from % ringBytes;
  const first = Math.min(bytes, ringBytes - at);
  const all = [[base + at, first] as const, [base, bytes - first] as const];
  return all.filter(([, length]) => length > 0);
};

/** What a guest can be told: faults of its accesses, and refusals of its calls. */

/**
 * Why a page stops an access: nothing is there, its owner set no such right, the memory with its only copy died, it was
 * given back, or memory answers with errors though nothing forbids the access.
 */
export type PageFaultKind = 'nothing' | 'no right' | 'lost' | 'given back' | 'refused';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** An access of the guest's that cannot be done. Catch it as a signal would be caught. */
export class PageFault extends Error {
  readonly kind: PageFaultKind;
  /** The first byte of the access that lies in the page which stops it. */
  readonly address: number;
  readonly write: boolean;

  constructor(kind: PageFaultKind, address: number, write: boolean) {
    super(`page fault at ${hex(address)}, ${write ? 'write' : 'read'}: ${kind}`);
    this.name = 'PageFault';
    this.kind = kind;
    this.address = address;
    this.write = write;
  }
}

/** Errors of calls, by the numbers of Linux. */
export const errorNumbers = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  EAGAIN: 11,
  ENOMEM: 12,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EINVAL: 22,
  ENOSPC: 28,
  ENOSYS: 38,
} as const;
export type ErrorName = keyof typeof errorNumbers;

/** A call was refused. */
export class HypercallError extends Error {
  readonly code: ErrorName;
  /** Number of the call. */
  readonly call: number;

  constructor(code: ErrorName, call: number, name: string) {
    super(`the call ${name} (${call}) was refused: ${code}`);
    this.name = 'HypercallError';
    this.code = code;
    this.call = call;
  }
}

/** The name of a negative result. */
export const errorName = (result: bigint): ErrorName => {
  for (const [name, number] of Object.entries(errorNumbers)) if (BigInt(-number) === result) return name as ErrorName;
  return 'EIO';
};

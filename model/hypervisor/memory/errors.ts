/** Errors of the hypervisor's operations, by the names and numbers of Linux. */
import type { Trap } from './interface.ts';

const numbers = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  EAGAIN: 11,
  ENOMEM: 12,
  EBUSY: 16,
  EEXIST: 17,
  EINVAL: 22,
  ENOSPC: 28,
} as const;

export type HypervisorErrorCode = keyof typeof numbers;

/** An operation was refused; what it says stands in `message`, and nothing was changed unless the operation says otherwise. */
export class HypervisorError extends Error {
  readonly code: HypervisorErrorCode;
  /** Of Linux, positive. */
  readonly number: number;

  constructor(code: HypervisorErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.name = 'HypervisorError';
    this.code = code;
    this.number = numbers[code];
  }
}

/** No single copies are given of a memory, until it is back. */
export class OutOfUseError extends HypervisorError {
  constructor(memory: 'first' | 'second') {
    super('EIO', `the ${memory} memory is out of use, and gives no single copies until it is back`);
  }
}

/** A reference to a page was refused, since it would go around its trap. */
export class TrappedPageError extends HypervisorError {
  readonly domain: number;
  readonly page: number;
  readonly trap: Trap;

  constructor(domain: number, page: number, trap: Trap) {
    super('EBUSY', `page 0x${page.toString(16)} of domain ${domain} has a trap, which a reference would go around`);
    this.domain = domain;
    this.page = page;
    this.trap = trap;
  }
}

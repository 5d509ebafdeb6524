/** What can become of software's accesses and programs, apart from being done. */

export interface FailedAccess {
  readonly write: boolean;
  /** The first byte of the whole access. */
  readonly address: number;
  readonly bytes: number;
  readonly response: 'SLVERR' | 'DECERR';
  readonly processor: number;
  readonly domain: number;
  /** In which the error was answered. */
  readonly cycle: number;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** The machine answered an access with an error. */
export class BusError extends Error {
  readonly access: FailedAccess;

  constructor(access: FailedAccess) {
    const { write, address, bytes, response, processor, domain, cycle } = access;
    super(
      `processor ${processor}, domain ${domain}: the ${write ? 'write' : 'read'} of ${bytes} bytes at ${hex(address)} was answered with ${response} in cycle ${cycle}`,
    );
    this.name = 'BusError';
    this.access = access;
  }
}

/** Power was cut: this access, and every later one, is answered by nobody. */
export class PowerCutError extends Error {
  readonly cycle: number;

  constructor(cycle: number) {
    super(`power was cut in cycle ${cycle}: nothing answers any more`);
    this.name = 'PowerCutError';
    this.cycle = cycle;
  }
}

/** A program waits, and nothing that could happen on the platform would end it. */
export class StalledError extends Error {
  readonly cycle: number;

  constructor(cycle: number) {
    super(
      `a program waits in cycle ${cycle}, but has nothing in flight on the platform, sleeps until no cycle and waits for no interrupt: await only operations of the platform, and promises that other software on it fulfils`,
    );
    this.name = 'StalledError';
    this.cycle = cycle;
  }
}

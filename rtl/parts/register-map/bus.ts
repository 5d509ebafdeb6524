/** What a driver reads and writes registers through: whole 32-bit words by byte address. */
export interface RegisterBus {
  read(address: number): number;
  write(address: number, data: number): void;
}

/** The same, where an access takes its time. */
export interface AsynchronousRegisterBus {
  read(address: number): Promise<number>;
  write(address: number, data: number): Promise<void>;
}

/**
 * An index or a field's value is outside what the register map declares, or the access is not one that the register
 * has.
 */
export class RegisterAccessError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RegisterAccessError';
  }
}

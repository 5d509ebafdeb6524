/** How a call is refused, and its arguments read. */
import { type ErrorName, errorNumbers } from '../guest/errors.ts';
import { HypervisorError } from '../memory/interface.ts';

/** Errors that only calls have. */
export class CallRefusal extends Error {
  readonly code: ErrorName;

  constructor(code: ErrorName, message: string) {
    super(`${code}: ${message}`);
    this.name = 'CallRefusal';
    this.code = code;
  }
}

/** The negative result of a refusal, or `undefined` for what is an error of the hypervisor's own. */
export const refusalResult = (error: unknown): bigint | undefined => {
  if (error instanceof HypervisorError) return BigInt(-error.number);
  if (error instanceof CallRefusal) return BigInt(-errorNumbers[error.code]);
  return undefined;
};

/** An argument that must be less than a number. @throws EINVAL */
export const below = (value: bigint | undefined, limit: number, what: string): number => {
  if (value === undefined || value >= BigInt(limit))
    throw new HypervisorError('EINVAL', `${what} is ${value}, but must be less than ${limit}`);
  return Number(value);
};

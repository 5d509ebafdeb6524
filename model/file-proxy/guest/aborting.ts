import { ArgumentError } from './arguments.ts';

/** Node's `AbortError`. */
class AbortError extends Error {
  override readonly name = 'AbortError';
  readonly code = 'ABORT_ERR';
  constructor(cause: unknown) {
    super('The operation was aborted', { cause });
  }
}

/** What to call before each step of a work that a signal may end. @throws ArgumentError for what is no signal */
export const abortCheck = (signal: AbortSignal | null | undefined): (() => void) => {
  if (signal === undefined || signal === null) return () => undefined;
  if (typeof signal !== 'object' || !('aborted' in signal))
    throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "options.signal" argument must be an AbortSignal.');
  return () => {
    if (signal.aborted) throw new AbortError(signal.reason);
  };
};

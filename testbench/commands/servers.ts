/** What the verbs that serve something have in common. */
import { UsageError } from './errors.ts';
import { type Arguments, optionOf } from './verb.ts';

const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A number of bytes, with a unit of 1024 if it has one. @throws UsageError */
export const bytesOption = (given: Arguments, name: string): number | undefined => {
  const text = optionOf(given, name);
  if (text === undefined) return undefined;
  const match = /^(\d{1,15})([KMGT]?)$/.exec(text);
  const bytes = match === null ? Number.NaN : Number(match[1]) * units[match[2]!]!;
  if (!Number.isSafeInteger(bytes))
    throw new UsageError(
      `Option --${name} takes a number of bytes, as in --${name} 500M (K, M, G and T count by 1024), not '${text}'.`,
    );
  return bytes;
};

/** Why an address cannot be listened at. */
const addressErrors: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another server is there; end it, or give another address',
  EEXIST: 'a file that is no socket is there; give another path',
  EADDRNOTAVAIL: 'this machine has no such address; 127.0.0.1 is always there',
  // libuv says this of a missing directory too.
  EACCES: "the socket's directory must be there and be yours to write, and ports below 1024 are the superuser's",
  ENOTFOUND: 'there is no host of that name',
};

/** Says what is wrong with the address where that is why the server did not start. */
export const explainAddress = (error: unknown, address: string): unknown => {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const reason = code !== undefined && ['listen', 'getaddrinfo'].includes(syscall ?? '') ? addressErrors[code] : null;
  return typeof reason === 'string' ? new UsageError(`Cannot listen at ${address}: ${reason}.`) : error;
};

/** Ends a server once, on whichever signal comes first. */
export const closeOnSignal = (close: () => Promise<void>): void => {
  const end = (): void => {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
    void close();
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
};

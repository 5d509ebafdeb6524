import { serveDirectory } from '../../model/file-proxy/server/share-server.ts';
import { readAddress, writeAddress } from './address.ts';
import { numberOption } from './choose.ts';
import { UsageError } from './errors.ts';
import { type Answer, type Arguments, optionOf, type Verb } from './verb.ts';

const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A number of bytes, with a unit of 1024 if it has one. @throws UsageError */
const bytesOption = (given: Arguments, name: string): number | undefined => {
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
  EADDRNOTAVAIL: 'this machine has no such address; 127.0.0.1 is always there',
  // libuv says this of a missing directory too.
  EACCES: "the socket's directory must be there and be yours to write, and ports below 1024 are the superuser's",
  ENOTFOUND: 'there is no host of that name',
};

/** Says what is wrong with the address where that is why the server did not start. */
const explainAddress = (error: unknown, address: string): unknown => {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const reason = code !== undefined && ['listen', 'getaddrinfo'].includes(syscall ?? '') ? addressErrors[code] : null;
  return typeof reason === 'string' ? new UsageError(`Cannot listen at ${address}: ${reason}.`) : error;
};

/** Ends a server once, on whichever signal comes first. */
const closeOnSignal = (close: () => Promise<void>): void => {
  const end = (): void => {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
    void close();
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
};

export const share: Verb = {
  name: 'share',
  summary: 'Serve a directory to 9P2000.L clients until it is stopped',
  args: {
    directory: { type: 'positional', required: true, description: 'Directory to share; nothing outside it is reached' },
    listen: {
      type: 'string',
      valueHint: 'ADDRESS',
      description:
        'unix:PATH or HOST:PORT; 127.0.0.1:5640 when left out. Whoever reaches it may do all that the server may',
    },
    readonly: { type: 'boolean', description: 'Refuse whatever would change the directory' },
    quota: { type: 'string', valueHint: 'BYTES', description: 'Bytes that its files may have in all, as in 500M' },
    files: { type: 'string', valueHint: 'N', description: 'Files, directories and links that it may have in all' },
    handles: { type: 'string', valueHint: 'N', description: 'Handles of one client at once; 4096 when left out' },
    connections: { type: 'string', valueHint: 'N', description: 'Clients at once; 16 when left out' },
  },
  async run(given): Promise<Answer> {
    const [directory] = given.positionals;
    if (directory === undefined)
      throw new UsageError("'share' needs the directory to share, as in portcullis share ./photos.");
    const address = readAddress(optionOf(given, 'listen') ?? '127.0.0.1:5640');
    const readOnly = given.flags.has('readonly');
    const bytes = bytesOption(given, 'quota');
    const files = optionOf(given, 'files') === undefined ? undefined : numberOption(given, 'files', 0);
    const limited = bytes !== undefined || files !== undefined;
    const quota = { bytes: bytes ?? Number.MAX_SAFE_INTEGER, files: files ?? Number.MAX_SAFE_INTEGER };
    const listener = await serveDirectory({
      directory,
      address,
      readOnly,
      ...(limited ? { quota } : {}),
      connections: numberOption(given, 'connections', 16),
      handles: numberOption(given, 'handles', 4096),
      onFault: (error) => process.stderr.write(`portcullis: a request failed by a fault of ours: ${String(error)}\n`),
    }).catch((error: unknown) => {
      throw explainAddress(error, writeAddress(address));
    });
    closeOnSignal(() => listener.close());
    const listening = writeAddress(listener.address);
    // The server goes on after this answer, until a signal ends it.
    return {
      value: { directory, listen: listening, readonly: readOnly, quota: limited ? quota : null },
      text: `Sharing ${directory} at ${listening}${readOnly ? ', read-only' : ''}; end with Ctrl-C or SIGTERM.`,
      code: 0,
    };
  },
};

import { UsageError } from './errors.ts';

/** Where a server listens: a Unix socket's path, or a host and port. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** Linux's limit of a Unix socket's path, less the NUL at its end. */
const pathLimit = 107;

const wrong = (text: string): UsageError =>
  new UsageError(
    `Option --listen takes unix:PATH, HOST:PORT or a port alone, as in --listen unix:/tmp/share.sock or --listen 127.0.0.1:5640, not '${text}'.`,
  );

/** Reads `unix:PATH`, `HOST:PORT`, `[IPv6]:PORT`, or a port alone, which is on the loopback. @throws UsageError */
export const readAddress = (text: string): Address => {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (path === '') throw wrong(text);
    if (Buffer.byteLength(path) > pathLimit)
      throw new UsageError(`The path of a Unix socket has at most ${pathLimit} bytes; '${path}' is longer.`);
    return { path };
  }
  const match = /^(?:(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw wrong(text);
  return { host: match[1] ?? match[2] ?? '127.0.0.1', port };
};

export const writeAddress = (address: Address): string => {
  if ('path' in address) return `unix:${address.path}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
};

import fs from 'node:fs';
import net from 'node:net';

/** Where a server can be reached: a Unix socket's path, or a host and port. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

export interface Listener {
  /** As it turned out: a port of 0 has become one. */
  readonly address: Address;
  /** Takes no more connections, and ends those that are there. Resolves when all are done. */
  close(): Promise<void>;
}

/** Whether someone answers at a Unix socket. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = net.connect({ path });
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });

/** Removes the socket of a server that is no more. */
const clearStale = async (path: string): Promise<void> => {
  if (fs.lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true && !(await answers(path))) fs.rmSync(path);
};

/**
 * Accepts connections, at most so many at once; others are closed at once.
 * @throws Node's errors, such as EADDRINUSE
 */
export const listen = async (
  address: Address,
  connections: number,
  serve: (socket: net.Socket) => Promise<void>,
): Promise<Listener> => {
  const open = new Map<net.Socket, Promise<void>>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (open.size >= connections) return socket.destroy();
    open.set(
      socket,
      serve(socket).finally(() => open.delete(socket)),
    );
    return undefined;
  });
  if ('path' in address) await clearStale(address.path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  const bound = server.address();
  return {
    address:
      bound !== null && typeof bound === 'object' && 'host' in address
        ? { host: address.host, port: bound.port }
        : address,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open.keys()) socket.destroy();
      await Promise.all(open.values());
      await closed;
    },
  };
};

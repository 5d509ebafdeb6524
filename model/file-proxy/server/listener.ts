import net from 'node:net';
import { listenAt } from '../../hypervisor/unix-sockets.ts';

/** Where a server can be reached: a Unix socket's path, or a host and port. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

export interface Listener {
  /** As it turned out: a port of 0 has become one. */
  readonly address: Address;
  /** Takes no more connections, and ends those that are there. Resolves when all are done. */
  close(): Promise<void>;
}

/** Milliseconds of silence after which the host asks whether the other end is still there: one that is not gives its place back. */
const askAfter = 60_000;

/**
 * Accepts connections, at most so many at once; others are closed at once. One whose other end has gone without a word ends when the host finds out.
 * @throws as `listenAt`
 */
export const listen = async (
  address: Address,
  connections: number,
  serve: (socket: net.Socket) => Promise<void>,
): Promise<Listener> => {
  const open = new Map<net.Socket, Promise<void>>();
  const options = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: askAfter };
  const server = net.createServer(options, (socket) => {
    if (open.size >= connections) return socket.destroy();
    open.set(
      socket,
      serve(socket).finally(() => open.delete(socket)),
    );
    return undefined;
  });
  await listenAt(server, address);
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

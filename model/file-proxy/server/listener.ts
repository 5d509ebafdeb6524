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

/**
 * Accepts connections, at most so many at once; others are closed at once.
 * @throws as `listenAt`
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

import { lstat, rm } from 'node:fs/promises';
import { connect, type ListenOptions, type Server, type Socket } from 'node:net';

/** A connection to a Unix socket; null when nobody listens there. */
export const connected = (path: string): Promise<Socket | null> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
      else reject(error);
    });
  });

const begin = (server: Server, where: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** Removes the socket of a server that is no more, and nothing else. @throws an error with the code EEXIST when what is there is no socket */
const removeStale = async (path: string): Promise<void> => {
  const status = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (status?.isSocket() === false)
    throw Object.assign(new Error(`${path} is no socket.`), { code: 'EEXIST', syscall: 'listen', path });
  await rm(path, { force: true });
};

/**
 * Listens, also where a process that was killed left its Unix socket behind.
 * @throws the system's error; EADDRINUSE when another process listens there, EEXIST when a file is there that is no socket
 */
export const listenAt = async (server: Server, where: ListenOptions): Promise<void> => {
  try {
    await begin(server, where);
  } catch (error) {
    const { path } = where;
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || path === undefined || path.startsWith('\0'))
      throw error;
    const other = await connected(path).catch(() => {
      throw error;
    });
    other?.destroy();
    if (other !== null) throw error;
    await removeStale(path);
    await begin(server, where);
  }
};

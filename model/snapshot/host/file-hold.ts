import { realpath, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { listenAt } from '../../hypervisor/unix-sockets.ts';
import { SnapshotError } from '../storage.ts';

/** The name without links of a file, the same whichever name it is given by; what is not there has the name that it is given. */
export const trueName = (path: string): Promise<string> =>
  realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return path;
    throw error;
  });

/**
 * A file that one process of this host, or one part of it, has for itself. The system ends it with the process.
 * It is an abstract Unix socket named by the file's device and inode: other network namespaces do not see it.
 */
export class FileHold {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws SnapshotError when the file is held; the system's errors */
  static async take(path: string): Promise<FileHold> {
    const { dev, ino } = await stat(path, { bigint: true });
    const server = createServer((socket) => socket.destroy());
    await listenAt(server, { path: `\0portcullis-volume-${dev}-${ino}` }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE' ? new SnapshotError(`${path} is served by another process already.`) : error;
    });
    return new FileHold(server);
  }

  async release(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

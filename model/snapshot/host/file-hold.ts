import { spawn } from 'node:child_process';
import { type FileHandle, open, realpath } from 'node:fs/promises';
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
 * Locks an open file as flock(2) does, by the program of that name, which Node has no call for: the lock is of what is open, and ends when the last process
 * that has it is gone. False where another has the file; null where it cannot be locked, for want of the program or of a file system that does.
 */
const lock = (descriptor: number): Promise<boolean | null> =>
  new Promise((resolve, reject) => {
    const child = spawn('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] });
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(null) : reject(error)));
    child.on('close', (code) => resolve(code === 0 ? true : code === 1 ? false : null));
  });

/**
 * A file that one process of this host, or one part of it, has for itself. The system ends it with the process. It is both
 * an abstract Unix socket named by the file's device and inode, which tells at once and which other network namespaces do not see, and
 * a lock of the file, which is seen by whoever has the file, and which children that have its descriptor keep.
 */
export class FileHold {
  readonly #server: Server;
  readonly #file: FileHandle;
  readonly #isLocked: boolean;

  private constructor(server: Server, file: FileHandle, isLocked: boolean) {
    this.#server = server;
    this.#file = file;
    this.#isLocked = isLocked;
  }

  /**
   * Nothing of the file has changed when it fails.
   * @param again asked while the file is locked, and its socket free: whether to try once more
   * @throws SnapshotError when the file is held; the system's errors
   */
  static async take(path: string, again = async (): Promise<boolean> => false): Promise<FileHold> {
    // Network file systems lock only what may be written.
    const file = await open(path, 'r+').catch(() => open(path, 'r'));
    const server = createServer((socket) => socket.destroy());
    try {
      const { dev, ino } = await file.stat({ bigint: true });
      await listenAt(server, { path: `\0portcullis-volume-${dev}-${ino}` }).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'EADDRINUSE' ? new SnapshotError(`${path} is served by another process already.`) : error;
      });
      let locked = await lock(file.fd);
      while (locked === false && (await again())) locked = await lock(file.fd);
      if (locked === false)
        throw new SnapshotError(
          `${path} is locked by another process: a server in another network namespace, such as another container, or a program that a killed server has left at work. Ask again when that has ended.`,
        );
      return new FileHold(server, file, locked ?? false);
    } catch (error) {
      server.close();
      await file.close();
      throw error;
    }
  }

  /** A descriptor for children that change the file: nobody else gets it before they have ended. Null where the file could not be locked. */
  get tie(): number | null {
    return this.#isLocked ? this.#file.fd : null;
  }

  async release(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#file.close();
  }
}

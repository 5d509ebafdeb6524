import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { connected, listenAt } from '../../hypervisor/unix-sockets.ts';
import { SnapshotError } from '../storage.ts';
import { trueName } from './file-hold.ts';
import type { HostVolume } from './host-volume.ts';
import { answerRequest, readRequest, type VolumeAnswer, type VolumeRequest } from './requests.ts';

/** The socket by which a volume that is served is told what to do, beside its file. */
export const controlPath = (file: string): string => `${file}.control`;

const longestLine = 4096;
/** Linux's limit of a Unix socket's path, less the NUL at its end. */
const longestPath = 107;

const answerLines = (socket: Socket, host: HostVolume): void => {
  let waiting = 0;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    waiting = chunk.includes(10) ? 0 : waiting + chunk.length;
    if (waiting > longestLine) socket.destroy();
  });
  const answer = async (line: string): Promise<void> => {
    let reply: object;
    try {
      reply = { answer: await answerRequest(host, readRequest(line)) };
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) };
    }
    if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
  };
  createInterface({ input: socket }).on('line', (line) => void answer(line));
};

/** Answers requests of other processes once the volume is there. */
export class Control {
  readonly #path: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #host: HostVolume | null = null;

  private constructor(path: string) {
    this.#path = path;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      if (this.#host !== null) answerLines(socket, this.#host);
      else socket.end(`${JSON.stringify({ error: 'The volume is being opened; ask again.' })}\n`);
    });
  }

  /** For the process that holds the file. @throws SnapshotError, the system's errors */
  static async open(file: string): Promise<Control> {
    const path = controlPath(file);
    if (Buffer.byteLength(path) > longestPath) {
      throw new SnapshotError(
        `${path} is too long for the path of a socket, at most ${longestPath} bytes: name the file by a shorter path, from its own folder for example.`,
      );
    }
    const control = new Control(path);
    await listenAt(control.#server, { path }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST')
        throw new SnapshotError(`${path} is in the way of the socket by which ${file} is controlled: move it.`);
      throw error;
    });
    await chmod(path, 0o600);
    return control;
  }

  serve(host: HostVolume): void {
    this.#host = host;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await rm(this.#path, { force: true });
  }
}

/** A process answers for the file. */
export const isServed = async (file: string): Promise<boolean> => {
  const socket = await connected(controlPath(file)).catch(() => null);
  socket?.destroy();
  return socket !== null;
};

/**
 * Asks the process that serves a file; null when there is none.
 * @param suits looks first at what that process says of the volume; what it throws is thrown, and nothing is done; null where nothing is to be looked at
 * @throws SnapshotError with the words of the server
 */
export const askServer = async (
  file: string,
  request: VolumeRequest,
  suits: ((served: VolumeAnswer) => Promise<void>) | null = null,
): Promise<VolumeAnswer | null> => {
  const socket = await connected(controlPath(await trueName(file)));
  if (socket === null) return null;
  try {
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    const ask = async (asked: VolumeRequest): Promise<VolumeAnswer> => {
      socket.write(`${JSON.stringify(asked)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new SnapshotError('The server ended before it had answered.');
      const reply = JSON.parse(value) as { answer?: VolumeAnswer; error?: string };
      if (reply.answer === undefined) throw new SnapshotError(reply.error ?? 'The server gave no answer.');
      return reply.answer;
    };
    if (suits !== null) await suits(await ask({ do: 'list' }));
    return await ask(request);
  } finally {
    socket.destroy();
  }
};

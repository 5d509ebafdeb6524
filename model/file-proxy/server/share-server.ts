import fs from 'node:fs';
import net from 'node:net';
import { join, resolve, sep } from 'node:path';
import { listenAt } from '../../hypervisor/unix-sockets.ts';
import { AnswerFile } from '../host/answer-file.ts';
import { HostShare } from '../host/share.ts';
import { HostTree } from '../host/tree.ts';
import { FileError } from '../protocol/errors.ts';
import type { QuotaLimits } from '../tree/quota.ts';
import { Answers } from './answers.ts';
import { serveStream } from './connection.ts';
import { type Address, type Listener, listen } from './listener.ts';
import { Locks } from './locks.ts';
import { Session, sessionLimits } from './session.ts';

export interface ShareServerOptions {
  readonly directory: string;
  readonly address: Address;
  readonly readOnly: boolean;
  readonly quota?: QuotaLimits;
  /** Clients at once. */
  readonly connections: number;
  /** Handles of each client: objects it refers to, and open files. */
  readonly handles: number;
  /** Milliseconds in which a client must agree on a version; 30 s when left out. */
  readonly versionTime?: number;
  /** A file in which answers outlive the server. */
  readonly answers?: string;
  readonly onFault?: (error: unknown) => void;
}

/** Descriptors that the process keeps for itself, its sockets and works under way. */
const reservedDescriptors = 512;

/** Descriptors that this process may have. */
const descriptorLimit = (): number => {
  const line = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'latin1'));
  return line === null ? 1024 : Number(line[1]);
};

/** Takes a directory's answers for this process alone, as long as it lives. @throws FileError with EBUSY */
const takeAnswersOf = async (directory: string, path: string): Promise<net.Server> => {
  const { dev, ino } = fs.statSync(directory, { bigint: true });
  const server = net.createServer((socket) => socket.destroy());
  await listenAt(server, { path: `\0portcullis-answers-${dev}-${ino}` }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new FileError('EBUSY', { syscall: 'open', path }) : error;
  });
  return server;
};

/** Answers that outlive the server, and what lets go of them. @throws FileError with EBUSY, EBADMSG, EPERM where clients could reach the file */
const openAnswers = async (share: HostShare, directory: string, path: string) => {
  const place = join(fs.realpathSync(resolve(path, '..')), sep);
  if (place.startsWith(join(fs.realpathSync(directory), sep))) throw new FileError('EPERM', { syscall: 'open', path });
  const hold = await takeAnswersOf(directory, path);
  const close = (): void => void hold.close();
  try {
    const file = AnswerFile.open(path);
    const answers = await Answers.open(file, new HostTree(share));
    return {
      answers,
      close: () => {
        close();
        file.close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
};

/** Serves a directory of the host to 9P2000.L clients. @throws Node's errors for the directory and the address */
export const serveDirectory = async (options: ShareServerOptions): Promise<Listener> => {
  const { directory, address, readOnly, quota, connections, handles, versionTime, onFault } = options;
  let kept: { readonly answers: Answers; close(): void } | null = null;
  const share = await HostShare.open(directory, quota === undefined ? {} : { quota });
  // Descriptors are shared out among the clients; a quota is one for all of them.
  const each = Math.max(16, Math.floor((descriptorLimit() - reservedDescriptors) / connections));
  const limits = { ...sessionLimits, fids: Math.min(handles, each) };
  const locks = new Locks();
  const attachNames = [fs.realpathSync(directory), directory].map((name) => Buffer.from(name).toString('latin1'));
  try {
    kept = options.answers === undefined ? null : await openAnswers(share, directory, options.answers);
    const answers = kept?.answers ?? new Answers();
    const listener = await listen(address, connections, (socket) => {
      const tree = new HostTree(share, { descriptors: Math.min(handles, each), listingBytes: 2 ** 26 });
      const session = new Session({
        tree,
        locks,
        answers,
        limits,
        readOnly,
        attachNames,
        ...(onFault ? { onFault } : {}),
      });
      return serveStream(socket, session, versionTime);
    });
    return {
      address: listener.address,
      close: async () => {
        await listener.close();
        kept?.close();
        await share.close();
      },
    };
  } catch (error) {
    kept?.close();
    await share.close();
    throw error;
  }
};

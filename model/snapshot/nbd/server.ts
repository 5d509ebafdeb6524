import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { listenAt } from '../../hypervisor/unix-sockets.ts';
import { Account } from './account.ts';
import type { Exports } from './export.ts';
import { Handshake } from './handshake.ts';
import { Intake } from './intake.ts';
import { receiveInto } from './receiving.ts';
import { Transmission } from './transmission.ts';

/** Bytes of requests under way, and of unread answers, beyond which a client must wait. */
export interface Limits {
  readonly underWay: number;
  readonly unread: number;
  /** Milliseconds that a closing server waits for a client to read its answers; a second when left out. */
  readonly grace?: number;
  /** Milliseconds that a client has for the handshake; 30 seconds when left out. */
  readonly handshake?: number;
  /** Most connections at a time, beyond which one that comes is closed; 1,024 when left out. */
  readonly connections?: number;
}

const usualLimits: Limits = { underWay: 64 * 2 ** 20, unread: 64 * 2 ** 20 };
const mostConnections = 1024;
const handshakeTime = 30_000;

/** One client. Nothing of what it sends ends more than its own connection. */
const serve = (accepted: Socket, exports: Exports, limits: Limits, account: Account): Socket => {
  const intake = new Intake();
  const socket = receiveInto(accepted, intake, () => advance());
  let corked = false;
  const send = (...pieces: readonly Uint8Array[]): void => {
    if (socket.destroyed) return;
    // Answers that end together leave in one piece.
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(() => {
        corked = false;
        socket.uncork();
      });
    }
    for (const piece of pieces) socket.write(piece);
  };
  const handshake = new Handshake(exports, send);
  let transmission: Transmission | null = null;
  let closing = false;
  const close = (): void => {
    closing = true;
    socket.end();
    socket.resume();
  };
  const timer = setTimeout(() => socket.destroy(), limits.handshake ?? handshakeTime);
  timer.unref();
  const mayTake = (): boolean =>
    transmission === null ||
    (account.taken < limits.underWay && intake.kept < limits.underWay && socket.writableLength < limits.unread);
  const mayAnswer = (): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!socket.destroyed && socket.writableLength >= limits.unread) return;
        socket.off('drain', look);
        socket.off('close', look);
        resolve();
      };
      socket.on('drain', look);
      socket.on('close', look);
      look();
    });
  const goOn = (): void => {
    if (closing) {
      // What comes now is not looked at, and takes no room.
      intake.take(intake.length);
      return;
    }
    if (transmission === null) {
      const step = handshake.advance(intake);
      if (step === 'close') close();
      if (step === 'close' || step === 'more') return;
      clearTimeout(timer);
      transmission = new Transmission(step, send, account, { ended: advance, mayAnswer });
    }
    while (mayTake()) {
      const more = transmission.advance(intake);
      if (more === 'close') {
        close();
        return;
      }
      if (!more) break;
    }
    if (mayTake()) socket.resume();
    else socket.pause();
  };
  let advancing = false;
  const advance = (): void => {
    // A request that ends at once tells so from within: whoever is taking requests goes on with the next.
    if (advancing) return;
    advancing = true;
    try {
      goOn();
    } catch (error) {
      // A fault of ours, which ends one connection and not the server of all others.
      process.stderr.write(`portcullis: ${error instanceof Error ? error.stack : String(error)}\n`);
      socket.destroy();
    } finally {
      advancing = false;
    }
  };
  socket.on('drain', advance);
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    closing = true;
    clearTimeout(timer);
    transmission?.leave();
  });
  return socket;
};

/** An NBD server that listens. */
export interface NbdServer {
  readonly server: Server;
  /** Most bytes of memory that the requests of one connection, which has ended, took at a time. */
  readonly mostTaken: number;
  /** Stops listening, and ends every connection when its answers are sent, or its client has not read them for the grace. */
  close(): Promise<void>;
}

/**
 * @param exports what is served; clients that come before it is known wait for it, and are let go where it will not come
 * @throws the system's error when it cannot listen there
 */
export const listen = async (
  exports: Exports | Promise<Exports>,
  where: ListenOptions,
  limits = usualLimits,
): Promise<NbdServer> => {
  const sockets = new Set<Socket>();
  let closing = false;
  let mostTaken = 0;
  const begin = (accepted: Socket, found: Exports): void => {
    sockets.delete(accepted);
    if (closing || accepted.destroyed) {
      accepted.destroy();
      return;
    }
    const account = new Account(limits.underWay);
    const socket = serve(accepted, found, limits, account);
    sockets.add(socket);
    socket.on('close', () => {
      mostTaken = Math.max(mostTaken, account.most);
      sockets.delete(socket);
    });
  };
  const server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (accepted) => {
    sockets.add(accepted);
    accepted.on('close', () => sockets.delete(accepted));
    accepted.on('error', () => accepted.destroy());
    Promise.resolve(exports).then(
      (found) => begin(accepted, found),
      () => accepted.destroy(),
    );
  });
  server.maxConnections = limits.connections ?? mostConnections;
  await listenAt(server, where);
  const close = async (): Promise<void> => {
    closing = true;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroySoon();
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, limits.grace ?? 1000);
    await closed;
    // The server has let them go; they tell so a moment later.
    while (sockets.size > 0) await new Promise(setImmediate);
    clearTimeout(timer);
  };
  return {
    server,
    get mostTaken() {
      return mostTaken;
    },
    close,
  };
};

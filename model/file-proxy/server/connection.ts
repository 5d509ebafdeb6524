import type { Duplex } from 'node:stream';
import { Framer } from '../protocol/framing.ts';
import type { Session } from './session.ts';

/** Milliseconds in which a client must agree on a version. */
export const defaultVersionTime = 30_000;

/**
 * Serves one client over a stream of bytes, until either side ends it. No more is read while the session has its fill of requests, or the client does not
 * take its answers, so that a connection holds a bounded amount of memory. A client that agrees on no version in time is sent away: it would keep the place of another.
 */
export const serveStream = async (
  stream: Duplex,
  session: Session,
  versionTime = defaultVersionTime,
): Promise<void> => {
  const framer = new Framer();
  let ended = false;
  let wake: () => void = () => undefined;
  const woken = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  const end = (): void => {
    ended = true;
    stream.destroy();
    wake();
  };
  const timer = setTimeout(() => {
    if (!session.begun) end();
  }, versionTime);
  const answer = async (request: Uint8Array): Promise<void> => {
    const reply = await session.answer(request);
    if (reply === null) return end();
    if (!ended) {
      stream.cork();
      for (const part of reply) stream.write(part);
      stream.uncork();
    }
    wake();
  };
  const full = (): boolean =>
    session.requestsUnderWay >= session.limits.requests || stream.writableLength > session.limits.messageSize;
  stream.on('drain', () => wake());
  stream.on('error', end);
  stream.on('close', end);
  try {
    for await (const chunk of stream) {
      framer.push(chunk as Uint8Array);
      for (;;) {
        const request = framer.next(session.requestBytes);
        if (request === 'broken') end();
        if (ended || request === null || request === 'broken') break;
        while (full() && !ended) await woken();
        if (ended) break;
        void answer(request);
      }
      if (ended) break;
    }
  } catch {
    // The stream broke: so ends the connection.
  }
  clearTimeout(timer);
  // A client that closed its side may still read what it asked for.
  while (!ended && session.requestsUnderWay > 0) await woken();
  await session.close();
  stream.end();
};

import { join } from '../protocol/codec.ts';
import { FileError } from '../protocol/errors.ts';
import type { Session } from '../server/session.ts';
import type { Transport } from './transport.ts';

/** Messages handed to a session of the same process, without a stream between. */
export const sessionTransport = (session: Session): Transport => {
  let open = true;
  let end: (reason: Error) => void = () => undefined;
  const close = (): void => {
    if (!open) return;
    open = false;
    void session.close();
    queueMicrotask(() => end(new FileError('ECONNRESET')));
  };
  let take: (message: Uint8Array) => void = () => undefined;
  return {
    start: (receive, ended) => {
      take = receive;
      end = ended;
    },
    send: (message) => {
      if (!open) return;
      void session.handle(join(message)).then((reply) => {
        if (reply === null) close();
        else if (open) take(reply);
      });
    },
    close,
  };
};

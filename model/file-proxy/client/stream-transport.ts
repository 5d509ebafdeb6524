import type { Duplex } from 'node:stream';
import { FileError } from '../protocol/errors.ts';
import { Framer } from '../protocol/framing.ts';
import type { Transport } from './transport.ts';

/** Messages over a stream of bytes, such as a socket. */
export const streamTransport = (stream: Duplex, messageLimit = 2 ** 24): Transport => ({
  start(receive, ended) {
    const framer = new Framer();
    let reason: Error | null = null;
    stream.on('error', (error) => (reason ??= error));
    stream.on('end', () => stream.destroy());
    stream.on('close', () => ended(reason ?? new FileError('ECONNRESET')));
    stream.on('data', (chunk: Uint8Array) => {
      framer.push(chunk);
      for (let message = framer.next(messageLimit); message !== null; message = framer.next(messageLimit)) {
        if (message === 'broken') {
          stream.destroy(new FileError('EPROTO'));
          return;
        }
        receive(message);
      }
    });
  },
  send: (message) => {
    stream.cork();
    for (const part of message) stream.write(part);
    stream.uncork();
  },
  close: () => void stream.destroy(),
});

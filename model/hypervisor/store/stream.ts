import type { Duplex } from 'node:stream';
import type { Session } from './session.ts';
import type { Store } from './store.ts';
import { type Connection, Turns } from './turns.ts';
import { type Message, MessageReader, MessageTooLong } from './wire.ts';

/** Bytes that may wait in a stream before no more are given to it. */
const streamRoom = 16_384;

/** A connection of domain 0 over a stream of bytes, such as a socket. */
class StreamConnection implements Connection {
  readonly #stream: Duplex;
  readonly #session: Session;
  readonly #reader = new MessageReader();
  #ended = false;

  constructor(stream: Duplex, session: Session, turns: Turns, closed: () => void) {
    this.#stream = stream;
    this.#session = session;
    const wake = (): void => turns.wake(this);
    session.onEvent = wake;
    stream.on('readable', wake);
    stream.on('drain', wake);
    stream.on('end', wake);
    // The stream closes after it.
    stream.on('error', () => undefined);
    stream.on('close', () => {
      this.#ended = true;
      closed();
    });
  }

  async turn(): Promise<boolean> {
    if (this.#ended) return false;
    let more = false;
    try {
      if (!this.#session.outbox.answerWaits) {
        const message = this.#next();
        if (message !== null) this.#session.handle(message);
        more = message !== null;
      }
    } catch (error) {
      if (!(error instanceof MessageTooLong)) throw error;
      this.#stream.destroy();
      return false;
    }
    const { outbox } = this.#session;
    const room = streamRoom - this.#stream.writableLength;
    if (room > 0 && !outbox.empty) this.#stream.write(outbox.take(room));
    if (this.#stream.readableEnded && outbox.empty) this.#stream.end();
    return more;
  }

  #next(): Message | null {
    for (;;) {
      // At its end a stream gives what it has, which then is no whole message.
      const bytes = this.#stream.read(this.#reader.wanted) as Uint8Array | null;
      if (bytes === null) return null;
      const message = this.#reader.accept(bytes);
      if (message !== null) return message;
    }
  }
}

/** Serves a store to streams, each a connection of domain 0. */
export class StreamServer {
  readonly #store: Store;
  readonly #turns: Turns;
  #running = false;

  constructor(store: Store) {
    this.#store = store;
    this.#turns = new Turns(() => this.#run());
  }

  /** Serves a stream until it closes. */
  serve(stream: Duplex): Promise<void> {
    return new Promise((resolve) => {
      const session = this.#store.connect(0);
      const connection = new StreamConnection(stream, session, this.#turns, () => {
        this.#store.disconnect(session);
        resolve();
      });
      this.#turns.wake(connection);
    });
  }

  /** Between two rounds the streams have theirs. */
  #run(): void {
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => {
      void this.#turns.round().then(() => {
        this.#running = false;
        if (this.#turns.waiting) this.#run();
      });
    });
  }
}

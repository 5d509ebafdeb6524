import { StoreError, type StoreErrorName, storeErrorNames } from './errors.ts';
import { answersAt, connectionStates, pieces, requestsAt, ringBytes, wordsAt } from './ring-layout.ts';
import { encodeMessage, type Message, MessageReader, messageTypes, textOf } from './wire.ts';

/** How a guest reaches its own ring. */
export interface ClientDoor {
  /** From an offset in the page. */
  read(offset: number, bytes: number): Promise<Uint8Array>;
  write(offset: number, data: Uint8Array): Promise<void>;
  /** Lets the store know that there is something new. */
  notify(): Promise<void>;
  /** Waits until the store let know, since the last waiting, that there is something new. */
  wait(): Promise<void>;
}

/** The store has ended the connection, or it was made anew. */
export class StoreConnectionError extends Error {
  override readonly name = 'StoreConnectionError';
}

const word = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

interface Asked {
  answer: Message | Error | null;
}

/**
 * A guest's end of its ring: requests out, answers and events in. Any number of programs may ask at the same time: whoever waits does the work for all.
 */
export class ClientConnection {
  /** Called with each event: the payload's texts. */
  onEvent: (path: string, token: string) => void = () => undefined;
  readonly #door: ClientDoor;
  readonly #reader = new MessageReader();
  readonly #asked = new Map<number, Asked>();
  #outgoing: Uint8Array[] = [];
  #stepping: Promise<void> | null = null;
  /** The waiting for the store that has not ended. */
  #event: Promise<void> | null = null;
  #wake: () => void = () => undefined;
  #nextRequest = 1;
  /** Positions in both streams; null until the page has said them. */
  #at: { written: number; read: number } | null = null;

  constructor(door: ClientDoor) {
    this.#door = door;
  }

  /** @throws StoreError, StoreConnectionError */
  async ask(type: number, payload: Uint8Array, transaction = 0): Promise<Uint8Array> {
    const request = this.#nextRequest;
    this.#nextRequest = (request + 1) >>> 0;
    const asked: Asked = { answer: null };
    this.#asked.set(request, asked);
    this.#outgoing.push(encodeMessage({ type, request, transaction, payload }));
    this.#wake();
    await this.until(() => asked.answer !== null);
    const answer = asked.answer!;
    if (answer instanceof Error) throw answer;
    if (answer.type !== messageTypes.ERROR) return answer.payload;
    const code = textOf(answer.payload).replace(/\0$/, '');
    throw new StoreError(storeErrorNames.includes(code as StoreErrorName) ? (code as StoreErrorName) : 'EINVAL');
  }

  /** Works until something is so. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      this.#stepping ??= this.#step().finally(() => {
        this.#stepping = null;
      });
      await this.#stepping;
    }
  }

  /** Makes the connection anew: what was asked is lost, and the store knows nothing of it any more. */
  async reconnect(): Promise<void> {
    await this.#stepping?.catch(() => undefined);
    this.#fail(new StoreConnectionError('the connection was made anew'));
    await this.#door.write(wordsAt.connection, word(connectionStates.wanted));
    await this.#door.notify();
    while ((await this.#words()).connection === connectionStates.wanted) await this.#door.wait();
  }

  async #words() {
    const first = wordsAt.requestsRead;
    const bytes = await this.#door.read(first, wordsAt.error + 4 - first);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const at = (name: keyof typeof wordsAt): number => view.getUint32(wordsAt[name] - first, true);
    return {
      requestsRead: at('requestsRead'),
      requestsWritten: at('requestsWritten'),
      answersRead: at('answersRead'),
      answersWritten: at('answersWritten'),
      connection: at('connection'),
      error: at('error'),
    };
  }

  /** Moves what can be moved, or waits until something can. */
  async #step(): Promise<void> {
    const words = await this.#words();
    this.#at ??= { written: words.requestsWritten, read: words.answersRead };
    const room = ringBytes - ((this.#at.written - words.requestsRead) >>> 0);
    const waiting = (words.answersWritten - this.#at.read) >>> 0;
    if (words.error !== 0 || room < 0 || waiting > ringBytes) {
      const error = new StoreConnectionError(`the store has ended the connection: error ${words.error}`);
      this.#fail(error);
      throw error;
    }
    const moved = (await this.#send(room, this.#at)) + (await this.#receive(waiting, this.#at));
    if (moved > 0) await this.#door.notify();
    else if (this.#outgoing.length === 0 || room === 0) await this.#sleep();
  }

  /** Waits for the store, or for a program that asks meanwhile. */
  async #sleep(): Promise<void> {
    this.#event ??= this.#door.wait().finally(() => {
      this.#event = null;
    });
    const asked = new Promise<void>((resolve) => (this.#wake = resolve));
    await Promise.race([this.#event, asked]);
  }

  async #send(room: number, at: { written: number }): Promise<number> {
    const all = Buffer.concat(this.#outgoing);
    const bytes = all.subarray(0, room);
    if (bytes.length === 0) return 0;
    this.#outgoing = bytes.length < all.length ? [all.subarray(bytes.length)] : [];
    let sent = 0;
    for (const [offset, length] of pieces(requestsAt, at.written, bytes.length)) {
      await this.#door.write(offset, bytes.subarray(sent, sent + length));
      sent += length;
    }
    at.written = (at.written + sent) >>> 0;
    await this.#door.write(wordsAt.requestsWritten, word(at.written));
    return sent;
  }

  async #receive(waiting: number, at: { read: number }): Promise<number> {
    if (waiting === 0) return 0;
    for (const [offset, length] of pieces(answersAt, at.read, waiting)) {
      const bytes = await this.#door.read(offset, length);
      for (let taken = 0; taken < length; ) {
        const part = bytes.subarray(taken, taken + this.#reader.wanted);
        taken += part.length;
        const message = this.#reader.accept(part);
        if (message !== null) this.#take(message);
      }
    }
    at.read = (at.read + waiting) >>> 0;
    await this.#door.write(wordsAt.answersRead, word(at.read));
    return waiting;
  }

  #take(message: Message): void {
    if (message.type === messageTypes.WATCH_EVENT) {
      const [path = '', token = ''] = textOf(message.payload).split('\0');
      this.onEvent(path, token);
      return;
    }
    const asked = this.#asked.get(message.request);
    this.#asked.delete(message.request);
    if (asked !== undefined) asked.answer = message;
  }

  #fail(error: Error): void {
    for (const asked of this.#asked.values()) asked.answer = error;
    this.#asked.clear();
    this.#outgoing = [];
    this.#reader.forget();
    this.#at = null;
  }
}

import {
  answersAt,
  connectionStates,
  features,
  pieces,
  type RingError,
  requestsAt,
  ringBytes,
  ringErrors,
  wordsAt,
} from './ring-layout.ts';
import type { Session } from './session.ts';
import type { Connection, Turns } from './turns.ts';
import { type Message, MessageReader, MessageTooLong } from './wire.ts';

/** How the store reaches a guest's page. Each call is an access of the platform; one that fails says that the page cannot be reached. */
export interface RingDoor {
  /** From an offset in the page. */
  read(offset: number, bytes: number): Promise<Uint8Array>;
  write(offset: number, data: Uint8Array): Promise<void>;
  /** Lets the guest know that there is something new. */
  notify(): Promise<void>;
}

/** The page could not be reached. */
class PageError extends Error {}

/** The same door, whose failures can be told from ours. */
const guarded = (door: RingDoor): RingDoor => {
  const failed = (cause: unknown): never => {
    throw new PageError('the page of a ring cannot be reached', { cause });
  };
  return {
    read: (offset, bytes) => door.read(offset, bytes).catch(failed),
    write: (offset, data) => door.write(offset, data).catch(failed),
    notify: () => door.notify().catch(failed),
  };
};

const word = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

/** The words that a turn decides by, from one access. */
const readWords = async (door: RingDoor) => {
  const bytes = await door.read(wordsAt.requestsRead, wordsAt.error - wordsAt.requestsRead);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const at = (offset: number): number => view.getUint32(offset - wordsAt.requestsRead, true);
  return {
    requestsRead: at(wordsAt.requestsRead),
    requestsWritten: at(wordsAt.requestsWritten),
    answersRead: at(wordsAt.answersRead),
    answersWritten: at(wordsAt.answersWritten),
    connection: at(wordsAt.connection),
  };
};
type Words = Awaited<ReturnType<typeof readWords>>;

/**
 * A guest's ring, as the store serves it. The guest may write everything in the page at any time: in a turn each of its words is read once, and what the
 * store wrote itself is never read again.
 */
export class RingConnection implements Connection {
  readonly #session: Session;
  readonly #door: RingDoor;
  readonly #reader = new MessageReader();
  #requestsRead = 0;
  #answersWritten = 0;
  #state: 'new' | 'connected' | 'broken' = 'new';
  #ended = false;
  #turn: Promise<boolean> = Promise.resolve(false);

  /** @param turns that it takes part in, from now on */
  constructor(session: Session, door: RingDoor, turns: Turns) {
    this.#session = session;
    this.#door = guarded(door);
    session.onEvent = () => turns.wake(this);
    session.onEnd = () => {
      this.#ended = true;
    };
    turns.wake(this);
  }

  turn(): Promise<boolean> {
    this.#turn = this.#safeTurn();
    return this.#turn;
  }

  /** When the turn under way is over. Of a session that has ended, nobody reaches the page after it. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  async #safeTurn(): Promise<boolean> {
    if (this.#ended) return false;
    try {
      return await this.#look();
    } catch (error) {
      if (error instanceof MessageTooLong) return this.#break(ringErrors.length);
      if (error instanceof PageError) return this.#break(ringErrors.page);
      throw error;
    }
  }

  async #look(): Promise<boolean> {
    const words = await readWords(this.#door);
    if (this.#state === 'new') await this.#attach(words);
    if (words.connection === connectionStates.wanted) return this.#reconnect();
    if (this.#state !== 'connected') return false;
    const waiting = (words.requestsWritten - this.#requestsRead) >>> 0;
    const unread = (this.#answersWritten - words.answersRead) >>> 0;
    if (waiting > ringBytes || unread > ringBytes) return this.#break(ringErrors.index);
    const taken = this.#session.outbox.answerWaits ? 0 : await this.#takeRequest(waiting);
    const given = await this.#give(ringBytes - unread);
    if (taken + given > 0) await this.#door.notify();
    return taken < waiting && !this.#session.outbox.answerWaits;
  }

  /** What the guest has written before anybody looked is not lost. */
  async #attach({ requestsRead, answersWritten }: Words): Promise<void> {
    this.#requestsRead = requestsRead;
    this.#answersWritten = answersWritten;
    await this.#door.write(wordsAt.features, word(features));
    this.#state = 'connected';
  }

  /** @returns bytes taken, of those that wait */
  async #takeRequest(waiting: number): Promise<number> {
    let taken = 0;
    let message: Message | null = null;
    while (message === null && taken < waiting) {
      const bytes = Math.min(waiting - taken, this.#reader.wanted);
      for (const [offset, length] of pieces(requestsAt, this.#requestsRead + taken, bytes))
        message = this.#reader.accept(await this.#door.read(offset, length));
      taken += bytes;
    }
    if (taken > 0) {
      this.#requestsRead = (this.#requestsRead + taken) >>> 0;
      await this.#door.write(wordsAt.requestsRead, word(this.#requestsRead));
    }
    if (message !== null && !this.#ended) this.#session.handle(message);
    return taken;
  }

  /** @returns bytes given, of the room that there is */
  async #give(room: number): Promise<number> {
    const bytes = this.#session.outbox.take(room);
    if (bytes.length === 0) return 0;
    let given = 0;
    for (const [offset, length] of pieces(answersAt, this.#answersWritten, bytes.length)) {
      await this.#door.write(offset, bytes.subarray(given, given + length));
      given += length;
    }
    this.#answersWritten = (this.#answersWritten + given) >>> 0;
    await this.#door.write(wordsAt.answersWritten, word(this.#answersWritten));
    return given;
  }

  async #reconnect(): Promise<boolean> {
    this.#forget();
    this.#requestsRead = this.#answersWritten = 0;
    await this.#door.write(wordsAt.requestsRead, new Uint8Array(16));
    await this.#door.write(wordsAt.error, word(ringErrors.none));
    await this.#door.write(wordsAt.connection, word(connectionStates.connected));
    this.#state = 'connected';
    await this.#door.notify();
    return true;
  }

  async #break(why: RingError): Promise<boolean> {
    if (this.#ended) return false;
    this.#forget();
    this.#state = 'broken';
    try {
      await this.#door.write(wordsAt.error, word(why));
      await this.#door.notify();
    } catch {
      // A page that cannot be reached cannot be told so.
    }
    return false;
  }

  #forget(): void {
    this.#session.reset();
    this.#reader.forget();
  }
}

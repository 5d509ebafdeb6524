import type { Transport } from '../client/transport.ts';
import { bytesIn, type Parts } from '../protocol/codec.ts';
import { FileError } from '../protocol/errors.ts';
import { headerBytes } from '../protocol/layout.ts';
import type { RingDoor } from './door.ts';
import { readEntries, writeEntries, writeParts } from './entries.ts';
import {
  after,
  ringLayout as at,
  distance,
  isDue,
  leastAreaBytes,
  packRequests,
  packWord,
  requestEntryBytes,
  responseEntryBytes,
  ringEntries,
  ringPageBytes,
  unpackResponses,
  unpackWord,
} from './layout.ts';
import { Places } from './places.ts';

interface Waiting {
  readonly tag: number;
  readonly message: Parts;
  readonly bytes: number;
  readonly room: number;
}

/** What a request that is in flight keeps of the pages. */
interface Taken {
  readonly place: number;
  readonly length: number;
  readonly room: number;
}

const tagOf = (message: Parts): number => message[0]![5]! | (message[0]![6]! << 8);

/** One connection over a ring, the guest's side. */
class RingTransport implements Transport {
  readonly #door: RingDoor;
  readonly #connection: number;
  readonly #places: Places;
  readonly #queue: Waiting[] = [];
  readonly #inFlight = new Map<number, Taken>();
  #produced = 0;
  #consumed = 0;
  #sending = false;
  #open = true;
  /** Works of this connection that still touch the pages. */
  readonly #works = new Set<Promise<void>>();
  #receive: (message: Uint8Array) => void = () => undefined;
  #ended: (reason: Error) => void = () => undefined;

  constructor(door: RingDoor, connection: number) {
    this.#door = door;
    this.#connection = connection;
    this.#places = new Places(door.pages.bytes - ringPageBytes);
  }

  start(receive: (message: Uint8Array) => void, ended: (reason: Error) => void): void {
    this.#receive = receive;
    this.#ended = ended;
    this.#guarded(() => this.#take());
  }

  send(message: Parts, replyBytes: number): void {
    this.#queue.push({ tag: tagOf(message), message, bytes: bytesIn(message), room: replyBytes });
    this.#guarded(() => this.#put());
  }

  close(): void {
    if (!this.#open) return;
    this.#end(new FileError('ECONNABORTED'));
    this.#guarded(async () => {
      await this.#door.pages.write64(at.request, 0n);
      await this.#door.notify();
    });
  }

  #end(reason: Error): void {
    if (!this.#open) return;
    this.#open = false;
    queueMicrotask(() => this.#ended(reason));
  }

  /** Resolves when the connection has ended and nothing of it touches the pages any more. */
  async settled(): Promise<void> {
    while (this.#works.size > 0) await Promise.all(this.#works);
  }

  /** Pages that are gone end the connection. */
  #guarded(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => this.#end(error instanceof Error ? error : new FileError('EIO')))
      .finally(() => this.#works.delete(done));
    this.#works.add(done);
  }

  /** Of what waits, as much as there is room for. */
  #placed(): readonly (Waiting & Taken)[] {
    const batch: (Waiting & Taken)[] = [];
    for (let next = this.#queue[0]; next !== undefined && this.#inFlight.size < ringEntries; next = this.#queue[0]) {
      const length = Math.max(next.bytes, next.room);
      const place = this.#places.take(length);
      if (place === null) break;
      const taken = { place, length, room: next.room };
      this.#queue.shift();
      this.#inFlight.set(next.tag, taken);
      batch.push({ ...next, ...taken });
    }
    return batch;
  }

  async #put(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    const { pages } = this.#door;
    for (let batch = this.#placed(); batch.length > 0 && this.#open; batch = this.#placed()) {
      const from = this.#produced;
      const writes = batch.map(({ place, message }) => writeParts(this.#door, place, message));
      writes.push(writeEntries(this.#door, at.requests, requestEntryBytes, from, packRequests(batch)));
      await Promise.all(writes);
      this.#produced = after(from, batch.length);
      await pages.write64(at.request, packWord({ connection: this.#connection, index: this.#produced }));
      if (isDue(await pages.read32(at.requestEvent), from, this.#produced)) await this.#door.notify();
    }
    this.#sending = false;
  }

  async #take(): Promise<void> {
    const { pages } = this.#door;
    let awaited = 1;
    while (this.#open) {
      const { connection, index } = unpackWord(await pages.read64(at.response));
      if (connection !== this.#connection) return this.#end(new FileError('ECONNRESET'));
      const fresh = distance(this.#consumed, index);
      if (fresh > this.#inFlight.size) return this.#break();
      if (fresh > 0) {
        if (!(await this.#takeReplies(fresh))) return this.#break();
        this.#guarded(() => this.#put());
      } else if (awaited !== after(this.#consumed, 1)) {
        awaited = after(this.#consumed, 1);
        await pages.write32(at.responseEvent, awaited);
      } else await this.#door.wait();
    }
  }

  /** Takes so many replies. False where they break the rules. */
  async #takeReplies(count: number): Promise<boolean> {
    const { pages } = this.#door;
    const entries = unpackResponses(
      await readEntries(this.#door, at.responses, responseEntryBytes, this.#consumed, count),
    );
    const found = entries.map(({ tag, bytes }) => ({ tag, bytes, taken: this.#inFlight.get(tag) }));
    const sound = found.every(({ bytes, taken }) => taken !== undefined && bytes >= headerBytes && bytes <= taken.room);
    if (!sound || new Set(found.map(({ tag }) => tag)).size < count) return false;
    const replies = await Promise.all(found.map(({ taken, bytes }) => pages.read(ringPageBytes + taken!.place, bytes)));
    this.#consumed = after(this.#consumed, count);
    for (const { tag, taken } of found) {
      this.#inFlight.delete(tag);
      this.#places.giveBack(taken!.place, taken!.length);
    }
    for (const reply of replies) if (this.#open) this.#receive(reply);
    return true;
  }

  /** A server that breaks the rules is not believed any further. */
  #break(): void {
    this.#end(new FileError('EPROTO'));
  }
}

/** The guest's side of a ring: connections over it, one after another. */
export class GuestRing {
  readonly #door: RingDoor;
  #last: RingTransport | null = null;

  /** @throws RangeError where the pages are too few */
  constructor(door: RingDoor) {
    if (door.pages.bytes < ringPageBytes + leastAreaBytes)
      throw new RangeError(
        `a ring of ${door.pages.bytes} bytes is too small: give it ${ringPageBytes + leastAreaBytes} or more`,
      );
    this.#door = door;
  }

  /** Opens a connection; waits until there is a server that takes it. To be given to `RemoteTree` as its `connect`. */
  async connect(): Promise<Transport> {
    const { pages } = this.#door;
    await this.#last?.settled();
    const { connection: last } = unpackWord(await pages.read64(at.request));
    const connection = after(last, 1) === 0 ? 1 : after(last, 1);
    await pages.write32(at.responseEvent, 1);
    await pages.write64(at.request, packWord({ connection, index: 0 }));
    await this.#door.notify();
    while (unpackWord(await pages.read64(at.response)).connection !== connection) await this.#door.wait();
    this.#last = new RingTransport(this.#door, connection);
    return this.#last;
  }

  /** Resolves when the last connection has ended and nothing touches the pages any more. */
  async settled(): Promise<void> {
    await this.#last?.settled();
  }
}

import { bytesIn, type Parts } from '../protocol/codec.ts';
import { headerBytes } from '../protocol/layout.ts';
import { failure } from '../server/failure.ts';
import type { Session } from '../server/session.ts';
import type { RingDoor } from './door.ts';
import { readEntries, writeEntries, writeParts } from './entries.ts';
import {
  after,
  ringLayout as at,
  distance,
  isDue,
  packResponses,
  packWord,
  type RequestEntry,
  type ResponseEntry,
  requestEntryBytes,
  responseEntryBytes,
  ringEntries,
  ringPageBytes,
  unpackRequests,
} from './layout.ts';

/** Bytes of Rlerror: a reply has room for it at least. */
const leastRoom = 11;

/** One connection of a guest over its ring, domain 0's side. Its own indices are kept here: what is in the pages, the guest may have changed. */
export class ServedConnection {
  readonly #door: RingDoor;
  readonly #number: number;
  readonly #session: Session;
  readonly #areaBytes: number;
  readonly #replies: ResponseEntry[] = [];
  readonly #works = new Set<Promise<void>>();
  #taken = 0;
  #responded = 0;
  /** Bytes of requests and room of replies that are under way. */
  #held = 0;
  #publishing = false;
  #open = true;
  #ended: (fault: Error | null) => void;
  #progress: () => void = () => undefined;

  /** `ended` is called when the guest broke the rules: with null; or its pages are gone: with the error. */
  constructor(door: RingDoor, number: number, session: Session, ended: (fault: Error | null) => void) {
    this.#door = door;
    this.#number = number;
    this.#session = session;
    this.#areaBytes = door.pages.bytes - ringPageBytes;
    this.#ended = ended;
  }

  get open(): boolean {
    return this.#open;
  }
  /** Requests taken so far: the guest's index, where there are no more. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes the requests up to the guest's index, in their order, and starts what they ask for; waits where too much is under way. */
  async take(index: number): Promise<void> {
    const fresh = distance(this.#taken, index);
    if (fresh > ringEntries) return this.#break();
    const entries = unpackRequests(await readEntries(this.#door, at.requests, requestEntryBytes, this.#taken, fresh));
    if (!entries.every((entry) => this.#isSound(entry))) return this.#break();
    for (let first = 0; first < entries.length && this.#open; ) {
      const batch = this.#fitting(entries.slice(first));
      if (batch.length === 0) {
        await new Promise<void>((resolve) => (this.#progress = resolve));
        continue;
      }
      first += batch.length;
      for (const entry of batch) this.#held += entry.bytes + entry.room;
      const messages = await Promise.all(
        batch.map(({ place, bytes }) => this.#door.pages.read(ringPageBytes + place, bytes)),
      );
      for (const [position, entry] of batch.entries()) this.#work(() => this.#answer(entry, messages[position]!));
      this.#taken = after(this.#taken, batch.length);
    }
  }

  /** Held against its own values, which nobody changes any more. */
  #isSound({ place, bytes, room }: RequestEntry): boolean {
    return (
      bytes >= headerBytes &&
      bytes <= this.#session.limits.messageSize &&
      room >= leastRoom &&
      place + Math.max(bytes, room) <= this.#areaBytes
    );
  }

  /** Of the next requests, those that may be started now. A guest that keeps its messages apart is never held up by the bytes. */
  #fitting(entries: readonly RequestEntry[]): readonly RequestEntry[] {
    let requests = this.#session.limits.requests - this.#works.size;
    let bytes = 2 * this.#areaBytes - this.#held;
    const until = entries.findIndex((entry) => {
      requests -= 1;
      bytes -= entry.bytes + entry.room;
      return requests < 0 || bytes < 0;
    });
    return until < 0 ? entries : entries.slice(0, until);
  }

  #work(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => this.#break(error instanceof Error ? error : new Error(String(error))))
      .finally(() => {
        this.#works.delete(done);
        this.#progress();
      });
    this.#works.add(done);
  }

  async #answer(entry: RequestEntry, message: Uint8Array): Promise<void> {
    try {
      const tag = message[5]! | (message[6]! << 8);
      const reply = await this.#session.answer(message);
      if (reply === null) return this.#break();
      if (!this.#open) return;
      const fitting: Parts = bytesIn(reply) <= entry.room ? reply : failure(tag, 'EMSGSIZE');
      await writeParts(this.#door, entry.place, fitting);
      this.#replies.push({ tag, bytes: bytesIn(fitting) });
    } finally {
      this.#held -= entry.bytes + entry.room;
    }
    await this.#publish();
  }

  /** Shows the guest all replies that are ready, by one index. */
  async #publish(): Promise<void> {
    if (this.#publishing) return;
    this.#publishing = true;
    while (this.#replies.length > 0 && this.#open) {
      const batch = this.#replies.splice(0);
      const from = this.#responded;
      await writeEntries(this.#door, at.responses, responseEntryBytes, from, packResponses(batch));
      this.#responded = after(from, batch.length);
      await this.#door.pages.write64(at.response, packWord({ connection: this.#number, index: this.#responded }));
      if (isDue(await this.#door.pages.read32(at.responseEvent), from, this.#responded)) await this.#door.notify();
    }
    this.#publishing = false;
  }

  #break(fault: Error | null = null): void {
    if (!this.#open) return;
    this.#open = false;
    this.#progress();
    this.#ended(fault);
  }

  /** Ends the connection; resolves once nothing of it touches the pages any more. */
  async end(): Promise<void> {
    this.#open = false;
    this.#progress();
    await this.#session.close();
    while (this.#works.size > 0) await Promise.all(this.#works);
  }
}

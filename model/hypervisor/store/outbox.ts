import { encodeMessage, encodeTexts, messageTypes } from './wire.ts';

/** Who is told, while it wants to be. */
export interface EventSource {
  readonly token: string;
  /** The watch's path as its events give it. */
  readonly told: string;
  ended: boolean;
}

interface Queued {
  readonly bytes: Uint8Array;
  /** None of answers. */
  readonly event: { readonly source: EventSource; readonly path: string } | null;
}

/** What is to leave on a connection: answers and events, in their order. Events are bounded, and not lost. */
export class Outbox {
  #queue: Queued[] = [];
  /** Of the first in the queue, bytes that have left. */
  #left = 0;
  #answers = 0;
  #eventBytes = 0;
  readonly #events = new Map<EventSource, Set<string>>();
  readonly #eventLimit: () => number;

  /** @param eventLimit bytes of events, beyond which they become fewer */
  constructor(eventLimit: () => number) {
    this.#eventLimit = eventLimit;
  }

  /** Whether an answer has not left. */
  get answerWaits(): boolean {
    return this.#answers > 0;
  }

  get empty(): boolean {
    this.#passEnded();
    return this.#queue.length === 0;
  }

  /** Bytes of events that have not left, with headers. */
  get eventBytes(): number {
    return this.#eventBytes;
  }

  answer(bytes: Uint8Array): void {
    this.#queue.push({ bytes, event: null });
    this.#answers += 1;
  }

  /** @param path as the watch's client is to be told it */
  event(source: EventSource, path: string): void {
    const waiting = this.#events.get(source);
    if (waiting?.has(path)) return;
    const payload = encodeTexts(path, source.token);
    const bytes = encodeMessage({ type: messageTypes.WATCH_EVENT, request: 0, transaction: 0, payload });
    if (path === source.told || this.#eventBytes + bytes.length <= this.#eventLimit())
      this.#queueEvent(source, path, bytes);
    else this.event(source, source.told);
  }

  /** The bytes that leave next, at most so many. */
  take(limit: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let room = limit;
    while (room > 0 && !this.empty) {
      const [first] = this.#queue as [Queued];
      if (this.#left === 0 && first.event !== null) this.#forgetEvent(first.event);
      const part = first.bytes.subarray(this.#left, this.#left + room);
      parts.push(part);
      room -= part.length;
      this.#left += part.length;
      if (this.#left === first.bytes.length) this.#shift();
    }
    return Buffer.concat(parts);
  }

  clear(): void {
    this.#queue = [];
    this.#events.clear();
    this.#left = this.#answers = this.#eventBytes = 0;
  }

  #queueEvent(source: EventSource, path: string, bytes: Uint8Array): void {
    this.#queue.push({ bytes, event: { source, path } });
    this.#eventBytes += bytes.length;
    const waiting = this.#events.get(source);
    if (waiting === undefined) this.#events.set(source, new Set([path]));
    else waiting.add(path);
  }

  #forgetEvent({ source, path }: NonNullable<Queued['event']>): void {
    const waiting = this.#events.get(source);
    waiting?.delete(path);
    if (waiting?.size === 0) this.#events.delete(source);
  }

  #shift(): void {
    const { bytes, event } = this.#queue.shift()!;
    this.#left = 0;
    if (event === null) this.#answers -= 1;
    else this.#eventBytes -= bytes.length;
  }

  /** Events of watches that have ended do not leave, unless they have begun to. */
  #passEnded(): void {
    for (;;) {
      const first = this.#queue[0];
      if (this.#left > 0 || first === undefined || first.event === null || !first.event.source.ended) return;
      this.#forgetEvent(first.event);
      this.#shift();
    }
  }
}

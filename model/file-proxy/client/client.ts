import { randomBytes } from 'node:crypto';
import { decode, encode, encodeParts } from '../protocol/codec.ts';
import { codeOfNumber, FileError } from '../protocol/errors.ts';
import {
  type Body,
  type Message,
  noTag,
  numberedVersionText,
  type ReplyName,
  type RequestName,
  slotLimit,
  versionText,
} from '../protocol/layout.ts';
import { isNumbered } from '../protocol/numbered.ts';
import { type Octets, octetsFromBytes, octetsOf } from '../protocol/octets.ts';
import type { Transport } from './transport.ts';

type Request = Message<RequestName>;
type ReplyOf<N extends RequestName> = Message<ReplyName<N>>;

interface Pending {
  readonly request: Request;
  readonly resolve: (reply: Message) => void;
  readonly reject: (error: Error) => void;
  /** It makes fids anew after a connection ended, and ends with its own connection. */
  readonly recovering: boolean;
  /** Of a request that must not be done twice: the server that remembers this session does it once. */
  readonly number: { readonly slot: number; readonly sequence: bigint } | null;
  sent: boolean;
  /** It was sent on this connection. */
  current: boolean;
  /** Settles with it. */
  result: Promise<unknown>;
  /** It was sent on an earlier connection too, may have been done there, and the server cannot tell. */
  resent: boolean;
}

export interface ClientOptions {
  /** Bytes of a message that are asked for; the server may grant fewer. */
  readonly messageSize?: number;
  /** Requests in flight at once; more wait their turn. */
  readonly depth?: number;
  /** What the server knows this client by, through all its connections: 8 to 64 bytes that nobody else can guess. Random when left out. */
  readonly key?: Uint8Array;
}

/** Bytes that hold any reply without data and without a link's target. */
const leastReply = 512;
const targetReply = 9 + 4096;

/** Bytes that the reply to a request has at most. */
const replyBytes = (request: Request): number => {
  if (request.name === 'Tread' || request.name === 'Treaddir') return Math.max(leastReply, request.count + 11);
  return request.name === 'Treadlink' ? targetReply : leastReply;
};

/** A reply, and whether its request may have been done before. */
export interface Answer<N extends RequestName> {
  readonly reply: ReplyOf<N>;
  readonly resent: boolean;
}

/** A request was refused, and whether it may have been done before. */
export class RefusedError extends FileError {
  readonly resent: boolean;
  constructor(code: FileError['code'], resent: boolean) {
    super(code);
    this.resent = resent;
  }
}

/**
 * Sends requests and matches replies to them by tag. When the connection ends, requests in flight are kept: whoever owns the client attaches a new transport,
 * makes its fids again, and has them sent once more; or ends the client for good.
 */
export class Client {
  /** Bytes of a message that both sides agreed on. */
  messageSize = 0;
  private readonly options: Required<ClientOptions>;
  private transport: Transport | null = null;
  private readonly pending = new Map<number, Pending>();
  private readonly waiting: (() => void)[] = [];
  private nextTag = 0;
  private broken: Error | null = null;
  /** Requests other than recovering ones may be sent. */
  private ready = false;
  /** The sequence number that was last used in each slot, and the slots that are free. */
  private readonly sequences = Array.from({ length: slotLimit }, () => 0n);
  private readonly slots = Array.from({ length: slotLimit }, (_, slot) => slot);
  /** The server has a session of this client, on this connection. */
  private numbered = false;
  /** It had it before this connection. */
  private known = false;
  /** Called when a connection ends that had been agreed on. */
  onEnd: (reason: Error) => void = (reason) => this.fail(reason);

  constructor(options: ClientOptions = {}) {
    const { depth = 32 } = options;
    // A slot for each.
    this.options = { messageSize: 2 ** 17, key: randomBytes(16), ...options, depth: Math.min(depth, slotLimit) };
  }
  /**
   * Starts a connection with the agreement on version and size, and with the session, where the server has them; `resume` lets requests out on it.
   * @throws FileError with EPROTO, or why the connection ended
   */
  async connect(transport: Transport): Promise<void> {
    this.numbered = false;
    this.known = false;
    const version = await this.agree(transport);
    if (version !== numberedVersionText) return;
    const { reply } = await this.askToRecover('Tsession', { key: octetsFromBytes(this.options.key) });
    this.numbered = true;
    this.known = reply.known !== 0;
  }
  private async agree(transport: Transport): Promise<string> {
    let agreed = false;
    return new Promise<string>((resolve, reject) => {
      const offer = (version: string): void => {
        const { messageSize } = this.options;
        const offered: Octets = octetsOf(version);
        transport.send(encodeParts({ name: 'Tversion', tag: noTag, messageSize, version: offered }), leastReply);
      };
      let offered = numberedVersionText;
      transport.start(
        (bytes) => {
          if (agreed) return this.receive(transport, bytes);
          const reply = decode(bytes);
          if (reply.name !== 'Rversion') return reject(new FileError('EPROTO'));
          if (reply.version !== versionText && reply.version !== offered) {
            if (offered === versionText) return reject(new FileError('EPROTO'));
            // A server that cuts off more than what it does not know.
            offered = versionText;
            return offer(offered);
          }
          this.messageSize = Math.min(reply.messageSize, this.options.messageSize);
          agreed = true;
          this.transport = transport;
          resolve(reply.version);
        },
        (reason) => {
          if (!agreed) return reject(reason);
          if (this.transport !== transport) return;
          this.transport = null;
          this.ready = false;
          for (const pending of this.pending.values()) pending.current = false;
          for (const [tag, { recovering, reject: drop }] of this.pending) {
            if (!recovering) continue;
            this.pending.delete(tag);
            drop(reason);
          }
          this.onEnd(reason);
        },
      );
      offer(offered);
    });
  }
  private receive(transport: Transport, bytes: Uint8Array): void {
    const reply = decode(bytes);
    const pending = reply.name === null ? undefined : this.pending.get(reply.tag);
    const expected = pending === undefined ? '' : `R${pending.request.name.slice(1)}`;
    if (reply.name === null || pending === undefined || (reply.name !== expected && reply.name !== 'Rlerror')) {
      // A server that breaks the protocol is not believed any further.
      transport.close();
      return;
    }
    this.pending.delete(reply.tag);
    if (pending.number !== null) this.slots.push(pending.number.slot);
    this.waiting.shift()?.();
    if (reply.name === 'Rlerror') pending.reject(new RefusedError(codeOfNumber(reply.ecode), pending.resent));
    else pending.resolve(reply);
  }
  private freeTag(): number {
    while (this.pending.has(this.nextTag)) this.nextTag = (this.nextTag + 1) % noTag;
    const tag = this.nextTag;
    this.nextTag = (this.nextTag + 1) % noTag;
    return tag;
  }
  /** @param done called with the reply, before anything else that comes is looked at. @throws RefusedError with the server's error, or why the client ended */
  async request<N extends RequestName>(name: N, body: Body<N>, done?: () => void): Promise<ReplyOf<N>> {
    return (await this.ask(name, body, done)).reply;
  }
  async ask<N extends RequestName>(name: N, body: Body<N>, done?: () => void): Promise<Answer<N>> {
    while (this.pending.size >= this.options.depth && this.broken === null)
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.put(name, body, false, done);
  }
  get connected(): boolean {
    return this.transport !== null;
  }
  /** Asks before `resume`, past the queue: what makes fids anew must not wait for requests that wait for it. */
  askToRecover<N extends RequestName>(name: N, body: Body<N>): Promise<Answer<N>> {
    // It ended between two answers, when nobody waited for one.
    if (!this.connected) return Promise.reject(this.broken ?? new FileError('ECONNRESET'));
    return this.put(name, body, true);
  }
  private put<N extends RequestName>(
    name: N,
    body: Body<N>,
    recovering: boolean,
    done: () => void = () => undefined,
  ): Promise<Answer<N>> {
    if (this.broken !== null) return Promise.reject(this.broken);
    const tag = this.freeTag();
    const request = { name, tag, ...body } as unknown as Request;
    const number = recovering || !isNumbered(request) ? null : this.nextNumber();
    let [resolve, reject]: [(answer: Answer<N>) => void, Pending['reject']] = [() => undefined, () => undefined];
    const promise = new Promise<Answer<N>>((...settle) => ([resolve, reject] = settle));
    const pending: Pending = {
      request,
      resolve: (reply) => {
        done();
        resolve({ reply: reply as ReplyOf<N>, resent: pending.resent });
      },
      reject,
      recovering,
      number,
      sent: false,
      current: false,
      result: promise,
      resent: false,
    };
    this.pending.set(tag, pending);
    if (this.ready || recovering) this.send(pending);
    return promise;
  }
  /** Every such request has one, whatever the server: the next may remember. */
  private nextNumber(): Pending['number'] {
    const slot = this.slots.pop()!;
    const sequence = this.sequences[slot]! + 1n;
    this.sequences[slot] = sequence;
    return { slot, sequence };
  }
  private send(pending: Pending): void {
    const { request, number } = pending;
    const once = this.numbered ? number : null;
    pending.resent ||= pending.sent && !(once !== null && this.known);
    pending.sent = true;
    pending.current = true;
    const message: Request =
      once === null ? request : { name: 'Tonce', tag: request.tag, ...once, request: encode(request) };
    this.transport?.send(encodeParts(message), replyBytes(request));
  }
  /** Sends again, of what an earlier connection left unanswered and may not be done twice, what `isReady`. */
  resend(isReady: (request: Request) => boolean): readonly Promise<unknown>[] {
    const again = [...this.pending.values()].filter(
      ({ number, sent, current, request }) => number !== null && sent && !current && isReady(request),
    );
    for (const pending of again) this.send(pending);
    return again.map(({ result }) => result);
  }
  /** Lets requests out, those first that an earlier connection left unanswered. */
  resume(): void {
    this.ready = true;
    for (const pending of this.pending.values()) if (!pending.current) this.send(pending);
  }
  /** Ends for good: whatever is in flight, and whatever is asked later, fails with this. */
  fail(reason: Error): void {
    this.broken = reason;
    const { transport } = this;
    this.transport = null;
    transport?.close();
    const left = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of left) reject(reason);
    for (const wake of this.waiting.splice(0)) wake();
  }
}

import { decode, encodeParts } from '../protocol/codec.ts';
import { codeOfNumber, FileError } from '../protocol/errors.ts';
import { type Body, type Message, noTag, type ReplyName, type RequestName, versionText } from '../protocol/layout.ts';
import { octetsOf } from '../protocol/octets.ts';
import type { Transport } from './transport.ts';

type Request = Message<RequestName>;
type ReplyOf<N extends RequestName> = Message<ReplyName<N>>;

interface Pending {
  readonly request: Request;
  readonly resolve: (reply: Message) => void;
  readonly reject: (error: Error) => void;
  /** It makes fids anew after a connection ended, and ends with its own connection. */
  readonly recovering: boolean;
  sent: boolean;
  /** It was sent on an earlier connection too, and may have been done there. */
  resent: boolean;
}

export interface ClientOptions {
  /** Bytes of a message that are asked for; the server may grant fewer. */
  readonly messageSize?: number;
  /** Requests in flight at once; more wait their turn. */
  readonly depth?: number;
}

/** Bytes that hold any reply without data and without a link's target. */
const leastReply = 512;
const targetReply = 9 + 4096;

/** Bytes that the reply to a request has at most. */
const replyBytes = (request: Request): number => {
  if (request.name === 'Tread' || request.name === 'Treaddir') return Math.max(leastReply, request.count + 11);
  return request.name === 'Treadlink' ? targetReply : leastReply;
};

/** A reply, and whether its request had to be sent twice. */
export interface Answer<N extends RequestName> {
  readonly reply: ReplyOf<N>;
  readonly resent: boolean;
}

/** A request was refused, and whether it had to be sent twice. */
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
  /** Called when a connection ends that had been agreed on. */
  onEnd: (reason: Error) => void = (reason) => this.fail(reason);

  constructor(options: ClientOptions = {}) {
    this.options = { messageSize: 2 ** 17, depth: 32, ...options };
  }
  /** Starts a connection with the agreement on version and size; `resume` lets requests out on it. @throws FileError with EPROTO, or why the connection ended */
  async connect(transport: Transport): Promise<void> {
    let agreed = false;
    await new Promise<void>((resolve, reject) => {
      transport.start(
        (bytes) => {
          if (agreed) return this.receive(transport, bytes);
          const reply = decode(bytes);
          if (reply.name !== 'Rversion' || reply.version !== versionText) return reject(new FileError('EPROTO'));
          this.messageSize = Math.min(reply.messageSize, this.options.messageSize);
          agreed = true;
          this.transport = transport;
          resolve();
        },
        (reason) => {
          if (!agreed) return reject(reason);
          if (this.transport !== transport) return;
          this.transport = null;
          this.ready = false;
          for (const [tag, { recovering, reject: drop }] of this.pending) {
            if (!recovering) continue;
            this.pending.delete(tag);
            drop(reason);
          }
          this.onEnd(reason);
        },
      );
      const { messageSize } = this.options;
      transport.send(
        encodeParts({ name: 'Tversion', tag: noTag, messageSize, version: octetsOf(versionText) }),
        leastReply,
      );
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
  /** @throws RefusedError with the server's error, or why the client ended */
  async request<N extends RequestName>(name: N, body: Body<N>): Promise<ReplyOf<N>> {
    return (await this.ask(name, body)).reply;
  }
  async ask<N extends RequestName>(name: N, body: Body<N>): Promise<Answer<N>> {
    while (this.pending.size >= this.options.depth && this.broken === null)
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.put(name, body, false);
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
  private put<N extends RequestName>(name: N, body: Body<N>, recovering: boolean): Promise<Answer<N>> {
    if (this.broken !== null) return Promise.reject(this.broken);
    const tag = this.freeTag();
    const request = { name, tag, ...body } as unknown as Request;
    return new Promise<Answer<N>>((resolve, reject) => {
      const pending: Pending = {
        request,
        resolve: (reply) => resolve({ reply: reply as ReplyOf<N>, resent: pending.resent }),
        reject,
        recovering,
        sent: false,
        resent: false,
      };
      this.pending.set(tag, pending);
      if (this.ready || recovering) this.send(pending);
    });
  }
  private send(pending: Pending): void {
    pending.resent = pending.sent;
    pending.sent = true;
    this.transport?.send(encodeParts(pending.request), replyBytes(pending.request));
  }
  /** Lets requests out, those first that an earlier connection left unanswered. */
  resume(): void {
    this.ready = true;
    for (const pending of this.pending.values()) this.send(pending);
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

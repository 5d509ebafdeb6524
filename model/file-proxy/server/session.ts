import { bytesIn, decode, encodeParts, join, type Parts } from '../protocol/codec.ts';
import { codeOf } from '../protocol/errors.ts';
import {
  type Body,
  type Message,
  noTag,
  numberedVersionText,
  type RequestName,
  versionText,
} from '../protocol/layout.ts';
import { changesNames, isNumbered } from '../protocol/numbered.ts';
import type { Octets } from '../protocol/octets.ts';
import type { Tree } from '../tree/tree.ts';
import type { AnswerSession, Answers } from './answers.ts';
import { isChange } from './changes.ts';
import { failure } from './failure.ts';
import { Fids } from './fids.ts';
import { openMade } from './file-handlers.ts';
import type { Context } from './handler.ts';
import { handlers } from './handlers.ts';
import type { Locks } from './locks.ts';

export interface SessionLimits {
  /** Bytes of a message, header and all. */
  readonly messageSize: number;
  readonly fids: number;
  /** Requests under way at once; who carries the messages waits for one to end before giving more. */
  readonly requests: number;
}

export const sessionLimits: SessionLimits = { messageSize: 2 ** 20, fids: 4096, requests: 64 };
const leastMessageSize = 4096;

export interface SessionOptions {
  readonly tree: Tree;
  readonly locks: Locks;
  readonly limits?: SessionLimits;
  readonly readOnly?: boolean;
  readonly attachNames?: readonly string[];
  /** Of the share, as its locks: with it, clients may have requests done once. */
  readonly answers?: Answers;
  /** Who the client is, where that is known: nobody else can ask for its answers. */
  readonly owner?: string;
  /** Told of every change that was made. */
  readonly onChange?: () => void;
  /** Told of an error that has no code: a fault of ours, which the client sees as EIO. */
  readonly onFault?: (error: unknown) => void;
}

type Reply = { readonly name: string; readonly tag: number } & Readonly<Record<string, unknown>>;
const encodeReply = (reply: Reply): Parts => encodeParts(reply as unknown as Message);

/** One client's connection: its fids, and its requests under way. */
export class Session {
  readonly limits: SessionLimits;
  private readonly options: SessionOptions;
  private readonly fids: Fids;
  /** By tag: resolved when the request is answered. */
  private readonly underWay = new Map<number, Promise<unknown>>();
  /** 0 until a version was agreed on. */
  private messageSize = 0;
  private versionsUnderWay = 0;
  private numbered = false;
  private remembered: AnswerSession | null = null;
  private closed = false;

  constructor(options: SessionOptions) {
    this.options = options;
    this.limits = options.limits ?? sessionLimits;
    this.fids = new Fids(this.limits.fids);
  }
  /** Bytes that a request may have as of now. */
  get requestBytes(): number {
    return this.messageSize === 0 ? leastMessageSize : this.messageSize;
  }
  /** Whether a version was agreed on. */
  get begun(): boolean {
    return this.messageSize !== 0;
  }
  get requestsUnderWay(): number {
    return this.underWay.size;
  }
  /**
   * Answers one request, whole with its header. Null where the client broke the protocol so that answers can no longer be told apart: the connection must end.
   * Never throws, whatever the bytes.
   */
  async answer(bytes: Uint8Array): Promise<Parts | null> {
    if (this.closed || bytes.length > this.requestBytes) return null;
    const message = decode(bytes);
    const { tag } = message;
    if (this.underWay.has(tag)) return null;
    if (message.name === null) return bytes.length < 7 ? null : failure(tag, message.unknown ? 'EOPNOTSUPP' : 'EPROTO');
    const answer = this.execute(message);
    this.underWay.set(tag, answer);
    try {
      return await answer;
    } finally {
      this.underWay.delete(tag);
    }
  }
  /** As `answer`, in one piece. */
  async handle(bytes: Uint8Array): Promise<Uint8Array | null> {
    const reply = await this.answer(bytes);
    return reply === null ? null : join(reply);
  }
  private async execute(message: Message): Promise<Parts> {
    const { name, tag } = message;
    try {
      if (name === 'Tversion') return await this.version(message);
      if (this.messageSize === 0 || this.versionsUnderWay > 0 || tag === noTag) return failure(tag, 'EPROTO');
      if (name === 'Tflush') {
        // The answer to what is flushed goes first, so that the tag is free after ours.
        if (message.oldTag !== tag) await this.underWay.get(message.oldTag)?.catch(() => undefined);
        return encodeParts({ name: 'Rflush', tag });
      }
      if (name === 'Tsession') return await this.remember(message);
      if (name === 'Tonce') return await this.once(message);
      if (!Object.hasOwn(handlers, name)) return failure(tag, 'EOPNOTSUPP');
      const { answers } = this.options;
      if (answers !== undefined && changesNames(message))
        return await answers.changingNames(() => this.perform(message));
      return await this.perform(message);
    } catch (error) {
      return failure(tag, codeOf(error));
    }
  }
  /** Has a handler do what is asked. Never throws. */
  private async perform(message: Message): Promise<Parts> {
    const { name, tag } = message;
    try {
      const handler = handlers[name as keyof typeof handlers] as (
        context: Context,
        body: Body<RequestName>,
      ) => Promise<Readonly<Record<string, unknown>>>;
      const body = await handler(this.context(), message as unknown as Body<RequestName>);
      if (isChange(message)) this.options.onChange?.();
      const reply = encodeReply({ name: `R${name.slice(1)}`, tag, ...body });
      return bytesIn(reply) > this.messageSize ? failure(tag, 'EMSGSIZE') : reply;
    } catch (error) {
      if (typeof (error as { code?: unknown } | null)?.code !== 'string') this.options.onFault?.(error);
      return failure(tag, codeOf(error));
    }
  }
  private async remember({ tag, key }: Message<'Tsession'>): Promise<Parts> {
    const { answers, owner = '' } = this.options;
    if (answers === undefined || !this.numbered) return failure(tag, 'EOPNOTSUPP');
    if (this.remembered !== null || key.length < 8 || key.length > 64) return failure(tag, 'EPROTO');
    const { session, known } = await answers.attach(`${owner}:${Buffer.from(key, 'latin1').toString('hex')}`);
    this.remembered = session;
    return encodeParts({ name: 'Rsession', tag, known: known ? 1 : 0 });
  }
  private async once({ tag, slot, sequence, request: bytes }: Message<'Tonce'>): Promise<Parts> {
    const { remembered: session } = this;
    const { answers } = this.options;
    const request = decode(bytes);
    if (
      answers === undefined ||
      session === null ||
      request.name === null ||
      !isNumbered(request) ||
      request.tag !== tag
    )
      return failure(tag, 'EPROTO');
    const context = this.context();
    const once = answers.once({ session, slot, sequence }, { context, request }, () => this.perform(request));
    if (once === null) return failure(tag, 'EPROTO');
    const [first, ...rest] = await once.reply;
    if (!once.again) return [first!, ...rest];
    const made = decode(join([first!, ...rest]));
    if (request.name === 'Tlcreate' && made.name === 'Rlcreate')
      return encodeReply({ name: 'Rlcreate', tag, ...(await openMade(context, request, made.qid)) });
    // It may have been asked under another tag.
    const own = Uint8Array.from(first!);
    new DataView(own.buffer).setUint16(5, tag, true);
    return [own, ...rest];
  }
  private context(): Context {
    const { tree, locks, readOnly = false, attachNames = [] } = this.options;
    return { tree, locks, readOnly, attachNames, fids: this.fids, messageSize: this.messageSize };
  }
  /** Agrees on a version and a size, and forgets all that went before. */
  private async version({ tag, messageSize, version }: Message<'Tversion'>): Promise<Parts> {
    const others = [...this.underWay.values()];
    this.versionsUnderWay += 1;
    try {
      await Promise.allSettled(others);
      await this.forget();
    } finally {
      this.versionsUnderWay -= 1;
    }
    const size = Math.min(messageSize, this.limits.messageSize);
    if (size < leastMessageSize) return failure(tag, 'EMSGSIZE');
    const known = version === versionText || version.startsWith(`${versionText}.`);
    this.messageSize = known ? size : 0;
    this.numbered = version === numberedVersionText && this.options.answers !== undefined;
    const agreed = this.numbered ? numberedVersionText : known ? versionText : 'unknown';
    return encodeParts({ name: 'Rversion', tag, messageSize: size, version: agreed as Octets });
  }
  private async forget(): Promise<void> {
    if (this.remembered !== null) this.remembered.connections -= 1;
    this.remembered = null;
    await this.fids.clear();
    this.options.locks.release(this.fids);
  }
  /** Ends the connection once what is under way is done. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.allSettled([...this.underWay.values()]);
    await this.forget();
  }
}

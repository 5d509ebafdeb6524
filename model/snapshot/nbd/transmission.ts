import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { bytesTogether } from '../live.ts';
import { SourceError } from '../source.ts';
import { DamageError, SnapshotError, StorageError } from '../storage.ts';
import type { Account } from './account.ts';
import type { Session } from './handshake.ts';
import type { Intake } from './intake.ts';
import { chunks, commandFlags, commands, errors, longestRequest, magics, requestSize } from './protocol.ts';

interface Request {
  readonly flags: number;
  readonly type: number;
  readonly cookie: Buffer;
  readonly offset: number;
  readonly length: number;
}

/** An answer that is an error number of the protocol. */
class RequestError extends Error {
  readonly number: number;

  constructor(number: number, message: string) {
    super(message);
    this.number = number;
  }
}

const numberOf = (error: unknown): number => {
  if (error instanceof RequestError) return error.number;
  if (error instanceof StorageError || error instanceof SourceError)
    return error.kind === 'full' ? errors.ENOSPC : errors.EIO;
  // Anything else is a fault of ours, which ends one request and not the server of all others.
  if (!(error instanceof SnapshotError || error instanceof DamageError))
    process.stderr.write(`portcullis: ${error instanceof Error ? error.stack : String(error)}\n`);
  return errors.EIO;
};

const doneFlag = 1;
const cachePiece = 2 ** 20;
/** Most extents of a context in one answer; a client asks on behind them. */
const mostExtents = 2 ** 14;
/** What a request takes beside its data. */
const requestCost = 4096;

const allowedFlags: ReadonlyMap<number, number> = new Map<number, number>([
  [commands.read, commandFlags.df | commandFlags.fua],
  [commands.write, commandFlags.fua],
  [commands.flush, commandFlags.fua],
  [commands.trim, commandFlags.fua],
  [commands.cache, commandFlags.fua],
  [commands.writeZeroes, commandFlags.fua | commandFlags.noHole],
  [commands.blockStatus, commandFlags.requestOne | commandFlags.fua],
]);

/** How a connection goes on. */
export interface Flow {
  /** A request has ended, so that more may be taken. */
  ended(): void;
  /** Resolves when the client has read its answers so far that more of them may follow, or is gone. */
  mayAnswer(): Promise<void>;
}

/** The server's side of the transmission phase. Requests are worked on all at once and answered as they end. */
export class Transmission {
  readonly #session: Session;
  readonly #send: (...bytes: readonly Uint8Array[]) => void;
  readonly #account: Account;
  readonly #flow: Flow;
  readonly #client = new AbortController();
  #header: Request | null = null;
  /** Reading ahead and block status, of which each takes much for little that was sent: one at a time. */
  #line: Promise<void> = Promise.resolve();

  constructor(session: Session, send: (...bytes: readonly Uint8Array[]) => void, account: Account, flow: Flow) {
    this.#session = session;
    this.#send = send;
    this.#account = account;
    this.#flow = flow;
    // Each write that waits for room in the store listens.
    setMaxListeners(0, this.#client.signal);
  }

  /** The connection is gone: nobody waits for answers any more. */
  leave(): void {
    this.#client.abort();
  }

  /** Takes one request and begins it; false when the bytes do not reach, and `close` when the connection is over. */
  advance(intake: Intake): boolean | 'close' {
    if (this.#header === null) {
      const header = intake.take(requestSize);
      if (header === null) return false;
      if (header.readUInt32BE() !== magics.request) return 'close';
      this.#header = {
        flags: header.readUInt16BE(4),
        type: header.readUInt16BE(6),
        // The chunk that it is a view of may be large.
        cookie: Buffer.from(header.subarray(8, 16)),
        // Beyond 2^53 it is out of range all the same.
        offset: Number(header.readBigUInt64BE(16)),
        length: header.readUInt32BE(24),
      };
    }
    const request = this.#header;
    if (request.type === commands.disconnect) return 'close';
    let payload: Buffer | null = null;
    if (request.type === commands.write) {
      if (request.length > longestRequest) {
        this.#answerError(request, new RequestError(errors.EINVAL, `a write has at most ${longestRequest} bytes`));
        return 'close';
      }
      payload = intake.take(request.length);
      if (payload === null) return false;
    }
    this.#header = null;
    void this.#serve(request, payload, intake);
    return true;
  }

  async #serve(request: Request, payload: Buffer | null, intake: Intake): Promise<void> {
    const free = this.#account.count(requestCost + (payload?.length ?? 0));
    if (payload !== null) intake.keep(payload);
    try {
      this.#check(request);
      await this.#run(request, payload);
    } catch (error) {
      this.#answerError(request, error);
    } finally {
      free();
      if (payload !== null) intake.letGo(payload);
      this.#flow.ended();
    }
  }

  #check({ type, flags, offset, length }: Request): void {
    const { exported } = this.#session;
    const allowed = allowedFlags.get(type);
    if (allowed === undefined) throw new RequestError(errors.EINVAL, `there is no command ${type}`);
    if ((flags & ~allowed) !== 0) throw new RequestError(errors.EINVAL, `command ${type} does not take flags ${flags}`);
    const changes = type === commands.write || type === commands.trim || type === commands.writeZeroes;
    if (changes && exported.readOnly) throw new RequestError(errors.EPERM, 'the export is read-only');
    if (type === commands.flush) return;
    if (length === 0) throw new RequestError(errors.EINVAL, 'a length of 0');
    if (offset + length > exported.size)
      throw new RequestError(changes ? errors.ENOSPC : errors.EINVAL, `the export has ${exported.size} bytes`);
    if (type === commands.read && length > longestRequest)
      throw new RequestError(errors.EINVAL, `a read has at most ${longestRequest} bytes`);
    if (type === commands.blockStatus && this.#session.contexts.size === 0)
      throw new RequestError(errors.EINVAL, 'no metadata context was negotiated');
  }

  async #run(request: Request, payload: Buffer | null): Promise<void> {
    const { exported } = this.#session;
    const { type, flags, offset, length } = request;
    if (type === commands.read) return this.#read(request);
    if (type === commands.blockStatus) return this.#inLine(() => this.#blockStatus(request));
    if (type === commands.flush) await exported.flush();
    else if (type === commands.cache) await this.#inLine(() => this.#cache(offset, length));
    else {
      if (payload !== null) await exported.write(offset, payload, this.#client.signal);
      else await this.#zero(offset, length, (flags & commandFlags.noHole) === 0);
      if ((flags & commandFlags.fua) !== 0) await exported.flush();
    }
    this.#answer(request, chunks.none, 0);
  }

  async #read(request: Request): Promise<void> {
    const content = Buffer.allocUnsafe(request.length);
    const free = this.#account.count(content.length);
    try {
      await this.#session.exported.read(request.offset, content, this.#account);
      if (!this.#session.structured) {
        this.#sendSimple(request, 0, content);
        return;
      }
      const place = Buffer.alloc(8);
      place.writeBigUInt64BE(BigInt(request.offset));
      this.#answer(request, chunks.data, 8 + content.length, place, content);
    } finally {
      free();
    }
  }

  async #zero(offset: number, length: number, mayDiscard: boolean): Promise<void> {
    const free = this.#account.count(Math.min(length, bytesTogether));
    try {
      await this.#session.exported.zero(offset, length, mayDiscard, this.#client.signal);
    } finally {
      free();
    }
  }

  #inLine(run: () => Promise<void>): Promise<void> {
    const done = this.#line.then(run);
    this.#line = done.catch(() => undefined);
    return done;
  }

  /** Reads ahead, by reading. */
  async #cache(offset: number, length: number): Promise<void> {
    const piece = Buffer.allocUnsafe(Math.min(length, cachePiece));
    const free = this.#account.count(piece.length);
    try {
      for (let done = 0; done < length; done += piece.length) {
        const into = piece.subarray(0, Math.min(piece.length, length - done));
        await this.#session.exported.read(offset + done, into, this.#account);
      }
    } finally {
      free();
    }
  }

  async #blockStatus(request: Request): Promise<void> {
    const { contexts, exported } = this.#session;
    const last = [...contexts.keys()].at(-1);
    for (const [name, id] of contexts) {
      const most = (request.flags & commandFlags.requestOne) === 0 ? mostExtents : 1;
      const extents = await exported.extents(name, request.offset, request.length, most, this.#account);
      const data = Buffer.alloc(4 + 8 * extents.length);
      data.writeUInt32BE(id);
      for (const [index, extent] of extents.entries()) {
        data.writeUInt32BE(extent.length, 4 + 8 * index);
        data.writeUInt32BE(extent.flags, 8 + 8 * index);
      }
      const free = this.#account.count(data.length);
      // Others have their turn between contexts, and who does not read the answers gets no more of them.
      await setImmediate();
      await this.#flow.mayAnswer();
      free();
      this.#sendChunk(request, name === last ? doneFlag : 0, chunks.blockStatus, data.length, data);
    }
  }

  #answerError(request: Request, error: unknown): void {
    const number = numberOf(error);
    if (!this.#session.structured) {
      this.#sendSimple(request, number);
      return;
    }
    const message = Buffer.from((error as Error).message).subarray(0, 4096);
    const data = Buffer.alloc(6);
    data.writeUInt32BE(number);
    data.writeUInt16BE(message.length, 4);
    this.#sendChunk(request, doneFlag, chunks.error, 6 + message.length, data, message);
  }

  #answer(request: Request, type: number, length: number, ...data: readonly Uint8Array[]): void {
    if (this.#session.structured) this.#sendChunk(request, doneFlag, type, length, ...data);
    else this.#sendSimple(request, 0);
  }

  #sendSimple({ cookie }: Request, error: number, ...data: readonly Uint8Array[]): void {
    const header = Buffer.allocUnsafe(16);
    header.writeUInt32BE(magics.simpleReply);
    header.writeUInt32BE(error, 4);
    cookie.copy(header, 8);
    this.#send(header, ...data);
  }

  #sendChunk({ cookie }: Request, flags: number, type: number, length: number, ...data: readonly Uint8Array[]): void {
    const header = Buffer.allocUnsafe(20);
    header.writeUInt32BE(magics.structuredReply);
    header.writeUInt16BE(flags, 4);
    header.writeUInt16BE(type, 6);
    cookie.copy(header, 8);
    header.writeUInt32BE(length, 16);
    this.#send(header, ...data);
  }
}

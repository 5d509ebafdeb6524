import { codeOf, FileError } from '../protocol/errors.ts';
import { type Body, noFid, type RequestName, walkLimit } from '../protocol/layout.ts';
import { type Octets, octetsOf } from '../protocol/octets.ts';
import { wordOfFlags } from '../protocol/open-flags.ts';
import type { Qid } from '../protocol/qid.ts';
import type { OpenFlags, Reference, Tree } from '../tree/tree.ts';
import { type Answer, Client, type ClientOptions } from './client.ts';
import { Place } from './place.ts';
import { RemoteReference } from './remote-reference.ts';
import type { Transport } from './transport.ts';

export interface RemoteTreeOptions extends ClientOptions {
  /** Makes a connection: the first, and another after each that ended. */
  readonly connect: () => Promise<Transport>;
  /** The share, or a directory in it; its root when left out. */
  readonly attachName?: string;
  /** Connections tried after one that ended, before everything fails; none when left out. */
  readonly reconnects?: number;
  /** Waits before another try. */
  readonly pause?: (attempt: number) => Promise<void>;
}

/** What a fid stands for, so that it can be made again on another connection. */
interface Remembered {
  readonly place: Place;
  readonly identity: bigint;
  open: OpenFlags | null;
  /** It could not be made again. */
  lost: boolean;
}

const rootFid = 0;

/** The fids that a request speaks of. */
const fidsOf = function* (request: object): Generator<number> {
  for (const [field, value] of Object.entries(request))
    if (/^(fid|directory|oldDirectory|newDirectory)$/.test(field)) yield value as number;
};

/** A share of another domain, or of a server, over 9P2000.L. */
export class RemoteTree implements Tree {
  readonly client: Client;
  private readonly options: RemoteTreeOptions;
  private readonly remembered = new Map<number, Remembered>();
  private readonly free: number[] = [];
  private nextFid = rootFid + 1;
  private readonly rootPlace = new Place().hold();
  private rootQid: Qid = { type: 0, version: 0, path: 0n };
  private closed = false;
  /** Made so far. */
  private connections = 0;

  private constructor(options: RemoteTreeOptions) {
    this.options = options;
    this.client = new Client(options);
  }
  /** @throws FileError, or the transport's error */
  static async connect(options: RemoteTreeOptions): Promise<RemoteTree> {
    const tree = new RemoteTree(options);
    await tree.attach();
    tree.client.onEnd = (reason) => void tree.recover(reason);
    tree.client.resume();
    return tree;
  }
  private async attach(): Promise<void> {
    await this.client.connect(await this.options.connect());
    this.connections += 1;
    const { reply } = await this.client.askToRecover('Tattach', {
      fid: rootFid,
      afid: noFid,
      userName: octetsOf('root'),
      attachName: octetsOf(this.options.attachName ?? ''),
      uid: noFid,
    });
    this.rootQid = reply.qid;
  }
  /** Connects again, makes every fid anew, and sends again what was not answered. */
  private async recover(reason: Error): Promise<void> {
    let last = reason;
    for (let attempt = 0; attempt < (this.options.reconnects ?? 0) && !this.closed; attempt++) {
      // A connection that ends within recovery is this loop's to see.
      const ended = new Promise<never>((_, reject) => (this.client.onEnd = reject));
      ended.catch(() => undefined);
      try {
        await this.options.pause?.(attempt);
        await this.attach();
        await this.remake(ended);
        if (!this.client.connected) throw new FileError('ECONNRESET');
        this.client.onEnd = (next) => void this.recover(next);
        this.client.resume();
        return;
      } catch (error) {
        last = error instanceof Error ? error : last;
      }
    }
    this.client.fail(last);
  }
  /**
   * Makes every fid again. What is not where it was may have been moved by a request that was not answered: so those are asked again first, as soon as what they
   * speak of is made. What cannot be found at the end is lost; a connection that ends meanwhile says nothing of that.
   */
  private async remake(ended: Promise<never>): Promise<void> {
    const left = new Map([...this.remembered].filter(([, { lost }]) => !lost));
    const isMade = (request: object): boolean =>
      [...fidsOf(request)].every((fid) => !left.has(fid) && this.remembered.get(fid)?.lost !== true);
    for (;;) {
      for (const [fid, remembered] of left) {
        // It may be that nobody needs it any more.
        remembered.lost = !this.remembered.has(fid);
        if (remembered.lost || (await this.findAgain(fid, remembered))) left.delete(fid);
      }
      const again = this.client.resend(isMade);
      if (left.size === 0 || again.length === 0) break;
      await Promise.race([ended, Promise.allSettled(again)]);
    }
    for (const remembered of left.values()) remembered.lost = true;
  }
  private async findAgain(fid: number, { place, identity, open }: Remembered): Promise<boolean> {
    const path = place.path();
    if (path === null) return false;
    let from = rootFid;
    let found = this.rootQid.path;
    for (let at = 0; at === 0 || at < path.length; at += walkLimit) {
      const names = path.slice(at, at + walkLimit);
      const walked = await this.refusable('Twalk', { fid: from, newFid: fid, names });
      if (walked === null || walked.reply.qids.length < names.length) {
        if (from === fid) await this.refusable('Tclunk', { fid });
        return false;
      }
      found = walked.reply.qids.at(-1)?.path ?? found;
      from = fid;
    }
    const flags = open === null ? null : wordOfFlags({ ...open, truncate: false, exclusive: false });
    const again = found === identity && (flags === null || (await this.refusable('Tlopen', { fid, flags })) !== null);
    if (!again) await this.refusable('Tclunk', { fid });
    return again;
  }
  /** Null where the server refuses; other errors end the connection, and are thrown. */
  private async refusable<N extends RequestName>(name: N, body: Body<N>): Promise<Answer<N> | null> {
    return this.client.askToRecover(name, body).catch((error: unknown) => {
      if (error instanceof FileError && 'resent' in error) return null;
      throw error;
    });
  }
  async root(): Promise<Reference> {
    return this.walk(rootFid, [], this.rootPlace.hold(), this.rootQid);
  }
  /** A reference at the end of a walk from a fid; takes over a hold of `place`. @throws FileError */
  async walk(from: number, names: readonly Octets[], place: Place, qid: Qid): Promise<RemoteReference> {
    const fid = this.takeFid();
    try {
      const { qids } = await this.client.request('Twalk', { fid: from, newFid: fid, names });
      if (qids.length < names.length) throw new FileError('ENOENT');
      const reached = qids.at(-1) ?? qid;
      this.remember(fid, place, reached, null);
      return new RemoteReference(this, fid, reached, place);
    } catch (error) {
      this.free.push(fid);
      place.letGo();
      throw this.lostOr(error, from);
    }
  }
  takeFid(): number {
    return this.free.pop() ?? this.nextFid++;
  }
  remember(fid: number, place: Place, { path: identity }: Qid, open: OpenFlags | null): void {
    this.remembered.set(fid, { place, identity, open, lost: false });
  }
  /** Ends a fid. @throws FileError where the end itself was refused */
  async clunk(fid: number, place: Place): Promise<void> {
    const remembered = this.remembered.get(fid);
    const lost = remembered?.lost ?? false;
    const { connections } = this;
    this.remembered.delete(fid);
    place.letGo();
    try {
      if (!lost) await this.client.request('Tclunk', { fid });
    } catch (error) {
      // A connection that ended meanwhile took the fid with it, or it could not be made again.
      const isGone = connections !== this.connections || remembered?.lost === true;
      if (codeOf(error) !== 'EBADF' || !isGone) throw error;
    } finally {
      this.free.push(fid);
    }
  }
  /** What to throw: ESTALE where the fid did not survive the server. */
  lostOr(error: unknown, fid: number): unknown {
    return codeOf(error) === 'EBADF' && this.remembered.get(fid)?.lost === true ? new FileError('ESTALE') : error;
  }
  async close(): Promise<void> {
    this.closed = true;
    this.client.fail(new FileError('ECONNABORTED'));
  }
}

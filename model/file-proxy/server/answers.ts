import { join, type Parts } from '../protocol/codec.ts';
import { codeOf, FileError } from '../protocol/errors.ts';
import { layout, slotLimit } from '../protocol/layout.ts';
import type { NumberedRequest } from '../protocol/numbered.ts';
import type { Tree } from '../tree/tree.ts';
import { Turns } from '../tree/turns.ts';
import { failure } from './failure.ts';
import type { Context } from './handler.ts';
import { type Intent, intentOf, outcomeOf } from './intent.ts';

/** Which request of which client. */
interface Which {
  readonly session: string;
  readonly slot: number;
  /** In decimal. */
  readonly sequence: string;
}
/** What a journal of answers is told, in order. */
export type JournalEntry =
  | { readonly what: 'session'; readonly session: string }
  | ({ readonly what: 'intent'; readonly intent: Intent } & Which)
  /** The reply in hexadecimal; null where nothing was done. */
  | ({ readonly what: 'answer'; readonly reply: string | null } & Which);

/** Where answers outlive the server. An entry is kept once `append` has resolved; an intent at the latest with the change that it speaks of. */
export interface AnswerJournal {
  /** What is kept, oldest first. */
  entries(): Promise<readonly JournalEntry[]>;
  append(entry: JournalEntry): Promise<void>;
  /** Whether it has grown so far that it should be written anew. */
  readonly isLong: boolean;
  /** Keeps these instead: all of them, or what was there. */
  replace(entries: readonly JournalEntry[]): Promise<void>;
}

interface Kept {
  readonly sequence: bigint;
  readonly reply: Promise<Parts>;
  /** What the journal keeps of it: the reply, once something was done. */
  done: string | null;
}

/** What is remembered of one client, through all its connections. */
export interface AnswerSession {
  readonly key: string;
  /** The last of each slot. */
  readonly slots: Map<number, Kept>;
  connections: number;
}

export interface AnswersOptions {
  /** Clients that are remembered, of those that are not connected the ones that came last; 1024 when left out. */
  readonly sessions?: number;
}

const isRefusal = (reply: Parts): boolean => reply[0]![4] === layout.Rlerror.type;

/** What a share remembers of the requests of its clients that must not be done twice: the last answer in each slot of each session. */
export class Answers {
  readonly #sessions = new Map<string, AnswerSession>();
  readonly #limit: number;
  #journal: AnswerJournal | null = null;
  /** With a journal, all changes of names, one after another: so that at most one is in doubt after a crash. */
  readonly #turns = new Turns();
  /** What the journal could not take when it was due. */
  #owed: JournalEntry | null = null;

  constructor({ sessions = 1024 }: AnswersOptions = {}) {
    this.#limit = sessions;
  }

  /** Answers that outlive the server. Call it before anybody is served. @throws what the journal or the tree throws */
  static async open(journal: AnswerJournal, tree: Tree, options?: AnswersOptions): Promise<Answers> {
    const answers = new Answers(options);
    await answers.#load(journal, tree);
    return answers;
  }

  async #load(journal: AnswerJournal, tree: Tree): Promise<void> {
    let doubtful: (JournalEntry & { readonly what: 'intent' }) | null = null;
    for (const entry of await journal.entries()) {
      doubtful = entry.what === 'intent' ? entry : null;
      if (entry.what === 'session') this.#add(entry.session);
      else if (entry.what === 'answer' && entry.reply !== null) this.#keep(entry, entry.reply);
    }
    if (doubtful !== null) {
      const reply = await outcomeOf(tree, doubtful.intent);
      if (reply !== null) this.#keep(doubtful, hex([reply]));
    }
    for (const key of [...this.#sessions.keys()].slice(0, -this.#limit)) this.#sessions.delete(key);
    await journal.replace(this.#entries());
    this.#journal = journal;
  }

  #keep({ session, slot, sequence }: Which, done: string): void {
    const reply = Promise.resolve([new Uint8Array(Buffer.from(done, 'hex'))]);
    this.#sessions.get(session)?.slots.set(slot, { sequence: BigInt(sequence), reply, done });
  }

  /** All that is kept, in short. */
  #entries(): readonly JournalEntry[] {
    return [...this.#sessions.values()].flatMap(({ key, slots }) => [
      { what: 'session', session: key },
      ...[...slots].flatMap(([slot, { sequence, done }]): JournalEntry[] =>
        done === null ? [] : [{ what: 'answer', session: key, slot, sequence: String(sequence), reply: done }],
      ),
    ]);
  }

  #add(key: string): AnswerSession {
    const session = { key, slots: new Map<number, Kept>(), connections: 0 };
    this.#sessions.set(key, session);
    return session;
  }

  /**
   * The session of a key, for one more connection, and whether it was known.
   * @throws FileError with ENOMEM where as many are connected as may be remembered; what the journal throws
   */
  async attach(key: string): Promise<{ readonly session: AnswerSession; readonly known: boolean }> {
    const old = this.#sessions.get(key);
    if (old !== undefined) {
      this.#sessions.delete(key);
      this.#sessions.set(key, old);
      old.connections += 1;
      return { session: old, known: true };
    }
    if (this.#sessions.size >= this.#limit) {
      const idle = [...this.#sessions.values()].find(({ connections }) => connections === 0);
      if (idle === undefined) throw new FileError('ENOMEM');
      this.#sessions.delete(idle.key);
    }
    const session = this.#add(key);
    session.connections += 1;
    try {
      await this.changingNames(async () => this.#journal?.append({ what: 'session', session: key }));
    } catch (error) {
      this.#sessions.delete(key);
      throw error;
    }
    return { session, known: false };
  }

  /** Runs what changes names, in its turn where a journal says what is under way. @throws what the journal throws, before `work` */
  changingNames<T>(work: () => Promise<T>): Promise<T> {
    const journal = this.#journal;
    if (journal === null) return work();
    return this.#turns.run(async () => {
      await this.#settle(journal);
      if (journal.isLong) await journal.replace(this.#entries());
      return work();
    });
  }

  async #settle(journal: AnswerJournal): Promise<void> {
    if (this.#owed !== null) await journal.append(this.#owed);
    this.#owed = null;
  }

  /**
   * Has a request done once: the same slot and sequence again gives the same answer.
   * @param work gives the reply; it never throws
   * @returns null where a later one had the slot: the client breaks the rules
   */
  once(
    { session, slot, sequence }: { readonly session: AnswerSession; readonly slot: number; readonly sequence: bigint },
    { context, request }: { readonly context: Context; readonly request: NumberedRequest },
    work: () => Promise<Parts>,
  ): { readonly reply: Promise<Parts>; readonly again: boolean } | null {
    const last = session.slots.get(slot);
    if (slot >= slotLimit || (last !== undefined && sequence < last.sequence)) return null;
    if (last?.sequence === sequence) return { reply: last.reply, again: true };
    const which = { session: session.key, slot, sequence: String(sequence) };
    const kept: Kept = {
      sequence,
      done: null,
      reply: this.changingNames(async () => {
        const journal = this.#journal;
        const intent = journal === null ? null : await intentOf(context, request);
        if (journal === null || intent === null) return work();
        await journal.append({ what: 'intent', intent, ...which });
        const reply = await work();
        kept.done = isRefusal(reply) ? null : hex(reply);
        this.#owed = { what: 'answer', reply: kept.done, ...which };
        // It was done, whatever becomes of this: the next change waits until it is told.
        await this.#settle(journal).catch(() => undefined);
        return reply;
      }).catch((error: unknown) => failure(request.tag, codeOf(error))),
    };
    session.slots.set(slot, kept);
    return { reply: kept.reply, again: false };
  }
}

const hex = (reply: Parts): string => Buffer.from(join(reply)).toString('hex');

/** A server that dies and is started anew on the same tree, with what its journal kept: for tests. */
import type { Transport } from '../client/transport.ts';
import { decode, join } from '../protocol/codec.ts';
import { FileError } from '../protocol/errors.ts';
import type { Message } from '../protocol/layout.ts';
import { failingTree } from '../tree/failing-tree.ts';
import type { Tree } from '../tree/tree.ts';
import { type AnswerJournal, Answers, type JournalEntry } from './answers.ts';
import { Locks } from './locks.ts';
import { Session } from './session.ts';

export interface JournalUnderTest {
  kept: JournalEntry[];
}
export const memoryJournal = (): JournalUnderTest => ({ kept: [] });

/** One life of the server. */
interface Life {
  dead: boolean;
  readonly tree: Tree;
  answers: Answers;
  readonly connections: Set<() => void>;
}

export class Lives {
  deaths = 0;
  readonly #tree: Tree;
  readonly #journal: JournalUnderTest;
  readonly #plan: number[];
  #left = Number.POSITIVE_INFINITY;
  #life: Promise<Life>;
  #losing: { readonly request: Message['name']; readonly arrives: boolean; lost(breaks: () => void): void } | null =
    null;

  private constructor(tree: Tree, journal: JournalUnderTest, plan: readonly number[]) {
    this.#tree = tree;
    this.#journal = journal;
    this.#plan = [...plan];
    this.#life = this.#begin();
  }

  /** @param plan steps that each life has; when they are used up, it lives on */
  static async begin(tree: Tree, journal: JournalUnderTest, plan: readonly number[] = []): Promise<Lives> {
    const lives = new Lives(tree, journal, plan);
    await lives.#life;
    lives.#left = lives.#plan.shift() ?? Number.POSITIVE_INFINITY;
    return lives;
  }

  async #begin(): Promise<Life> {
    const life: Life = {
      dead: false,
      tree: failingTree(
        this.#tree,
        () => {
          if (life.dead) return 'refused';
          if (!this.#isLast(life)) return 'done';
          return this.deaths % 2 === 0 ? 'refused' : 'done and failed';
        },
        () => 'EIO',
      ),
      answers: new Answers(),
      connections: new Set(),
    };
    life.answers = await Answers.open(this.#journalOf(life), this.#tree);
    return life;
  }

  /** Counts a step of a life; whether it died of it. */
  #isLast(life: Life): boolean {
    this.#left -= 1;
    if (this.#left !== 0) return false;
    void this.#die(life);
    return true;
  }

  async #die(life: Life): Promise<void> {
    this.deaths += 1;
    life.dead = true;
    this.#left = Number.POSITIVE_INFINITY;
    const next = this.#begin();
    this.#life = next;
    await next;
    this.#left = this.#plan.shift() ?? Number.POSITIVE_INFINITY;
    for (const end of life.connections) end();
  }

  #journalOf(life: Life): AnswerJournal {
    const journal = this.#journal;
    const step = (): void => {
      if (life.dead || this.#isLast(life)) throw new Error('this server is no more');
    };
    return {
      isLong: false,
      entries: async () => [...journal.kept],
      append: async (entry) => {
        step();
        journal.kept.push(entry);
        step();
      },
      replace: async (entries) => {
        journal.kept = [...entries];
      },
    };
  }

  /** Starts it anew. */
  async restart(): Promise<void> {
    await this.#die(await this.#life);
  }

  /** Loses the answer to the next request of a kind, or the request itself. Resolves once it should have come, with what breaks its connection. */
  loseAnswer(request: Message['name'], arrives: boolean): Promise<() => void> {
    return new Promise((lost) => {
      this.#losing = { request, arrives, lost };
    });
  }

  async connect(): Promise<Transport> {
    const life = await this.#life;
    const session = new Session({ tree: life.tree, locks: new Locks(), answers: life.answers });
    let [take, ended]: [(message: Uint8Array) => void, (reason: Error) => void] = [() => undefined, () => undefined];
    let open = true;
    /** Whoever waits for a lost answer learns only by its own breaking that the server died. */
    let held = false;
    const end = (): void => {
      if (!open || held) return;
      open = false;
      life.connections.delete(end);
      void session.close();
      queueMicrotask(() => ended(new FileError('ECONNRESET')));
    };
    life.connections.add(end);
    return {
      start: (receive, end_) => {
        [take, ended] = [receive, end_];
        if (life.dead) end();
      },
      send: (message) => {
        const bytes = join(message);
        const losing = this.#losing;
        const asked = decode(bytes);
        const inner = asked.name === 'Tonce' ? decode(asked.request) : asked;
        if (losing !== null && inner.name === losing.request) {
          this.#losing = null;
          held = true;
          const breaks = (): void => {
            held = false;
            end();
          };
          void (losing.arrives ? session.handle(bytes) : Promise.resolve()).then(() => losing.lost(breaks));
          return;
        }
        void session.handle(bytes).then((reply) => {
          if (life.dead || !open || held || reply === null) return;
          if (!this.#isLast(life)) take(reply);
        });
      },
      close: end,
    };
  }

  async close(): Promise<void> {
    for (const end of (await this.#life).connections) end();
  }
}

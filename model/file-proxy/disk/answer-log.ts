import type { AnswerJournal, JournalEntry } from '../server/answers.ts';
import type { DiskLog } from './disk-log.ts';

/** Bytes from which on a journal that has doubled is written anew. */
const longBytes = 2 ** 16;
const overheadBytes = 200;
const bytesIn = (entries: readonly JournalEntry[]): number =>
  entries.reduce((sum, entry) => sum + JSON.stringify(entry).length + overheadBytes, 0);

/**
 * Answers in the log of the tree that they are about. An intent is not waited for: what is done after it comes after it in the log, so that none of it is there without
 * the intent.
 */
export class AnswerLog implements AnswerJournal {
  readonly #log: DiskLog;
  #bytes: number;
  #least: number;
  /** Room for intents that are not committed yet. */
  #intents: (() => void)[] = [];

  constructor(log: DiskLog) {
    this.#log = log;
    this.#bytes = this.#least = bytesIn(log.journal);
  }

  async entries(): Promise<readonly JournalEntry[]> {
    return [...this.#log.journal];
  }

  async append(entry: JournalEntry): Promise<void> {
    const bytes = bytesIn([entry]);
    const done = await this.#log.admit(bytes, 'may use all');
    this.#log.journal.push(entry);
    this.#bytes += bytes;
    this.#log.add({ put: 'journal', entry });
    this.#intents.push(done);
    if (entry.what === 'intent') return;
    const all = this.#intents;
    this.#intents = [];
    try {
      await this.#log.commit();
    } finally {
      for (const one of all) one();
    }
  }

  get isLong(): boolean {
    return this.#bytes > longBytes && this.#bytes > 2 * this.#least;
  }

  async replace(entries: readonly JournalEntry[]): Promise<void> {
    const done = await this.#log.admit(bytesIn(entries), 'may use all');
    try {
      this.#log.journal.splice(0, Number.POSITIVE_INFINITY, ...entries);
      this.#bytes = this.#least = bytesIn(entries);
      this.#log.add({ put: 'no journal' }, ...entries.map((entry) => ({ put: 'journal', entry }) as const));
      await this.#log.commit();
    } finally {
      done();
    }
  }
}

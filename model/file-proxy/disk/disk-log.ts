import type { MemoryTree } from '../memory/tree.ts';
import { FileError } from '../protocol/errors.ts';
import type { JournalEntry } from '../server/answers.ts';
import type { Changes } from './changes.ts';
import { imageOf } from './image.ts';
import type { Mirror } from './mirror.ts';
import { encodePuts, type Put } from './puts.ts';
import { recordHeaderBytes } from './records.ts';

/** Bytes of a record's payload from which on an image goes on in another one. */
const imageRecordBytes = 2 ** 16;

/**
 * Writes down what changes in a tree. What was changed while a record was being written goes into the next one, all of it together; when the log is full, an image
 * of the whole tree begins another. Once a write has failed on all disks, nothing is acknowledged any more.
 */
export class DiskLog {
  readonly #mirror: Mirror;
  readonly #tree: MemoryTree;
  readonly #changes: Changes;
  /** The journal's entries. */
  readonly journal: JournalEntry[];
  /** The write that was asked for last. */
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #beginsAnew = false;
  /** Bytes of the log, and those that it had when it began. */
  #used = 0;
  #image = 0;
  /** Bytes that are to come at most, of what is under way. */
  #reserved = 0;

  constructor(mirror: Mirror, tree: MemoryTree, changes: Changes, journal: readonly JournalEntry[]) {
    this.#mirror = mirror;
    this.#tree = tree;
    this.#changes = changes;
    this.journal = [...journal];
  }

  /** Disks that it is written to. */
  get disks(): number {
    return this.#mirror.working;
  }

  /**
   * Makes sure that there is room for a change; an eighth of the log is for what makes room, or is the server's own.
   * @param bytes that the change takes in the log at most
   * @returns to be called when it has been made and committed, or was not made. @throws FileError with ENOSPC; DiskError
   */
  async admit(bytes: number, how: 'grows' | 'may use all'): Promise<() => void> {
    const least = how === 'grows' ? this.#mirror.bytes / 8 : 0;
    const fits = (): boolean => this.#used + this.#reserved + bytes + least <= this.#mirror.bytes;
    // What was changed since the log began may have made room.
    if (!fits() && this.#used > this.#image) await this.beginAnew();
    if (!fits()) throw new FileError('ENOSPC');
    this.#reserved += bytes;
    return () => {
      this.#reserved -= bytes;
    };
  }

  add(...puts: readonly Put[]): void {
    this.#changes.add(...puts);
  }

  /** Resolves when all that has been changed is on the disks. @throws DiskError where it is on none, and never will be */
  commit(): Promise<void> {
    return this.#changes.isEmpty ? this.#last : this.#ask();
  }

  /** Begins another log with an image of the tree. @throws as `commit` */
  beginAnew(): Promise<void> {
    this.#beginsAnew = true;
    return this.#ask();
  }

  #ask(): Promise<void> {
    if (this.#next !== null) return this.#next;
    const next = this.#last.then(() => {
      this.#next = null;
      return this.#write();
    });
    this.#next = next;
    this.#last = next;
    return next;
  }

  async #write(): Promise<void> {
    const payload = encodePuts(this.#changes.take());
    if (this.#beginsAnew || this.#used + recordHeaderBytes + payload.length > this.#mirror.bytes) {
      this.#beginsAnew = false;
      // All of it as it is now, before anything else is changed.
      await this.#mirror.begin([...this.#imageRecords()]);
      this.#image = this.#mirror.end;
    } else await this.#mirror.append(payload);
    this.#used = this.#mirror.end;
  }

  *#imageRecords(): Generator<Uint8Array> {
    let puts: Put[] = [];
    let bytes = 0;
    const journal = this.journal.map((entry): Put => ({ put: 'journal', entry }));
    for (const put of [...imageOf(this.#tree), ...journal]) {
      puts.push(put);
      // Nearly: no more than a record's length depends on it.
      bytes += 'data' in put && put.data !== null ? put.data.length + 100 : 300;
      if (bytes < imageRecordBytes) continue;
      yield encodePuts(puts);
      puts = [];
      bytes = 0;
    }
    if (puts.length > 0) yield encodePuts(puts);
  }
}

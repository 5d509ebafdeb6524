import fs from 'node:fs';
import { FileError } from '../protocol/errors.ts';
import type { AnswerJournal, JournalEntry } from '../server/answers.ts';

const header = '{"portcullis":"answers","version":1}\n';
/** Bytes from which on a file that has doubled is written anew. */
const longBytes = 2 ** 20;

/**
 * Answers in a file of the host, a line each. They outlive the server's process, however it ends: what was written is the system's by then. They are not forced to the
 * medium, and the host's own crash may take the last of them.
 */
export class AnswerFile implements AnswerJournal {
  readonly #path: string;
  #descriptor: number;
  #bytes: number;
  #least = 0;

  private constructor(path: string, descriptor: number, bytes: number) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#bytes = bytes;
  }

  /** @throws Node's errors; FileError with EBADMSG for a file of another kind, which is left as it is */
  static open(path: string): AnswerFile {
    const descriptor = fs.openSync(path, 'a+', 0o600);
    const bytes = fs.readFileSync(descriptor);
    const isOwn = header.startsWith(bytes.toString('latin1', 0, header.length)) || bytes.indexOf(header) === 0;
    if (isOwn) return new AnswerFile(path, descriptor, bytes.length);
    fs.closeSync(descriptor);
    throw new FileError('EBADMSG', { syscall: 'open', path });
  }

  async entries(): Promise<readonly JournalEntry[]> {
    const lines = fs.readFileSync(this.#path, 'utf8').split('\n');
    // What follows the last end of a line was cut off.
    return lines.slice(1, -1).map((line) => JSON.parse(line) as JournalEntry);
  }

  async append(entry: JournalEntry): Promise<void> {
    this.#bytes += this.#write(this.#descriptor, `${JSON.stringify(entry)}\n`);
  }

  #write(descriptor: number, text: string): number {
    const bytes = Buffer.from(text);
    const before = fs.fstatSync(descriptor).size;
    const written = fs.writeSync(descriptor, bytes);
    if (written === bytes.length) return written;
    // A full medium took a part: what follows it would be read as part of it.
    fs.ftruncateSync(descriptor, before);
    throw new FileError('ENOSPC', { syscall: 'write', path: this.#path });
  }

  get isLong(): boolean {
    return this.#bytes > longBytes && this.#bytes > 2 * this.#least;
  }

  async replace(entries: readonly JournalEntry[]): Promise<void> {
    const next = `${this.#path}.new`;
    const descriptor = fs.openSync(next, 'w', 0o600);
    try {
      const text = header + entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      this.#bytes = this.#least = this.#write(descriptor, text);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(next, this.#path);
    fs.closeSync(this.#descriptor);
    this.#descriptor = fs.openSync(this.#path, 'a', 0o600);
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }
}

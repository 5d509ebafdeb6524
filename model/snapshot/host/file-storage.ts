import { spawn } from 'node:child_process';
import {
  close,
  constants,
  fdatasync,
  fstat,
  fstatSync,
  ftruncateSync,
  open,
  read,
  readSync,
  type Stats,
  write,
  writeSync,
} from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Storage, StorageError } from '../storage.ts';
import { Promptness } from './promptness.ts';

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file would be larger than the file system or a limit (ulimit -f) allows',
  EROFS: 'the file system is read-only',
  EIO: 'the device failed',
};

const storageError = (path: string, doing: string, error: NodeJS.ErrnoException): StorageError =>
  new StorageError(
    fullCodes.has(error.code ?? '') ? 'full' : 'failed',
    `${path}: ${doing}: ${reasons[error.code ?? ''] ?? error.code ?? error.message}`,
  );

/** Below this, a hole costs more than writing zeros: a program is started to make it. */
const leastHole = 2 ** 20;
const hostPage = 4096;
/** Longest read or write that is made at once. */
const longestPrompt = 2 ** 16;

/** Most holes that are being made at once, each by a program of its own. */
const mostHoles = 2;

/** A file of the host. What lies beyond its end reads as zeros. */
export class FileStorage implements Storage {
  readonly size: number;
  readonly end: number;
  readonly path: string;
  readonly #descriptor: number;
  readonly #tie: number | null;
  #canPunch = true;
  /** Why a flush failed. */
  #lost: StorageError | null = null;
  /** The last holes that were asked for; each begins when one of those before it has been made. */
  readonly #holes: Promise<unknown>[] = Array.from({ length: mostHoles }, () => Promise.resolve());
  #turn = 0;
  readonly #promptness = new Promptness();

  private constructor(path: string, descriptor: number, size: number, grows: boolean, tie: number | null) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#tie = tie;
    this.size = grows ? Number.POSITIVE_INFINITY : size;
    this.end = size;
  }

  /**
   * @param grows whether it has no end
   * @param readOnly whether it is never written
   * @param name what its errors call it, where that is not its path
   * @param tie a descriptor by which nobody else gets the file before programs that change it have ended; no hole is made without one
   * @throws the system's error when it cannot be opened
   */
  static async open(
    path: string,
    {
      grows,
      name = path,
      tie = null,
      readOnly = false,
    }: { readonly grows: boolean; readonly name?: string; readonly tie?: number | null; readonly readOnly?: boolean },
  ): Promise<FileStorage> {
    const descriptor = await promisify(open)(path, readOnly ? constants.O_RDONLY : constants.O_RDWR);
    const { size } = await promisify<number, Stats>(fstat)(descriptor);
    return new FileStorage(name, descriptor, size, grows, tie);
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    const done = this.#atOnce(into.length, () => readSync(this.#descriptor, into, 0, into.length, offset));
    return done === into.length ? Promise.resolve() : this.#read(offset + done, into.subarray(done));
  }

  write(offset: number, data: Uint8Array): Promise<void> {
    const done = this.#atOnce(data.length, () => writeSync(this.#descriptor, data, 0, data.length, offset));
    return done === data.length ? Promise.resolve() : this.#write(offset + done, data.subarray(done));
  }

  /** How many bytes an operation moved without being waited for; what it could not do is tried again, and fails, by the other way. */
  #atOnce(length: number, operation: () => number): number {
    if (length > longestPrompt || !this.#promptness.likely) return 0;
    try {
      return this.#promptness.time(operation);
    } catch {
      return 0;
    }
  }

  #read(offset: number, into: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = (done: number): void => {
        read(this.#descriptor, into, done, into.length - done, offset + done, (error, count) => {
          if (error !== null) return reject(storageError(this.path, `reading at ${offset}`, error));
          if (count === 0) into.fill(0, done);
          if (count === 0 || done + count === into.length) return resolve();
          step(done + count);
        });
      };
      step(0);
    });
  }

  #write(offset: number, data: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = (done: number): void => {
        write(this.#descriptor, data, done, data.length - done, offset + done, (error, count) => {
          if (error !== null) return reject(storageError(this.path, `writing at ${offset}`, error));
          if (done + count === data.length) return resolve();
          step(done + count);
        });
      };
      step(0);
    });
  }

  /**
   * One that failed has lost what it was to make durable: Linux reports that once, drops it, and lets the next flush succeed. So all that follow fail too, until
   * the file is opened again.
   */
  flush(): Promise<void> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      fdatasync(this.#descriptor, (error) => {
        if (error !== null)
          this.#lost ??= storageError(this.path, 'flushing, which fails until the file is opened again', error);
        // Also of one that was under way beside the one that failed.
        if (this.#lost === null) resolve();
        else reject(this.#lost);
      });
    });
  }

  /** When all that has come to the process by now was looked at. */
  gather(): Promise<void> {
    return setImmediate();
  }

  shorten(end: number): void {
    try {
      if (fstatSync(this.#descriptor).size > end) ftruncateSync(this.#descriptor, end);
    } catch {
      // The room is not needed.
    }
  }

  /**
   * Makes a hole, by the program fallocate of util-linux, where there is one and the range is long enough for that to pay. It outlives a server that
   * is killed, and would make its hole over what the next one writes: the tie keeps that one away until it has ended.
   */
  async discard(offset: number, length: number): Promise<boolean> {
    const begin = Math.ceil(offset / hostPage) * hostPage;
    const end = Math.floor((offset + length) / hostPage) * hostPage;
    if (!this.#canPunch || this.#tie === null || end - begin < leastHole) return false;
    const tie = this.#tie;
    const turn = this.#turn;
    this.#turn = (turn + 1) % mostHoles;
    const made = this.#holes[turn]!.then(() => this.#canPunch && this.#punch(begin, end - begin, tie));
    this.#holes[turn] = made;
    if (!(await made)) {
      this.#canPunch = false;
      return false;
    }
    await Promise.all([this.#writeZeros(offset, begin), this.#writeZeros(end, offset + length)]);
    return true;
  }

  close(): Promise<void> {
    return promisify(close)(this.#descriptor);
  }

  async #writeZeros(begin: number, end: number): Promise<void> {
    if (end > begin) await this.write(begin, new Uint8Array(end - begin));
  }

  #punch(offset: number, length: number, tie: number): Promise<boolean> {
    return new Promise((resolve) => {
      const words = ['--punch-hole', '--offset', String(offset), '--length', String(length), '/dev/fd/3'];
      const child = spawn('fallocate', words, { stdio: ['ignore', 'ignore', 'ignore', this.#descriptor, tie] });
      child.on('error', () => resolve(false));
      child.on('close', (code) => resolve(code === 0));
    });
  }
}

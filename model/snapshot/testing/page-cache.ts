/** A folder of the host whose power fails: what its files and names are after that, by what was flushed of each. */
import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Draw } from './machine.ts';

/** What a disk writes whole, in bytes. */
const sector = 512;

/** A write, or where `data` is null a change of the file's end to `offset`. */
interface Change {
  readonly offset: number;
  readonly data: Uint8Array | null;
  ended: boolean;
}

interface File {
  /** What no cut takes back. */
  durable: Buffer;
  /** Changes that are not durable, in the order in which they ended. */
  changes: readonly Change[];
}

/** Gives names to files, or takes them away (null), at once. */
type Renaming = ReadonlyMap<string, File | null>;

const applied = (content: Buffer, { offset, data }: Change): Buffer => {
  const end = data === null ? offset : Math.max(content.length, offset + data.length);
  const result = Buffer.alloc(end);
  content.copy(result);
  if (data !== null) result.set(data, offset);
  return result;
};

/** What the system says when the power is gone. */
const gone = (): NodeJS.ErrnoException => Object.assign(new Error('EIO: the power is cut'), { code: 'EIO' });

/**
 * The files of a folder are what processes see of it, as of the page cache; beside them this keeps what is durable. A change of a file is so when a flush of
 * the file has ended that began later; a name, made or removed, when such a flush of the folder has. From the cut on every call fails that changes anything.
 */
export class PageCache {
  readonly folder: string;
  readonly #draw: Draw;
  readonly #cutAt: number;
  /** What the files' names are seen to be. */
  readonly #names = new Map<string, File>();
  readonly #durableNames = new Map<string, File>();
  #renamings: readonly Renaming[] = [];
  readonly #descriptors = new Map<number, File>();
  /** Calls so far that change or flush anything. */
  calls = 0;
  /** From the cut on: the files that are left, by name. */
  left: ReadonlyMap<string, Buffer> | null = null;

  /** @param folder one without files @param cutAt the number of the call that the cut comes before, from 1 on */
  constructor(folder: string, draw: Draw, cutAt: number) {
    this.folder = folder;
    this.#draw = draw;
    this.#cutAt = cutAt;
  }

  /** The power fails, if it has not. */
  cut(): void {
    if (this.left !== null) return;
    // All is lost of one kind, or all is kept, as often as any part of it.
    const kept = (mode: number): boolean => mode === 1 || (mode > 1 && this.#draw(2) === 0);
    const [names, contents] = [this.#draw(4), this.#draw(4)];
    const left = new Map(this.#durableNames);
    for (const renaming of this.#renamings) if (kept(names)) this.#rename(left, renaming);
    const contentOf = ({ durable, changes }: File): Buffer =>
      changes
        .flatMap((change) => this.#piecesOf(change))
        .reduce((c, piece) => (kept(contents) ? applied(c, piece) : c), durable);
    this.left = new Map(Array.from(left, ([name, file]) => [name, contentOf(file)]));
  }

  /** What stands in for `node:fs`; a call that is not here is one that the simulation does not know yet. */
  get fs(): object {
    const { close, constants, fstat, fstatSync } = fs;
    const open = (path: string, flags: number, done: (error: Error | null, descriptor?: number) => void): void => {
      if (flags & (constants.O_CREAT | constants.O_TRUNC))
        throw new Error('the simulation makes files by node:fs/promises alone');
      fs.open(path, flags, (error, descriptor) => {
        const file = this.#names.get(basename(path));
        if (error === null && file !== undefined) this.#descriptors.set(descriptor, file);
        done(error, descriptor);
      });
    };
    const ftruncateSync = (descriptor: number, end: number): void => {
      this.#call();
      fs.ftruncateSync(descriptor, end);
      this.#changed(this.#of(descriptor), end, null);
    };
    const writeSync = (descriptor: number, data: Uint8Array, from: number, length: number, offset: number): number => {
      // The host may do a part, or none of it at once.
      const part = this.#draw(2) === 0 ? length : this.#draw(length + 1);
      this.#call();
      const count = fs.writeSync(descriptor, data, from, part, offset);
      this.#changed(this.#of(descriptor), offset, data.slice(from, from + count));
      return count;
    };
    type Done = (error: Error | null, count?: number) => void;
    const later = (done: Done, run: () => Promise<number>): void => {
      void run().then(
        (count) => done(null, count),
        (error: Error) => done(error),
      );
    };
    const write = (
      descriptor: number,
      data: Uint8Array,
      from: number,
      length: number,
      offset: number,
      done: Done,
    ): void =>
      later(done, () =>
        this.#write(this.#of(descriptor), offset, data.slice(from, from + length), () =>
          fs.writeSync(descriptor, data, from, length, offset),
        ),
      );
    const fdatasync = (descriptor: number, done: Done): void =>
      later(done, () => this.#flush(this.#of(descriptor)).then(() => 0));
    const { read, readSync } = fs;
    return { close, constants, fdatasync, fstat, fstatSync, ftruncateSync, open, read, readSync, write, writeSync };
  }

  /** As `fs`, for `node:fs/promises`. */
  get promises(): object {
    const { chmod, lstat, readFile, readdir, realpath, stat } = promises;
    const named = (path: string): File | null => this.#names.get(basename(path)) ?? null;
    const open = async (path: string, flags: string | number, mode?: number): Promise<promises.FileHandle> => {
      const makes = typeof flags === 'string' ? flags.includes('x') : (flags & fs.constants.O_CREAT) !== 0;
      if (makes) this.#call();
      const handle = await promises.open(path, flags, mode);
      const file: File = named(path) ?? { durable: Buffer.alloc(0), changes: [] };
      if (makes) this.#renamed(new Map([[path, file]]));
      const isFolder = path === this.folder;
      const truncate = async (end = 0): Promise<void> => {
        await this.#write(file, end, null, () => fs.ftruncateSync(handle.fd, end));
      };
      const writeFile = async (text: string): Promise<void> => {
        await this.#write(file, 0, Buffer.from(text), () => fs.writeSync(handle.fd, text, 0));
      };
      const sync = (): Promise<void> => (isFolder ? this.#flushNames() : this.#flush(file));
      return Object.assign(handle, { truncate, writeFile, sync });
    };
    const changeNames = async (
      run: () => Promise<void>,
      renaming: () => readonly (readonly [string, File | null])[],
    ): Promise<void> => {
      await this.#pause();
      this.#call();
      const names = new Map(renaming());
      await run();
      this.#renamed(names);
    };
    const link = (from: string, to: string): Promise<void> =>
      changeNames(
        () => promises.link(from, to),
        () => [[to, named(from)]],
      );
    const rename = (from: string, to: string): Promise<void> =>
      changeNames(
        () => promises.rename(from, to),
        () => [
          [to, named(from)],
          [from, null],
        ],
      );
    const rm = (path: string): Promise<void> =>
      changeNames(
        () => promises.rm(path, { force: true }),
        () => [[path, null]],
      );
    return { chmod, link, lstat, open, readFile, readdir, realpath, rename, rm, stat };
  }

  #piecesOf({ offset, data, ended }: Change): readonly Change[] {
    if (data === null) return [{ offset, data, ended }];
    const pieces: Change[] = [];
    for (let at = 0; at < data.length; ) {
      const end = Math.min(data.length, at + sector - ((offset + at) % sector));
      pieces.push({ offset: offset + at, data: data.subarray(at, end), ended });
      at = end;
    }
    return pieces;
  }

  /** @throws after the cut, which may come just before this call */
  #call(): void {
    this.calls += 1;
    if (this.calls >= this.#cutAt) this.cut();
    if (this.left !== null) throw gone();
  }

  async #pause(): Promise<void> {
    for (let turns = this.#draw(4); turns > 0; turns -= 1) await setImmediate();
  }

  #of(descriptor: number): File {
    const file = this.#descriptors.get(descriptor);
    if (file === undefined) throw new Error(`descriptor ${descriptor} is of no file of ${this.folder}`);
    return file;
  }

  #changed(file: File, offset: number, data: Uint8Array | null, ended = true): Change {
    const change = { offset, data, ended };
    file.changes = [...file.changes, change];
    return change;
  }

  async #write<Result>(file: File, offset: number, data: Uint8Array | null, run: () => Result): Promise<Result> {
    this.#call();
    const change = this.#changed(file, offset, data, false);
    await this.#pause();
    this.#call();
    const result = run();
    change.ended = true;
    file.changes = [...file.changes.filter((other) => other !== change), change];
    return result;
  }

  async #flush(file: File): Promise<void> {
    this.#call();
    const covered = new Set(file.changes.filter(({ ended }) => ended));
    await this.#pause();
    this.#call();
    for (const change of file.changes) if (covered.has(change)) file.durable = applied(file.durable, change);
    file.changes = file.changes.filter((change) => !covered.has(change));
  }

  async #flushNames(): Promise<void> {
    this.#call();
    const covered = new Set(this.#renamings);
    await this.#pause();
    this.#call();
    for (const renaming of this.#renamings) if (covered.has(renaming)) this.#rename(this.#durableNames, renaming);
    this.#renamings = this.#renamings.filter((renaming) => !covered.has(renaming));
  }

  #renamed(paths: ReadonlyMap<string, File | null>): void {
    const renaming = new Map<string, File | null>();
    for (const [path, file] of paths) {
      if (dirname(path) !== this.folder)
        throw new Error(`${path} is not in ${this.folder}, the folder that is simulated`);
      renaming.set(basename(path), file);
    }
    this.#rename(this.#names, renaming);
    this.#renamings = [...this.#renamings, renaming];
  }

  #rename(names: Map<string, File>, renaming: Renaming): void {
    for (const [name, file] of renaming)
      if (file === null) names.delete(name);
      else names.set(name, file);
  }
}

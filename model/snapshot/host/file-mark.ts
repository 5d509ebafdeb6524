/** The mark of a volume in a small file beside it: one line of 32 hexadecimal digits. */
import { randomBytes, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import type { SourceMark } from '../binding.ts';
import { begunName, keepNames, removeBegun } from './names.ts';

/** Where the mark of a file is. */
export const markPath = (file: string): string => `${file}.mark`;

/** Removes the mark of a file that was there before one that is being made. @throws the system's errors */
export const forgetMark = async (file: string): Promise<void> => {
  await rm(markPath(file), { force: true });
  await keepNames(file);
};

export class FileMark implements SourceMark {
  readonly source: string;
  readonly place: string;
  readonly adopt: boolean;

  private constructor(file: string, adopt: boolean) {
    this.source = file;
    this.place = markPath(file);
    this.adopt = adopt;
  }

  /** As `open`, and leaves what is beside it as it is. */
  static of(file: string, adopt: boolean): FileMark {
    return new FileMark(file, adopt);
  }

  /** Of a file, by its name without links, that the caller holds; removes what is left of marks that were half written. @throws the system's errors */
  static async open(file: string, adopt: boolean): Promise<FileMark> {
    const mark = FileMark.of(file, adopt);
    await removeBegun(mark.place);
    return mark;
  }

  async read(): Promise<string | null> {
    // A process that was killed may have given the name and not have made it durable.
    await keepNames(this.place);
    try {
      return /^([0-9a-f]{32})\n$/.exec(await readFile(this.place, 'latin1'))?.[1] ?? null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async write(identifier: string): Promise<void> {
    const begun = begunName(this.place, randomUUID());
    try {
      const file = await open(begun, 'wx', 0o600);
      try {
        await file.writeFile(`${identifier}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(begun, this.place);
    } catch (error) {
      // Whoever asked knows of no other name.
      throw Object.assign(error as Error, { path: this.place });
    } finally {
      await rm(begun, { force: true });
    }
    await keepNames(this.place);
  }

  draw(): string {
    return randomBytes(16).toString('hex');
  }
}

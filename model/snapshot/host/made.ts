import { rm } from 'node:fs/promises';
import type { Opened } from './opened.ts';

/** Files that an opening makes: where it comes to nothing they are removed, each while it is still held. */
export class Made {
  /** They stay, whatever comes. */
  kept = false;
  readonly #opened: Opened;

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  /** A file that nobody else has, and that was not there before. */
  add(path: string): void {
    this.#opened.add(path, async (file) => {
      if (!this.kept) await rm(file, { force: true });
    });
  }
}

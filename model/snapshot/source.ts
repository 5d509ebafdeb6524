import { Gathered } from './gathered.ts';
import type { Layout } from './layout.ts';
import { type Storage, StorageError } from './storage.ts';

/** The source failed, which is its reader's or writer's error and has nothing to do with the snapshots. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly kind: StorageError['kind'];

  constructor(error: StorageError) {
    super(`the volume: ${error.message}`, { cause: error });
    this.kind = error.kind;
  }
}

const named = <Result>(done: Promise<Result>): Promise<Result> =>
  done.catch((error: unknown) => {
    throw error instanceof StorageError ? new SourceError(error) : error;
  });

/** What is written and copied, in blocks. */
export class Source {
  readonly #storage: Storage;
  readonly #layout: Layout;
  readonly #flushing: Gathered;

  constructor(storage: Storage, layout: Layout) {
    this.#storage = storage;
    this.#layout = layout;
    this.#flushing = new Gathered(() => named(storage.flush()));
  }

  get size(): number {
    return this.#layout.sourceSize;
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return named(this.#storage.read(offset, into));
  }

  write(offset: number, data: Uint8Array): Promise<void> {
    return named(this.#storage.write(offset, data));
  }

  /** Makes a range zeros, writing them where the storage knows no better. */
  async zero(offset: number, length: number, mayDiscard: boolean): Promise<void> {
    if (mayDiscard && (await named(this.#storage.discard?.(offset, length) ?? Promise.resolve(false)))) return;
    const zeros = new Uint8Array(Math.min(length, 2 ** 20));
    for (let done = 0; done < length; done += zeros.length)
      await this.write(offset + done, zeros.subarray(0, Math.min(zeros.length, length - done)));
  }

  flush(): Promise<void> {
    return this.#flushing.call();
  }

  /** Bytes of a block; the last one may be shorter. */
  lengthOf(block: number): number {
    return Math.min(this.#layout.blockSize, this.size - block * this.#layout.blockSize);
  }
}

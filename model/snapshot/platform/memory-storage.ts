import { BusError, type Clock, type View } from '../../hardware/platform/index.ts';
import type { Pace } from '../background.ts';
import { type Storage, StorageError } from '../storage.ts';

const asStorageError = (error: unknown): unknown =>
  error instanceof BusError ? new StorageError('failed', error.message) : error;

/** A part of the platform's memory, through a processor's port: what was written is in memory when the write has ended. */
export class MemoryStorage implements Storage {
  readonly size: number;
  readonly piece = 64;
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
    this.size = view.bytes;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    try {
      into.set(await this.#view.read(offset, into.length));
    } catch (error) {
      throw asStorageError(error);
    }
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    try {
      await this.#view.write(offset, data);
    } catch (error) {
      throw asStorageError(error);
    }
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}

/** Copies one block at a time, and after a turn with reads or writes rests for some cycles. */
export const platformPace = (clock: Clock, rest: number): Pace => ({
  turn: async (requests) => {
    await clock.sleep(requests > 0 ? rest : 1);
    return 1;
  },
});

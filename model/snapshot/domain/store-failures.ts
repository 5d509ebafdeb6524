import type { Clock } from '../../hardware/platform/index.ts';
import type { SnapshotStatus } from '../status.ts';
import { StorageError } from '../storage.ts';
import type { Volume } from '../volume.ts';

/** Cycles after which what waits for the store has it tried again. */
const retryCycles = 10_000;

/** What becomes of snapshots, and of those who wait, while the store fails. */
export class StoreFailures {
  readonly #volume: Volume;
  readonly #clock: Clock;
  /** Numbers of snapshots that are broken, which the store could not be told yet. */
  readonly #lost = new Set<bigint>();

  constructor(volume: Volume, clock: Clock) {
    this.#volume = volume;
    this.#clock = clock;
  }

  isLost(number: bigint): boolean {
    return this.#lost.has(number);
  }

  get snapshots(): readonly SnapshotStatus[] {
    const { snapshots } = this.#volume.status;
    return snapshots.map((one) => (this.#lost.has(one.number) ? ({ ...one, state: 'broken' } as const) : one));
  }

  /** Has the store tried again, for a write that waits for it. */
  async tried(change: Promise<void>): Promise<void> {
    let over = false;
    const end = (): void => {
      over = true;
    };
    const ended = change.then(end, end);
    while (!over) {
      await Promise.race([ended, this.#clock.sleep(retryCycles)]);
      if (!over) this.#volume.tryAgain();
    }
    return change;
  }

  /** Waits until the store is to be tried again. */
  rest(): Promise<void> {
    return this.#clock.sleep(retryCycles);
  }

  /** Breaks snapshots; while the store cannot be told, for whoever lists or reads them. */
  async break(numbers: ReadonlySet<bigint>): Promise<void> {
    try {
      await this.#volume.breakSnapshots(numbers);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      for (const number of numbers) this.#lost.add(number);
    }
  }

  /**
   * The store can neither keep a block nor note that the snapshots are broken which find it in the source. They are so, if none is to hold
   * writes: no guest's write fails for a store. Says whether it goes on.
   */
  giveUp(block: number): boolean {
    const inSource = this.#volume.findingInSource(block);
    const newest = this.#volume.newestSnapshot;
    // With all content safe, what failed is noting the change, which only the newest needs.
    const danger = inSource.length > 0 || newest === null ? inSource : [newest];
    if (danger.some(({ record, number }) => record.policy === 'hold' && !this.#lost.has(number))) return false;
    for (const { number } of danger) this.#lost.add(number);
    return true;
  }

  /** Has the store know what is broken. @throws StorageError */
  async tell(): Promise<void> {
    if (this.#lost.size === 0) return;
    await this.#volume.breakSnapshots(this.#lost);
    this.#lost.clear();
  }
}

import { Copies, copyCount, newestCopy } from './copies.ts';
import { type Geometry, type Layout, layoutOf, recordSize, superblockHeader } from './layout.ts';
import { SnapshotError, type Storage } from './storage.ts';
import { decodeSuperblock, encodeSuperblock, magic, type Superblock } from './superblock.ts';

/** The superblock of a store: what counts now, and its change to what is to count next. */
export class SuperblockKeeper {
  readonly #store: Storage;
  readonly #flush: () => Promise<void>;
  readonly layout: Layout;
  #current: Superblock;
  #sequence: bigint;
  readonly #copies = new Copies();
  #uncertain = false;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(store: Storage, flush: () => Promise<void>, current: Superblock, sequence: bigint) {
    this.#store = store;
    this.#flush = flush;
    this.layout = layoutOf(current);
    this.#current = current;
    this.#sequence = sequence;
  }

  get current(): Superblock {
    return this.#current;
  }

  /** A change failed, so that the store may hold it or not; or not every copy is whole. */
  get uncertain(): boolean {
    return this.#uncertain;
  }

  /** Makes a store, forgetting all that it held. @throws StorageError, SnapshotError */
  static async format(store: Storage, flush: () => Promise<void>, geometry: Geometry): Promise<SuperblockKeeper> {
    const { sourceSize, blockSize, pageSize, places } = geometry;
    const binding = { mark: null, nextMark: null };
    const first = { sourceSize, blockSize, pageSize, places, nextNumber: 1n, restore: null, binding, snapshots: [] };
    const keeper = new SuperblockKeeper(store, flush, first, 0n);
    if (store.size < keeper.layout.slotsOffset + blockSize) {
      throw new SnapshotError(
        `The store has ${store.size} bytes; its maps and one block need ${keeper.layout.slotsOffset + blockSize}.`,
      );
    }
    // No copy of an older store outlives this: the second change writes the one that the first has left.
    await keeper.change(() => first);
    await keeper.change(() => first);
    return keeper;
  }

  /** Reads the superblock of a store; null when there is none. @throws StorageError, SnapshotError */
  static async open(store: Storage, flush: () => Promise<void>): Promise<SuperblockKeeper | null> {
    // Where the other copies lie depends on sizes that a torn first copy does not tell: the multiples of the least page are tried.
    const most = Math.min(store.size, copyCount * (superblockHeader + 1024 * recordSize + 2 ** 16));
    const head = Buffer.alloc(most);
    await store.read(0, head);
    const found: { block: Superblock; sequence: bigint; at: number }[] = [];
    for (let at = 0; at + superblockHeader <= most; at += 64) {
      if (head.toString('latin1', at, at + 8) !== magic) continue;
      const decoded = decodeSuperblock(head.subarray(at));
      if (decoded !== null) found.push({ ...decoded, at });
    }
    const first = found[0];
    if (first === undefined) return null;
    // What an older store of another geometry has left lies behind the copies of this one.
    const { superblockSize } = layoutOf(first.block);
    const copies = Array.from({ length: copyCount }, (_, copy) => found.find(({ at }) => at === copy * superblockSize));
    const newest = newestCopy(copies.map((copy) => copy?.sequence ?? null));
    if (newest === null) return null;
    const keeper = new SuperblockKeeper(store, flush, copies[newest.copy]!.block, newest.sequence);
    keeper.#copies.keep(newest.copy);
    keeper.#uncertain = copies.includes(undefined);
    return keeper;
  }

  /**
   * Makes what follows from the current superblock durable. When it fails, what counts is the former one, and `uncertain` is set.
   * @throws StorageError
   */
  change(next: (current: Superblock) => Superblock): Promise<void> {
    const done = this.#turn.then(() => this.#write(next(this.#current)));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Makes sure that the store holds what counts. @throws StorageError */
  settle(): Promise<void> {
    const done = this.#turn.then(() => (this.#uncertain ? this.#write(this.#current) : undefined));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #write(next: Superblock): Promise<void> {
    // A copy whose write failed may be there with its sequence: the next one must be newer.
    this.#sequence += 1n;
    const bytes = encodeSuperblock(this.layout, this.#sequence, next);
    try {
      const { superblockSize } = this.layout;
      await this.#copies.write(this.#store, (copy) => copy * superblockSize, bytes);
      await this.#flush();
    } catch (error) {
      this.#uncertain = true;
      throw error;
    }
    this.#uncertain = false;
    this.#copies.turn();
    this.#current = next;
  }
}

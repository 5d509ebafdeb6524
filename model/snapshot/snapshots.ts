import { CopyMap } from './copy-map.ts';
import type { SlotCopy } from './entry.ts';
import type { Slots } from './slots.ts';
import { SnapshotError, type Storage, StorageError } from './storage.ts';
import type { SnapshotRecord, State, Superblock } from './superblock.ts';
import type { SuperblockKeeper } from './superblock-keeper.ts';

export interface Snapshot {
  readonly number: bigint;
  /** As the superblock has it. */
  record: SnapshotRecord;
  readonly map: CopyMap;
  /** It is known that all of its content is in the store: none ever leaves it while the snapshot is there. */
  standsAlone?: boolean;
}

const stopped = -2;

/**
 * For each of all snapshots, from oldest to newest, the index of the one in whose slot a block of it is, or a negative number: it is in the source.
 * It is what `ownerOf` finds, for all of them in two looks at each entry.
 */
export const ownersOf = (all: readonly Snapshot[], block: number, into: Int32Array): void => {
  let forwards = -1;
  for (let at = all.length - 1; at >= 0; at -= 1) {
    const { map } = all[at]!;
    if (map.isCopied(block)) forwards = at;
    else if (map.isChanged(block)) forwards = stopped;
    into[at] = forwards;
  }
  // What those find that look backwards: with a change after them, and without, where what is lost stops them.
  let [changed, unchanged] = [-1, -1];
  for (let at = 0; at < all.length; at += 1) {
    const { map, record } = all[at]!;
    if (into[at]! < 0) into[at] = into[at] === stopped ? changed : unchanged;
    if (map.isChanged(block) || record.untracked) [changed, unchanged] = [-1, -1];
    else if (map.isCopied(block)) [changed, unchanged] = [at, map.isLost(block) ? -1 : at];
  }
};

/** Gives the records a state; those that are not live and have no newer live one are untracked from then on. */
const withStates = (
  records: readonly SnapshotRecord[],
  state: State,
  numbers: ReadonlySet<bigint>,
): readonly SnapshotRecord[] => {
  const changed = records.map((record) => (numbers.has(record.number) ? { ...record, state } : record));
  const newestLive = changed.findLastIndex((record) => record.state === 'live');
  return changed.map((record, index) => (index > newestLive ? { ...record, untracked: true } : record));
};

/** The snapshots of a source from oldest to newest, and where their blocks are. */
export class Snapshots {
  readonly #store: Storage;
  readonly #flush: () => Promise<void>;
  readonly #keeper: SuperblockKeeper;
  readonly #slots: Slots;
  #all: readonly Snapshot[] = [];
  #newestLive: Snapshot | null = null;
  #mayAllBreak = true;

  constructor(store: Storage, flush: () => Promise<void>, keeper: SuperblockKeeper, slots: Slots) {
    this.#store = store;
    this.#flush = flush;
    this.#keeper = keeper;
    this.#slots = slots;
  }

  get all(): readonly Snapshot[] {
    return this.#all;
  }

  get newestLive(): Snapshot | null {
    return this.#newestLive;
  }

  /** No live snapshot has writes wait for its sake. */
  get mayAllBreak(): boolean {
    return this.#mayAllBreak;
  }

  get superblock(): Superblock {
    return this.#keeper.current;
  }

  /** The live snapshot of that name. @throws SnapshotError */
  live(name: string): Snapshot {
    const snapshot = this.#all.find(({ record }) => record.name === name && record.state !== 'going');
    if (snapshot?.record.state === 'live') return snapshot;
    if (snapshot !== undefined)
      throw new SnapshotError(`Snapshot '${name}' is broken: the store could not take a block of it. Remove it.`);
    const names = this.#all.filter(({ record }) => record.state === 'live').map(({ record }) => record.name);
    throw new SnapshotError(
      `There is no snapshot '${name}'. ${names.length === 0 ? 'There is none at all.' : `Live ones: ${names.join(', ')}.`}`,
    );
  }

  newMap(place: number, number: bigint): CopyMap {
    return new CopyMap(this.#store, this.#flush, this.#keeper.layout, place, number);
  }

  /** Reads all maps of the store, and counts the slots that they name. @throws SnapshotError for a store that was cut short; StorageError */
  async load(): Promise<void> {
    const { slotsOffset, blockSize, sourceSize } = this.#keeper.layout;
    const { end = Number.POSITIVE_INFINITY } = this.#store;
    const requireEnd = (least: number): void => {
      if (end < least)
        throw new SnapshotError(
          `It has ${end} bytes, and its snapshots need ${least}: it was cut short. Put it back whole, or move it away to begin without snapshots.`,
        );
    };
    requireEnd(slotsOffset);
    const loaded: Snapshot[] = [];
    for (const record of this.superblock.snapshots) {
      const map = this.newMap(record.place, record.number);
      await map.load();
      for (const [slot, block] of map.slotsOfBlocks()) {
        requireEnd(slotsOffset + slot * blockSize + Math.min(blockSize, sourceSize - block * blockSize));
        this.#slots.add(slot);
      }
      loaded.push({ number: record.number, record, map });
    }
    this.#slots.findFree();
    this.#set(loaded);
  }

  /** Has all copies of all pages be whole, and the newest, where the store lets that be done. */
  async level(): Promise<void> {
    for (const result of await Promise.allSettled(this.#all.map(({ map }) => map.level())))
      if (result.status === 'rejected' && !(result.reason instanceof StorageError)) throw result.reason;
  }

  /** Makes a changed superblock durable, and then counts by it. @throws StorageError */
  async change(next: (current: Superblock) => Superblock, added: readonly Snapshot[] = []): Promise<void> {
    await this.#keeper.change(next);
    const known = new Map([...this.#all, ...added].map((snapshot) => [snapshot.number, snapshot]));
    this.#set(
      this.superblock.snapshots.flatMap((record) => {
        const snapshot = known.get(record.number);
        if (snapshot === undefined) return [];
        snapshot.record = record;
        return [snapshot];
      }),
    );
  }

  /** @throws StorageError */
  changeStates(state: State, snapshots: readonly Snapshot[]): Promise<void> {
    const numbers = new Set(snapshots.map(({ number }) => number));
    return this.change((current) => ({ ...current, snapshots: withStates(current.snapshots, state, numbers) }));
  }

  /** Frees the place and the slots of a snapshot in which nothing is found any more. @throws StorageError */
  async forget(snapshot: Snapshot): Promise<void> {
    await this.change((current) => ({
      ...current,
      snapshots: current.snapshots.filter(({ number }) => number !== snapshot.number),
    }));
    for (const slot of snapshot.map.slots()) this.#slots.drop(slot);
    const { slotsOffset, blockSize } = this.#keeper.layout;
    this.#store.shorten?.(slotsOffset + this.#slots.trim() * blockSize);
  }

  /**
   * The snapshot in whose slot the content of a block of a snapshot is, or null: it is in the source.
   * @throws SnapshotError when the snapshot is no more
   */
  ownerOf(snapshot: Snapshot, block: number): Snapshot | null {
    const index = this.#indexOf(snapshot);
    let changed = false;
    for (let at = index; at < this.#all.length && !changed; at += 1) {
      const { map } = this.#all[at]!;
      if (map.isCopied(block)) return this.#all[at]!;
      changed = map.isChanged(block);
    }
    for (let at = index - 1; at >= 0; at -= 1) {
      const { map, record } = this.#all[at]!;
      if (map.isChanged(block) || record.untracked) return null;
      // Where nothing was written since, what an older one cannot tell any more is in the source as well.
      if (map.isLost(block) && !changed) return null;
      if (map.isCopied(block)) return this.#all[at]!;
    }
    return null;
  }

  /** The copy of a block of a snapshot, or null: it is in the source. */
  copyOf(snapshot: Snapshot, block: number): SlotCopy | null {
    return this.ownerOf(snapshot, block)?.map.copyOf(block) ?? null;
  }

  /** Live ones that find a block in the source. */
  findingInSource(block: number): readonly Snapshot[] {
    return this.#all.filter((one) => one.record.state === 'live' && this.ownerOf(one, block) === null);
  }

  /** Whether a block changed from a snapshot to a newer one, or to the volume. @throws SnapshotError when a snapshot is no more */
  changedBetween(from: Snapshot, to: Snapshot | null, block: number): boolean {
    const end = to === null ? this.#all.length : this.#indexOf(to);
    for (let at = this.#indexOf(from); at < end; at += 1) {
      const { map } = this.#all[at]!;
      // What is not known counts as a change: none is ever left out.
      if (map.isChanged(block) || map.isLost(block)) return true;
    }
    return false;
  }

  #indexOf(snapshot: Snapshot): number {
    const index = this.#all.indexOf(snapshot);
    if (index < 0) throw new SnapshotError(`Snapshot '${snapshot.record.name}' is no more.`);
    return index;
  }

  #set(all: readonly Snapshot[]): void {
    this.#all = all;
    this.#newestLive = all.findLast(({ record }) => record.state === 'live') ?? null;
    this.#mayAllBreak = all.every(({ record }) => record.state !== 'live' || record.policy === 'break');
  }
}

import { Background } from './background.ts';
import { giveUpRestore, workOf } from './background-work.ts';
import type { Layout } from './layout.ts';
import { Live } from './live.ts';
import { loadParts, type Parts } from './parts.ts';
import { remove } from './removal.ts';
import { Restoring } from './restoring.ts';
import type { Room } from './room.ts';
import { Signal } from './signal.ts';
import type { Snapshot } from './snapshots.ts';
import { statusInSlices, statusOf, type VolumeStatus } from './status.ts';
import { SnapshotError, type Storage } from './storage.ts';
import { verify } from './verifying.ts';
import { checkName, type TakeOptions, type VolumeOptions } from './volume-options.ts';

const isGoing = ({ record }: Snapshot): boolean => record.state === 'going';

/** A source that is read and written while snapshots of it are taken, read, removed and restored. */
export class Volume {
  readonly live: Live;
  readonly #parts: Parts;
  readonly #options: VolumeOptions;
  readonly #background: Background;
  readonly #idle = new Signal();
  #closed = false;
  #removingAgain = false;
  /** Taking, removing and restoring, one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(parts: Parts, options: VolumeOptions) {
    this.#parts = parts;
    this.#options = options;
    this.live = new Live(parts, options.ahead ?? 0);
    this.#background = new Background(
      options.pace,
      () => workOf(parts, this.live, options.copied),
      () => this.#idle.give(),
    );
  }

  /** Opens a volume as its store has it, and goes on with whatever a power cut interrupted. @throws SnapshotError, StorageError */
  static async open(source: Storage, store: Storage, options: VolumeOptions): Promise<Volume> {
    const parts = await loadParts(source, store, options.limit ?? Number.POSITIVE_INFINITY, options.mark ?? null);
    const volume = new Volume(parts, options);
    await volume.#resumeRestore();
    await parts.snapshots.level();
    // A removal that the store does not let end is tried again with the next.
    volume.#inTurn(() => volume.#removeGoing()).catch(() => undefined);
    volume.#background.start();
    return volume;
  }

  get layout(): Layout {
    return this.#parts.layout;
  }

  get status(): VolumeStatus {
    return statusOf(this.#parts, this.live, this.#background.stalled);
  }

  /** As `status`, of a volume of many blocks: others have their turns meanwhile. */
  lookAround(): Promise<VolumeStatus> {
    return statusInSlices(this.#parts, this.live, () => this.#background.stalled);
  }

  /** Names of the snapshots that can be read, from oldest to newest. */
  get names(): readonly string[] {
    return this.#parts.snapshots.all.filter(({ record }) => record.state === 'live').map(({ record }) => record.name);
  }

  /** The newest one that can be read, or null. */
  get newestSnapshot(): Snapshot | null {
    return this.#parts.snapshots.newestLive;
  }

  /** @throws SnapshotError */
  snapshot(name: string): Snapshot {
    return this.#parts.snapshots.live(name);
  }

  read(offset: number, into: Uint8Array): Promise<void> {
    return this.#background.count(this.live.read(offset, into));
  }

  /** @param client aborted when nobody waits for the answer any more: such a write does not go on waiting for room in the store */
  write(offset: number, data: Uint8Array, client?: AbortSignal): Promise<void> {
    return this.#background.count(this.live.write(offset, data, client));
  }

  /** Does what must be done before a range changes by other means, and then runs what changes it, or lets others. @throws as `write` */
  change(offset: number, length: number, run: () => Promise<void>): Promise<void> {
    return this.#background.count(this.live.change(offset, length, run));
  }

  /** As `write`, of zeros. @param mayDiscard whether the room of the range may be given up */
  zero(offset: number, length: number, mayDiscard: boolean, client?: AbortSignal): Promise<void> {
    return this.#background.count(this.live.zero(offset, length, mayDiscard, client));
  }

  /** What was written before is durable afterwards. @throws SourceError */
  flush(): Promise<void> {
    return this.live.flush();
  }

  /** As `Reader.read`. @throws SnapshotError when the snapshot is no longer live; DamageError, StorageError, SourceError */
  readSnapshot(snapshot: Snapshot, offset: number, into: Uint8Array, room: Room | null = null): Promise<void> {
    return this.#background.count(this.#parts.reader.read(snapshot, offset, into, room));
  }

  /** Reads all that restoring a snapshot needs of it. @throws SnapshotError; DamageError naming the first block that is damaged; StorageError, SourceError */
  verify(name: string): Promise<void> {
    return verify(name, this.#parts);
  }

  /** The content of a block of a snapshot is in the store. */
  isCopied(snapshot: Snapshot, block: number): boolean {
    return this.#parts.snapshots.ownerOf(snapshot, block) !== null;
  }

  /** Live snapshots that find a block in the source. */
  findingInSource(block: number): readonly Snapshot[] {
    return this.#parts.snapshots.findingInSource(block);
  }

  /** A block changed from a snapshot to a newer one, or to the volume. */
  isChanged(from: Snapshot, to: Snapshot | null, block: number): boolean {
    return this.#parts.snapshots.changedBetween(from, to, block) || (to === null && this.live.isAhead(block));
  }

  /**
   * Takes a snapshot of this instant. Returns the time for which new writes waited, in the unit of `now`.
   * @throws SnapshotError, StorageError, SourceError; then there is none
   */
  take(name: string, { policy, untrapped = [] }: TakeOptions): Promise<bigint> {
    return this.#inTurn(async () => {
      checkName(name);
      const { snapshots, source, copier } = this.#parts;
      if (snapshots.all.some(({ record }) => record.name === name && record.state !== 'going'))
        throw new SnapshotError(`There is a snapshot '${name}' already.`);
      this.#refuseWhileRestoring(`Snapshot '${name}' cannot be taken`);
      const place = this.#freePlace();
      const number = snapshots.superblock.nextNumber;
      // Pages with this number are written before the record: it must not be given again, whatever happens.
      if (typeof untrapped === 'function' || untrapped.length > 0)
        await snapshots.change((current) => ({ ...current, nextNumber: number + 1n }));
      const map = snapshots.newMap(place, number);
      await map.begin();
      await source.flush();
      const options = this.#options;
      const elapsed = (): bigint => options.elapsed?.() ?? options.now();
      let begin = 0n;
      const taking = async (): Promise<void> => {
        this.live.requireAllDone();
        await source.flush();
        const instant = options.now();
        const record = { number, name, instant, state: 'live', policy, place, untracked: false } as const;
        const taken = { number, record, map };
        await copier.copyAtOnce(taken, typeof untrapped === 'function' ? await untrapped() : untrapped);
        await this.#add(taken);
        this.#background.look();
      };
      await this.live.whileStill(taking, () => {
        begin = elapsed();
      });
      return elapsed() - begin;
    });
  }

  /** Removes a snapshot; what its neighbours need of it stays. Done when its room is free. @throws SnapshotError, StorageError, SourceError */
  remove(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const { snapshots } = this.#parts;
      const snapshot = snapshots.all.find(({ record }) => record.name === name && record.state !== 'going');
      if (snapshot === undefined) snapshots.live(name);
      else {
        if (this.live.restoring?.snapshot === snapshot) {
          if (this.#background.stalled === null) this.#refuseWhileRestoring(`Snapshot '${name}' cannot be removed`);
          // With zeros where nothing can be read any more.
          await giveUpRestore(this.#parts, this.live);
        }
        await this.live.whileStill(() => snapshots.changeStates('going', [snapshot]));
      }
      await this.#removeGoing();
    });
  }

  /** Breaks snapshots that have lost a block by other means. @throws StorageError */
  breakSnapshots(numbers: ReadonlySet<bigint>): Promise<void> {
    const { snapshots } = this.#parts;
    const named = () => snapshots.all.filter(({ number, record }) => record.state === 'live' && numbers.has(number));
    return this.#inTurn(() => this.live.whileStill(() => snapshots.changeStates('broken', named())));
  }

  /** From its return on the volume reads as the snapshot; the blocks follow in the background. @param begun runs at that instant. @throws SnapshotError, StorageError */
  restore(name: string, begun?: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      const { snapshots } = this.#parts;
      this.#refuseWhileRestoring(`Snapshot '${name}' cannot be restored`);
      const snapshot = snapshots.live(name);
      const number = snapshots.superblock.nextNumber;
      await snapshots.newMap(this.layout.places, number).begin();
      await this.live.whileStill(async () => {
        this.live.requireAllDone();
        await snapshots.change((current) => ({
          ...current,
          nextNumber: number + 1n,
          restore: { snapshot: snapshot.number, number },
        }));
        await this.#resumeRestore();
        await begun?.();
      });
      this.#background.look();
    });
  }

  /** Tries again what the store could not do. */
  tryAgain(): void {
    this.live.tryAgain();
    if (!this.#removingAgain && this.#parts.snapshots.all.some(isGoing)) {
      this.#removingAgain = true;
      const end = (): void => void (this.#removingAgain = false);
      this.#inTurn(() => this.#removeGoing()).then(end, end);
    }
    if (this.#background.stalled !== null) this.#background.look();
  }

  /** Resolves when nothing is left to be copied or restored, or the background work stands still. */
  async settled(): Promise<void> {
    while (!this.#closed && this.#background.stalled === null && workOf(this.#parts, this.live) !== null)
      await this.#idle.wait();
  }

  /** Ends what is under way, makes all durable, and leaves the rest for the next opening. @throws SourceError */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#background.stop();
    await this.#turn;
    await this.live.close();
    await this.#parts.snapshots.level();
    await this.flush();
  }

  async #add(taken: Snapshot): Promise<void> {
    const { snapshots, slots } = this.#parts;
    const { number, record } = taken;
    try {
      await snapshots.change(
        (current) => ({ ...current, nextNumber: number + 1n, snapshots: [...current.snapshots, record] }),
        [taken],
      );
    } catch (error) {
      for (const slot of taken.map.slots()) slots.drop(slot);
      throw error;
    }
  }

  #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(run);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #refuseWhileRestoring(what: string): void {
    const { restoring } = this.live;
    if (restoring !== null)
      throw new SnapshotError(
        `${what} while '${restoring.snapshot.record.name}' is being restored; ask again when that is done.`,
      );
  }

  #freePlace(): number {
    const used = new Set(this.#parts.snapshots.all.map(({ record }) => record.place));
    for (let place = 0; place < this.layout.places; place += 1) if (!used.has(place)) return place;
    throw new SnapshotError(`All ${this.layout.places} places for snapshots are taken; remove one first.`);
  }

  async #removeGoing(): Promise<void> {
    const { snapshots } = this.#parts;
    for (let going = snapshots.all.find(isGoing); going !== undefined; going = snapshots.all.find(isGoing))
      await remove(going, this.#parts);
    this.tryAgain();
    this.#background.look();
  }

  async #resumeRestore(): Promise<void> {
    const { snapshots, layout } = this.#parts;
    const { restore } = snapshots.superblock;
    const snapshot = snapshots.all.find(({ number }) => number === restore?.snapshot);
    if (restore === null || snapshot === undefined) return;
    const map = snapshots.newMap(layout.places, restore.number);
    await map.load();
    if (map.damagedPages > 0)
      throw new SnapshotError(
        `It is damaged: which blocks of the volume are back from '${snapshot.record.name}', whose restoring is under way, is not known any more. Move the store away to use the volume as it is, in part restored.`,
      );
    this.live.restoring = new Restoring(snapshot, map, this.#parts);
  }
}

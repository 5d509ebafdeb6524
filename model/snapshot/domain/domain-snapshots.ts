/** Snapshots of one domain's memory, taken while it runs. Specified in `docs/systems/snapshot.md`, "A domain's memory". */
import { pageBytes } from '../../hypervisor/guest/index.ts';
import type { Hypervisor } from '../../hypervisor/index.ts';
import type { Thread } from '../../hypervisor/schedule/index.ts';
import { SourceError } from '../source.ts';
import type { VolumeStatus } from '../status.ts';
import { DamageError, SnapshotError, type Storage, StorageError } from '../storage.ts';
import type { Policy } from '../superblock.ts';
import { SuperblockKeeper } from '../superblock-keeper.ts';
import { Volume } from '../volume.ts';
import { BackgroundTurns } from './background-turns.ts';
import { type DomainExtent, DomainPages } from './domain-pages.ts';
import type { LentPorts } from './lent-ports.ts';
import { PageTraps } from './page-traps.ts';
import { RestoredPages } from './restored-pages.ts';
import { StoreFailures } from './store-failures.ts';

export interface DomainSnapshotOptions {
  /** Most snapshots at a time; 8 when left out. */
  readonly places?: number;
  /**
   * Traps stay until the first write, also of pages that the background has copied: so a page that is the same in several snapshots is
   * copied once, and what changed between two is known. When left out, the background clears them.
   */
  readonly increments?: boolean;
}

/** Bytes of a page of the copy map: each first write writes one. */
const mapPageBytes = 256;

export class DomainSnapshots {
  readonly domain: number;
  readonly #hypervisor: Hypervisor;
  readonly #ports: LentPorts;
  readonly #pages: DomainPages;
  readonly #traps: PageTraps;
  readonly #turns: BackgroundTurns;
  readonly #volume: Volume;
  readonly #restored: RestoredPages;
  #gone = false;
  #closing = false;
  /** What is left of a restore. */
  #restoring: Promise<void> = Promise.resolve();
  readonly #failures: StoreFailures;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    hypervisor: Hypervisor,
    ports: LentPorts,
    parts: { domain: number; pages: DomainPages; traps: PageTraps; turns: BackgroundTurns; volume: Volume },
  ) {
    this.#hypervisor = hypervisor;
    this.#ports = ports;
    this.domain = parts.domain;
    this.#pages = parts.pages;
    this.#traps = parts.traps;
    this.#turns = parts.turns;
    this.#volume = parts.volume;
    this.#failures = new StoreFailures(parts.volume, hypervisor.platform.clock);
    this.#restored = new RestoredPages(hypervisor, ports, parts.domain, parts.pages);
  }

  /** Makes a store for a domain's snapshots, forgetting what it held. @throws SnapshotError, StorageError */
  static async open(
    hypervisor: Hypervisor,
    thread: Thread,
    ports: LentPorts,
    extent: DomainExtent,
    store: Storage,
    { places = 8, increments = false }: DomainSnapshotOptions,
  ): Promise<DomainSnapshots> {
    const { memory, platform } = hypervisor;
    const { domain } = extent;
    const pages = new DomainPages(memory, ports, extent);
    const traps = new PageTraps(hypervisor, domain, pages.numbers);
    const turns = new BackgroundTurns(hypervisor, ports, `copying for snapshots of domain ${domain}`);
    const geometry = { sourceSize: pages.size, blockSize: pageBytes, pageSize: mapPageBytes, places };
    const clear = (block: number): Promise<void> =>
      ports.do((processor) => traps.clear(processor, [pages.numbers.pageOf(block)]));
    const opening = async (): Promise<Volume> => {
      await SuperblockKeeper.format(store, () => store.flush(), geometry);
      return Volume.open(pages, store, {
        pace: turns,
        now: () => BigInt(platform.clock.now),
        ...(!increments && { copied: clear }),
      });
    };
    try {
      const volume = await ports.until(thread, opening());
      return new DomainSnapshots(hypervisor, ports, { domain, pages, traps, turns, volume });
    } catch (error) {
      turns.end();
      throw error;
    }
  }

  get status(): VolumeStatus {
    return { ...this.#volume.status, snapshots: this.#failures.snapshots };
  }

  /** Names of the snapshots that can be read, from oldest to newest. */
  get names(): readonly string[] {
    return this.status.snapshots.filter(({ state }) => state === 'live').map(({ name }) => name);
  }

  /** Bytes of a snapshot: the domain's own memory, then the shared page, the store's ring and the grant table. */
  get size(): number {
    return this.#pages.size;
  }

  /**
   * Takes a snapshot of this instant; gives for how many cycles the domain stood still.
   * @throws SnapshotError, StorageError, SourceError; ENOMEM without a table for the pages of a super page; ESRCH; then there is none
   */
  take(thread: Thread, name: string, policy: Policy): Promise<number> {
    const { domains, platform } = this.#hypervisor;
    return this.#inTurn(thread, () => {
      if (this.#gone) throw new SnapshotError(`Domain ${this.domain} is gone: no more snapshots of it can be taken.`);
      const begin = platform.clock.now;
      return domains.whileStill(thread, this.domain, async () => {
        await this.#ports.until(thread, this.#failures.tell());
        await this.#ports.until(thread, this.#volume.take(name, { policy, untrapped: () => this.#trapAll(policy) }));
        return platform.clock.now - begin;
      });
    });
  }

  /** Reads of a snapshot. @throws SnapshotError when it is no longer live; StorageError, SourceError */
  async read(thread: Thread, name: string, offset: number, bytes: number): Promise<Uint8Array> {
    const into = new Uint8Array(bytes);
    const snapshot = this.#volume.snapshot(name);
    await this.#ports.until(thread, this.#volume.readSnapshot(snapshot, offset, into));
    if (this.#failures.isLost(snapshot.number))
      throw new SnapshotError(
        `Snapshot '${name}' is broken: the store failed when a page was to be copied. Remove it.`,
      );
    return into;
  }

  /** Removes a snapshot; what its neighbours need of it stays. @throws SnapshotError, StorageError */
  remove(thread: Thread, name: string): Promise<void> {
    return this.#inTurn(thread, async () => {
      await this.#ports.until(thread, this.#volume.remove(name));
      // With the snapshot that was being restored its restore has ended.
      if (this.#volume.status.restoring === null) await this.#ports.until(thread, this.#restored.unholdAll());
    });
  }

  /**
   * Has the domain's own memory be what a snapshot shows, from an instant at which the domain stands still; a page that is yet to follow is
   * held. Done when all have; gives for how many cycles the domain stood still.
   * @throws SnapshotError for a snapshot that is not live, and a domain that is gone or has pages that cannot be restored; StorageError,
   * SourceError; ESRCH; then nothing is restored. DamageError when all but some pages are, whose copies rotted meanwhile: they stay held
   */
  async restore(thread: Thread, name: string): Promise<number> {
    const still = await this.#inTurn(thread, async () => {
      if (this.#gone) throw new SnapshotError(`Domain ${this.domain} is gone: there is nothing to restore.`);
      await this.#ports.until(thread, this.#volume.verify(name));
      const { domains, platform } = this.#hypervisor;
      const begin = platform.clock.now;
      return domains.whileStill(thread, this.domain, async () => {
        await this.#ports.until(thread, this.#failures.tell());
        await this.#ports.until(thread, this.#beginRestore(name));
        return platform.clock.now - begin;
      });
    });
    await this.#ports.until(thread, this.#restoring);
    return still;
  }

  /** Waits until all snapshots stand alone, or the background work stands still. */
  settled(thread: Thread): Promise<void> {
    return this.#ports.until(thread, this.#volume.settled());
  }

  /** Pages of the domain are about to be written, reached by others, or gone: what snapshots show of them is copied, and their traps go. */
  async release(thread: Thread, pages: readonly number[]): Promise<void> {
    const trapped = await thread.access((processor) => this.#traps.among(processor, pages));
    await this.#ports.until(thread, Promise.all(trapped.map((page) => this.#releaseOne(page))));
  }

  /** The domain ends: from its return on its snapshots stand alone, or are broken. */
  async end(thread: Thread): Promise<void> {
    this.#gone = true;
    await this.#ports.until(thread, this.#restoreEnded());
    await this.#ports.until(thread, this.#breakThoseLost());
    await this.release(
      thread,
      Array.from({ length: this.#pages.numbers.own }, (_, page) => page),
    );
  }

  /** Forgets all snapshots; the store is its owner's again. A restore for which the store fails stays where it is. */
  async close(thread: Thread): Promise<void> {
    this.#closing = true;
    await this.#ports.until(thread, Promise.all([this.#restoreEnded(), this.#volume.close()]));
    if (!this.#gone) await thread.access((processor) => this.#traps.clearAll(processor));
    this.#turns.end();
  }

  /** One after the other, so that no domain stands still while a snapshot is removed. */
  async #inTurn<Result>(thread: Thread, run: () => Promise<Result>): Promise<Result> {
    const done = this.#ports.until(thread, this.#turn).then(run);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** From its return on no access sees what is not to be there. */
  async #beginRestore(name: string): Promise<void> {
    const volume = this.#volume;
    const snapshot = volume.snapshot(name);
    const own = Array.from({ length: this.#pages.numbers.own }, (_, page) => page);
    const wanted = new Set(own.filter((page) => volume.isChanged(snapshot, null, page)));
    const { restoring } = volume.status;
    if (restoring !== null)
      throw new SnapshotError(`'${restoring.name}' is being restored; ask again when that is done.`);
    await this.#restored.hold(wanted, {
      contentOf: async (page) => {
        const content = new Uint8Array(pageBytes);
        await volume.readSnapshot(snapshot, page * pageBytes, content);
        return content;
      },
      uncopied: (page) => volume.findingInSource(page)[0]?.record.name,
    });
    try {
      await volume.restore(name, () => this.#restored.renew());
    } catch (error) {
      await this.#restored.unholdAll();
      throw error;
    }
    this.#restoring = this.#restoreAll();
    this.#restoring.catch(() => undefined);
  }

  async #restoreAll(): Promise<void> {
    const damage: DamageError[] = [];
    for (const page of [...this.#pages.restored]) await this.#restoreOne(page, damage);
    // Their pages stay held until the snapshot is removed.
    if (damage[0] !== undefined) throw damage[0];
    // What need not be written is noted in the background.
    while (this.#volume.status.restoring !== null && !this.#gone && !this.#closing) {
      await this.#volume.settled();
      if (this.#volume.status.restoring === null) return;
      await this.#failures.rest();
      this.#volume.tryAgain();
    }
  }

  async #restoreOne(page: number, damage: DamageError[]): Promise<void> {
    const unhold = (): Promise<void> => this.#restored.unhold(page);
    for (;;) {
      try {
        return await this.#failures.tried(this.#volume.change(page * pageBytes, pageBytes, unhold));
      } catch (error) {
        if (error instanceof DamageError) return void damage.push(error);
        if (!(error instanceof StorageError) && !(error instanceof SourceError)) throw error;
        if (this.#gone || this.#closing) return unhold();
        await this.#failures.rest();
      }
    }
  }

  /** Waits for no page that could not be restored. */
  async #restoreEnded(): Promise<void> {
    await this.#restoring.catch(() => undefined);
    await this.#restored.unholdAll();
  }

  /** Traps what can be trapped; gives the blocks of all else. A device is not to wait as long as a store keeps its domain waiting. */
  async #trapAll(policy: Policy): Promise<readonly number[]> {
    for (;;) {
      const found = await this.#ports.do((processor) => this.#traps.setAll(processor, policy === 'break'));
      if (found !== 'held') return found;
      // A sweep has pages in its hands, and goes on by a port of its own.
      await this.#hypervisor.platform.clock.sleep(1);
    }
  }

  async #releaseOne(page: number): Promise<void> {
    const block = this.#pages.numbers.blockOf(page);
    const clear = (): Promise<void> => this.#ports.do((processor) => this.#traps.clear(processor, [page]));
    if (block === undefined) return clear();
    for (;;) {
      try {
        return await this.#failures.tried(this.#volume.change(block * pageBytes, pageBytes, clear));
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        if (this.#failures.giveUp(block)) return clear();
        await this.#failures.rest();
      }
    }
  }

  /** Breaks the snapshots of a domain that ends which have no copy of a page that was lost, since nothing is left to be held for. */
  async #breakThoseLost(): Promise<void> {
    const pages = await this.#ports.do((processor) => this.#traps.lost(processor));
    const numbers = new Set(pages.flatMap((page) => this.#volume.findingInSource(page).map(({ number }) => number)));
    if (numbers.size > 0) await this.#failures.break(numbers);
  }
}

/**
 * Snapshots of the memory of running domains, for domain 0. Specified in `docs/systems/snapshot.md`, "A domain's memory".
 *
 *     const service = new SnapshotService(hypervisor);
 *     const store = await FrameStorage.allocate(hypervisor, domain0.thread, service.ports, 64);
 *     const snapshots = await service.open(domain0.thread, domain, store);
 *     const cycles = await snapshots.take(domain0.thread, 'monday', 'break');
 *     const bytes = await snapshots.read(domain0.thread, 'monday', 0, 4096);
 *     await snapshots.restore(domain0.thread, 'monday');
 */
import type { Hypervisor } from '../../hypervisor/index.ts';
import { HypervisorError } from '../../hypervisor/memory/interface.ts';
import type { Thread } from '../../hypervisor/schedule/index.ts';
import { SnapshotError, type Storage } from '../storage.ts';
import { type DomainSnapshotOptions, DomainSnapshots } from './domain-snapshots.ts';
import { LentPorts } from './lent-ports.ts';

export { DiskStorage } from './disk-storage.ts';
export { type DomainSnapshotOptions, DomainSnapshots } from './domain-snapshots.ts';
export { FrameStorage } from './frame-storage.ts';

/** One for each hypervisor: it has the trap `snapshot`. */
export class SnapshotService {
  readonly ports: LentPorts;
  readonly #hypervisor: Hypervisor;
  readonly #domains = new Map<number, DomainSnapshots>();

  constructor(hypervisor: Hypervisor) {
    this.#hypervisor = hypervisor;
    this.ports = new LentPorts(hypervisor.platform.clock);
    hypervisor.faults.handle('snapshot', async (thread, { domain, page }) => {
      await this.#domains.get(domain)?.release(thread, [page]);
      return this.#domains.has(domain);
    });
    hypervisor.traps.onRelease('snapshot', async (thread, domain, pages) => {
      await this.#domains.get(domain)?.release(thread, pages);
    });
    hypervisor.deviceWrites.onHeld(async (thread, domain, page) => {
      try {
        await this.#domains.get(domain)?.release(thread, [page]);
      } catch (error) {
        // The domain has ended in between, and its rings with it.
        if (!(error instanceof HypervisorError) || error.code !== 'ESRCH') throw error;
      }
    });
    hypervisor.domains.onDestroy(async (thread, domain) => {
      await this.#domains.get(domain)?.end(thread);
      this.#domains.delete(domain);
    });
  }

  /** Begins with a domain that has no snapshots. @param store forgets what it held. @throws SnapshotError, StorageError; ESRCH */
  async open(
    thread: Thread,
    domain: number,
    store: Storage,
    options: DomainSnapshotOptions = {},
  ): Promise<DomainSnapshots> {
    if (this.#domains.has(domain)) throw new SnapshotError(`Domain ${domain} has a store for its snapshots already.`);
    const { pages, grantPages } = await thread.access((processor) =>
      this.#hypervisor.domains.status(processor, domain),
    );
    const extent = { domain, pages, grantPages };
    const opened = await DomainSnapshots.open(this.#hypervisor, thread, this.ports, extent, store, options);
    this.#domains.set(domain, opened);
    return opened;
  }

  /** Forgets a domain's snapshots, and clears its traps. The store is its owner's again. */
  async close(thread: Thread, snapshots: DomainSnapshots): Promise<void> {
    await snapshots.close(thread);
    if (this.#domains.get(snapshots.domain) === snapshots) this.#domains.delete(snapshots.domain);
  }
}

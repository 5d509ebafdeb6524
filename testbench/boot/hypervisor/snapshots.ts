/** Snapshots of running domains, with the store of each in the machine's memory. */
import type { Hypervisor } from '../../../model/hypervisor/index.ts';
import type { Backing } from '../../../model/hypervisor/memory/interface.ts';
import type { Thread } from '../../../model/hypervisor/schedule/index.ts';
import { type DomainSnapshots, FrameStorage, SnapshotService } from '../../../model/snapshot/domain/index.ts';

export class Snapshots {
  readonly #hypervisor: Hypervisor;
  #service: SnapshotService | undefined;
  readonly #open = new Map<number, { readonly snapshots: DomainSnapshots; readonly store: FrameStorage }>();

  constructor(hypervisor: Hypervisor) {
    this.#hypervisor = hypervisor;
  }

  /** Frames of stores, which no page map has. */
  get frames(): readonly Backing[] {
    return [...this.#open.values()].flatMap(({ store }) => store.frames);
  }

  /** Those of a domain. @param pages of the store, if it is to be made */
  async of(thread: Thread, domain: number, pages: number): Promise<DomainSnapshots> {
    this.#service ??= new SnapshotService(this.#hypervisor);
    const open = this.#open.get(domain);
    if (open !== undefined) return open.snapshots;
    const store = await FrameStorage.allocate(this.#hypervisor, thread, this.#service.ports, pages);
    const snapshots = await this.#service.open(thread, domain, store);
    this.#open.set(domain, { snapshots, store });
    return snapshots;
  }
}

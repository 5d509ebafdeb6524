import { pageBytes } from '../../hypervisor/guest/index.ts';
import type { Hypervisor } from '../../hypervisor/index.ts';
import {
  type Backing,
  HypervisorError,
  type PageEntry,
  type PageMap,
  type PresentEntry,
  type Rights,
} from '../../hypervisor/memory/interface.ts';
import { SnapshotError } from '../storage.ts';
import type { DomainPages } from './domain-pages.ts';
import type { LentPorts } from './lent-ports.ts';

/** What is to come back. */
export interface Shown {
  /** The page's content in the snapshot. */
  contentOf(page: number): Promise<Uint8Array>;
  /** The name of a snapshot that has no copy of the page yet. */
  uncopied(page: number): string | undefined;
}

interface Located {
  readonly page: number;
  readonly entry: PageEntry;
}

const isAbsent = ({ entry }: Located): boolean => entry.kind === 'swept' || entry.kind === 'given back';

/** Holds a domain's pages from the instant of a restore on, each until its content is back: nobody sees the content of before. */
export class RestoredPages {
  readonly #hypervisor: Hypervisor;
  readonly #ports: LentPorts;
  readonly #domain: number;
  readonly #pages: DomainPages;
  /** Frames for pages that were lost. */
  readonly #reserved = new Map<number, { readonly backing: Backing; readonly rights: Rights }>();

  constructor(hypervisor: Hypervisor, ports: LentPorts, domain: number, pages: DomainPages) {
    this.#hypervisor = hypervisor;
    this.#ports = ports;
    this.#domain = domain;
    this.#pages = pages;
  }

  /**
   * Holds those of some pages whose content may have to change, of a domain that stands still; lost ones stay so until they are renewed.
   * @throws SnapshotError, with none held, where one is reached by others, or cannot be made to be there
   */
  async hold(wanted: ReadonlySet<number>, shown: Shown): Promise<void> {
    try {
      await this.#holdAll(wanted, shown);
    } catch (error) {
      await this.unholdAll();
      throw error;
    }
  }

  /** Nothing refuses any more: pages that were lost get their frames, held like all others. */
  renew(): Promise<void> {
    return this.#with(async (map) => {
      for (const [page, { backing, rights }] of this.#reserved) {
        // Its entry stays, so that no table is needed for the new one.
        await map.remove([page], 'given back');
        await map.map(page, backing, rights);
        this.#reserved.delete(page);
        await map.hold([page]);
        this.#pages.restored.add(page);
      }
    });
  }

  async #holdAll(wanted: ReadonlySet<number>, shown: Shown): Promise<void> {
    for (;;) {
      const found = await this.#with((map) => this.#look(map, wanted, shown));
      if (found === 'held') {
        // A sweep has pages in its hands, and goes on by a port of its own.
        await this.#hypervisor.platform.clock.sleep(1);
        continue;
      }
      for (const located of found.filter(isAbsent)) await this.#bringBack(located, shown);
      const held = await this.#with((map) => this.#holdThere(map, found));
      if (held) return;
    }
  }

  /** Lets a page go whose content is back. */
  async unhold(page: number): Promise<void> {
    if (!this.#pages.restored.has(page)) return;
    await this.#with((map) => map.unhold(page));
    this.#pages.restored.delete(page);
  }

  async unholdAll(): Promise<void> {
    for (const page of this.#pages.restored) await this.unhold(page);
    for (const [page, { backing }] of this.#reserved) {
      await this.#ports.do((processor) => this.#hypervisor.memory.frames.release(processor, backing));
      this.#reserved.delete(page);
    }
  }

  #with<Result>(body: (map: PageMap) => Promise<Result>): Promise<Result> {
    const { maps } = this.#hypervisor.memory;
    return this.#ports.do((processor) => maps.with(processor, this.#domain, body));
  }

  /** What stands at the pages, as pages of their own; for lost ones there is a frame in which to come back. */
  async #look(map: PageMap, wanted: ReadonlySet<number>, shown: Shown): Promise<readonly Located[] | 'held'> {
    const { own } = this.#pages.numbers;
    const before = await map.entries(0, own);
    if (before.some(({ entry }) => entry.kind === 'held')) return 'held';
    for (const { page, entry } of before)
      if ((entry.kind === 'page' || entry.kind === 'swept') && superOf(entry)) await map.split(page);
    const found = (await map.entries(0, own)).filter(({ page }) => wanted.has(page));
    for (const { page, entry } of found) if ('backing' in entry) await this.#check(map, page, entry, shown);
    for (const { page, entry } of found) if (entry.kind === 'lost') await this.#reserve(map, page, entry);
    return found;
  }

  async #check({ processor }: PageMap, page: number, entry: PresentEntry, shown: Shown): Promise<void> {
    const { references } = await this.#hypervisor.memory.frames.record(processor, entry.backing);
    if (entry.foreign || references > 0)
      throw this.#refusal(
        page,
        'is reached by others: restore when it is granted to nobody, mapped from nobody and in no ring',
      );
    const name = shown.uncopied(page);
    if (entry.kind === 'lost' && name !== undefined)
      throw this.#refusal(page, `was lost before snapshot '${name}' had a copy of it: remove that snapshot first`);
  }

  /** A frame of zeros for a page that was lost. */
  async #reserve({ processor }: PageMap, page: number, { backing, rights }: PresentEntry): Promise<void> {
    if (this.#reserved.has(page)) return;
    const { copies, form } = backing;
    try {
      const reserved = await this.#hypervisor.memory.frames.allocate(processor, this.#domain, { copies, form });
      this.#reserved.set(page, { backing: reserved, rights });
    } catch (error) {
      if (!(error instanceof HypervisorError)) throw error;
      throw this.#refusal(page, `was lost, and there is no frame for it: replace the memory that died (${error.code})`);
    }
  }

  /** Has a page there that is not, unless it reads as it should without. */
  async #bringBack({ page, entry }: Located, shown: Shown): Promise<void> {
    const now = new Uint8Array(pageBytes);
    await this.#pages.read(page * pageBytes, now);
    if (Buffer.compare(now, await shown.contentOf(page)) === 0) return;
    const { reclaim } = this.#hypervisor;
    const there = await this.#ports.do((processor) =>
      entry.kind === 'swept'
        ? reclaim.bringBack(processor, this.#domain, page)
        : reclaim.take(processor, this.#domain, page),
    );
    if (!there) throw this.#refusal(page, `was ${entry.kind}, and there is no memory for its content now`);
  }

  /** False when a page that is wanted has gone meanwhile. */
  async #holdThere(map: PageMap, found: readonly Located[]): Promise<boolean> {
    const entries: Located[] = [];
    for (const { page } of found) entries.push({ page, entry: await map.read(page) });
    // One that is swept now and was not when it was looked at may hold what is not to be there.
    const isThere = ({ page, entry }: Located): boolean => entry.kind === 'page' || this.#reserved.has(page);
    if (entries.some((located, index) => !isAbsent(found[index]!) && !isThere(located))) return false;
    const pages = entries.filter(({ entry }) => entry.kind === 'page').map(({ page }) => page);
    await map.hold(pages);
    for (const page of pages) this.#pages.restored.add(page);
    return true;
  }

  #refusal(page: number, why: string): SnapshotError {
    return new SnapshotError(`Domain ${this.#domain} is not restored: its page ${page} ${why}.`);
  }
}

const superOf = (entry: PageEntry): boolean =>
  'backing' in entry ? entry.backing.super === true : entry.kind === 'swept' && entry.wanted.super === true;

/** The page maps of all domains, and their locks. */
import type { Processor } from '../../hardware/platform/index.ts';
import { bumpAll } from './cookies.ts';
import { HypervisorError } from './errors.ts';
import { HeldPages } from './held-pages.ts';
import type { PageMap, PageMaps } from './interface.ts';
import { domainCount, pageCount } from './layout.ts';
import { Lock } from './lock.ts';
import { DomainMap } from './page-map.ts';
import { clearEntries, holdEntries, type Present, type Shared, type Site, together } from './shared.ts';
import { encodePointer } from './table-entry.ts';
import type { Located } from './tables.ts';

export class DomainMaps implements PageMaps {
  readonly #shared: Shared;
  readonly #locks = Array.from({ length: domainCount }, () => new Lock());
  readonly #heldPages = new HeldPages();

  constructor(shared: Omit<Shared, 'changed'>) {
    this.#shared = { ...shared, changed: (domain, page) => this.#heldPages.changed(domain, page) };
  }

  #lock(domain: number): Lock {
    const lock = this.#locks[domain];
    if (lock === undefined)
      throw new HypervisorError('EINVAL', `there are domains 0 to ${domainCount - 1}, but no ${domain}`);
    return lock;
  }

  with<Result>(processor: Processor, domain: number, body: (map: PageMap) => Promise<Result>): Promise<Result> {
    return this.#lock(domain).hold(async () => {
      await this.#shared.tables.top(processor, domain);
      const map = new DomainMap(this.#shared, processor, domain);
      try {
        return await body(map);
      } finally {
        map.end();
      }
    });
  }

  /** As `with`, for the memory's own parts; of a domain without a page map nothing is done. */
  async site<Result>(
    processor: Processor,
    domain: number,
    body: (site: Site) => Promise<Result>,
  ): Promise<Result | undefined> {
    return this.#lock(domain).hold(async () => {
      const { tables } = this.#shared;
      const root = await tables.slot(processor, tables.rootAddress(domain), 3);
      return root.entry.kind === 'table' ? body({ ...this.#shared, processor, domain }) : undefined;
    });
  }

  create(processor: Processor, domain: number): Promise<void> {
    return this.#lock(domain).hold(async () => {
      const { tables, frames } = this.#shared;
      const { address, entry } = await tables.slot(processor, tables.rootAddress(domain), 3);
      if (entry.kind === 'table') throw new HypervisorError('EEXIST', `domain ${domain} has a page map`);
      const frame = await frames.allocateTable(processor, domain, 0);
      await tables.write(processor, address, encodePointer({ frame, used: 0 }));
    });
  }

  async destroy(processor: Processor, domain: number): Promise<void> {
    if (domain === 0) throw new HypervisorError('EINVAL', 'the page map of domain 0 has the windows of the hypervisor');
    for (
      let held = await this.#empty(processor, domain);
      held !== undefined;
      held = await this.#empty(processor, domain)
    )
      await this.settled(processor, domain, held);
  }

  /** Takes back all that is not held, and if that is all, the tables. Gives a page that is held. */
  #empty(processor: Processor, domain: number): Promise<number | undefined> {
    return this.#lock(domain).hold(async () => {
      const site: Site = { ...this.#shared, processor, domain };
      const { tables } = this.#shared;
      await tables.top(processor, domain);
      const met: number[] = [];
      const entries = await tables.entries(processor, domain, 0, pageCount, met);
      const held = entries.find(({ entry }) => entry.kind === 'held');
      if (held !== undefined) return held.page;
      const referenced = await this.#takeBack(site, entries);
      if (referenced > 0)
        throw new HypervisorError('EBUSY', `${referenced} pages of domain ${domain} are referenced by others`);
      await this.#freeTables(site, met);
      return undefined;
    });
  }

  /** Takes back pages and frees them, but for those that others reach; says how many these are. */
  async #takeBack(site: Site, entries: readonly Located[]): Promise<number> {
    const { processor, frames } = site;
    const going: Located[] = [];
    let referenced = 0;
    for (const located of entries) {
      const { entry } = located;
      const reached =
        'backing' in entry && !entry.foreign && (await frames.record(processor, entry.backing)).references > 0;
      if (reached) referenced += 1;
      else going.push(located);
    }
    for (let from = 0; from < going.length; from += together) {
      const some = going.slice(from, from + together);
      const present = some.filter((located): located is Present => 'backing' in located.entry);
      await holdEntries(site, present);
      await clearEntries(site, some);
      for (const { entry } of present) if (entry.foreign) await frames.dereference(processor, entry.backing);
      const own = present.filter(({ entry }) => !entry.foreign).map(({ entry }) => entry.backing);
      if (own.length > 0) await frames.releaseAll(processor, own);
    }
    return referenced;
  }

  async #freeTables({ tables, frames, processor, domain }: Site, met: readonly number[]): Promise<void> {
    const address = tables.rootAddress(domain);
    await processor.machine.write64(address, 0n);
    await bumpAll(processor);
    await processor.machine.write64(address + 8, 0n);
    for (const frame of met) await frames.releaseTable(processor, frame);
  }

  async settled(processor: Processor, domain: number, page: number): Promise<void> {
    for (let wait = await this.#held(processor, domain, page); wait; wait = await this.#held(processor, domain, page))
      await wait.ended;
  }

  /** What to wait for, if a page is held. */
  #held(processor: Processor, domain: number, page: number): Promise<{ readonly ended: Promise<void> } | undefined> {
    return this.#lock(domain).hold(async () => {
      const located = await this.#shared.tables.locate(processor, domain, page);
      return located.entry.kind === 'held' ? this.#heldPages.wait(domain, located.page) : undefined;
    });
  }
}

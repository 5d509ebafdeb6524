/** Operations on a domain's page map. Source: `docs/systems/hypervisor.md`, "Page maps". */
import type { Processor } from '../../hardware/platform/index.ts';
import { HypervisorError, TrappedPageError } from './errors.ts';
import type { Backing, Leaving, PageEntry, PageMap, PresentEntry, Rights, Trap, Wanted } from './interface.ts';
import { superFrames } from './layout.ts';
import { moveContent } from './moving.ts';
import {
  clearEntries,
  holdEntries,
  type Present,
  pageName,
  presentAt,
  presentsAt,
  type Shared,
  type Site,
  together,
} from './shared.ts';
import { joinPages, splitSuperPage } from './super-pages.ts';
import { encodeEntry } from './table-entry.ts';
import { superPageOf } from './tables.ts';

export class DomainMap implements PageMap {
  readonly #held: Site;
  #ended = false;

  constructor(shared: Shared, processor: Processor, domain: number) {
    this.#held = { ...shared, processor, domain };
  }

  get domain(): number {
    return this.#held.domain;
  }

  get processor(): Processor {
    return this.#held.processor;
  }

  /** Its lock has gone. */
  end(): void {
    this.#ended = true;
  }

  get #site(): Site {
    if (this.#ended)
      throw new Error(`the page map of domain ${this.domain} is used after the body that had its lock has ended`);
    return this.#held;
  }

  async read(page: number): Promise<PageEntry> {
    return (await this.#site.tables.locate(this.processor, this.domain, page)).entry;
  }

  async entries(page: number, count: number): Promise<readonly { readonly page: number; readonly entry: PageEntry }[]> {
    const found = await this.#site.tables.entries(this.processor, this.domain, page, count);
    return found.map(({ page: at, entry }) => ({ page: at, entry }));
  }

  async map(page: number, backing: Backing, rights: Rights): Promise<void> {
    const slot = await this.#room(page, backing.super === true);
    await this.#site.frames.place(this.processor, backing, page);
    await this.#enter(slot, { kind: 'page', backing, rights, trap: undefined, foreign: false });
  }

  async populate(page: number, wanted: Wanted, rights: Rights): Promise<void> {
    const { frames } = this.#site;
    const backing = await frames.allocate(this.processor, this.domain, wanted);
    try {
      await this.map(page, backing, rights);
    } catch (error) {
      await frames.release(this.processor, backing);
      throw error;
    }
  }

  /** Where an entry can be written, with the tables that it needs; and the pointer that counts it, if it does not count yet. */
  async #room(
    page: number,
    superPage: boolean,
  ): Promise<{ readonly at: number; readonly counter: number | undefined }> {
    const { tables, domain, processor } = this.#site;
    if (superPage && page % 512 !== 0)
      throw new HypervisorError(
        'EINVAL',
        `a super page begins at a multiple of 512 pages, not at ${pageName(domain, page)}`,
      );
    let located = await tables.locate(processor, domain, page);
    if ('backing' in located.entry)
      throw new HypervisorError(
        'EEXIST',
        `at ${pageName(domain, page)} a page is ${located.entry.kind === 'page' ? 'mapped' : located.entry.kind}`,
      );
    if (located.level === 1 && located.entry.kind !== 'nothing' && !superPage) {
      await splitSuperPage(this.#site, page);
      located = await tables.locate(processor, domain, page);
    }
    if (located.address !== undefined && located.level === (superPage ? 1 : 0))
      return { at: located.address, counter: located.entry.kind === 'nothing' ? located.parent?.address : undefined };
    const { at, address } = await tables.ensure(processor, domain, page, superPage ? 1 : 0);
    return { at, counter: address };
  }

  async #enter(
    { at, counter }: { readonly at: number; readonly counter: number | undefined },
    entry: PageEntry,
  ): Promise<void> {
    const { tables, processor } = this.#site;
    await tables.write(processor, at, encodeEntry(entry));
    if (counter !== undefined) await tables.addUsed(processor, counter, 1);
  }

  async remove(pages: readonly number[], leaving: Leaving): Promise<void> {
    const site = this.#site;
    const entries = await presentsAt(site, pages, ['page', 'lost']);
    await Promise.all(entries.map(({ page, entry }) => this.#checkOwn(page, entry)));
    for (let from = 0; from < entries.length; from += together) {
      const some = entries.slice(from, from + together);
      await holdEntries(site, some);
      await this.#leave(some, leaving);
    }
  }

  /** @throws EBUSY for a page that others reach, or that is scanned; EPERM for another domain's */
  async #checkOwn(page: number, entry: PresentEntry, mayBeScanned = false, most = 0): Promise<void> {
    const { frames, processor, domain } = this.#site;
    if (entry.foreign) throw new HypervisorError('EPERM', `${pageName(domain, page)} is another domain's`);
    const { references, scanned } = await frames.record(processor, entry.backing);
    if (references > most || (scanned && !mayBeScanned))
      throw new HypervisorError(
        'EBUSY',
        `${pageName(domain, page)} is ${scanned ? 'being scanned' : `referenced ${references} times`}`,
      );
  }

  /** Frees the frames of entries that were taken back, and writes what is left. */
  async #leave(entries: readonly Present[], leaving: Leaving): Promise<void> {
    const site = this.#site;
    const { processor, tables, frames, domain } = site;
    if (leaving === 'nothing') await clearEntries(site, entries);
    else
      await Promise.all(
        entries.map(({ address, entry }) => tables.write(processor, address, encodeEntry(this.#left(entry, leaving)))),
      );
    await frames.releaseAll(
      processor,
      entries.map(({ entry }) => entry.backing),
    );
    for (const { page } of entries) site.changed(domain, page);
  }

  #left({ backing, rights }: PresentEntry, leaving: Exclude<Leaving, 'nothing'>): PageEntry {
    if (leaving === 'given back') return { kind: 'given back' };
    const { frame: _, ...wanted } = backing;
    return { kind: 'swept', pattern: leaving.pattern, wanted, rights };
  }

  async protect(pages: readonly number[], rights: Rights): Promise<void> {
    const site = this.#site;
    const entries = await presentsAt(site, pages, ['page']);
    // Of a super page of which others are to stay as they are, each page gets its own.
    for (const { page, level } of entries) {
      const inside = new Set(pages.filter((other) => superPageOf(other) === page));
      if (level === 1 && inside.size < superFrames) await splitSuperPage(site, page);
    }
    await this.#change(pages, (entry) => ({ ...entry, rights }));
  }

  async trap(
    pages: readonly number[],
    trap: Trap | undefined,
    stopped: ReadonlySet<number> = new Set(),
  ): Promise<void> {
    if (trap !== undefined) {
      const entries = await presentsAt(this.#site, pages, ['page']);
      await Promise.all(
        entries.map(({ page, entry }) => this.#checkOwn(page, entry, false, Number(stopped.has(page)))),
      );
    }
    for (let from = 0; from < pages.length; from += together)
      await this.#change(pages.slice(from, from + together), (present) => ({ ...present, trap }));
  }

  async #change(pages: readonly number[], change: (entry: PresentEntry) => PresentEntry): Promise<void> {
    const site = this.#site;
    const entries = await presentsAt(site, pages, ['page']);
    await holdEntries(site, entries);
    await Promise.all(
      entries.map(({ address, entry }) => site.processor.machine.write64(address, encodeEntry(change(entry)).low)),
    );
  }

  async move(page: number, wanted: Wanted): Promise<void> {
    const present = await presentAt(this.#site, page, ['page']);
    await this.#checkOwn(page, present.entry);
    await moveContent(this.#site, present, wanted);
  }

  async hold(pages: readonly number[]): Promise<void> {
    await holdEntries(this.#site, await presentsAt(this.#site, pages, ['page']));
  }

  async unhold(page: number, leaving?: Leaving): Promise<void> {
    const site = this.#site;
    const { processor, domain, frames } = site;
    const present = await presentAt(site, page, ['held']);
    const { entry, address } = present;
    if (leaving !== undefined) {
      await this.#checkOwn(page, entry, true);
      await this.#leave([present], leaving);
      return;
    }
    // Its only memory may have died meanwhile.
    const lost = entry.backing.copies !== 'both' && (await frames.record(processor, entry.backing)).state === 'lost';
    await processor.machine.write64(address, encodeEntry({ ...entry, kind: lost ? 'lost' : 'page' }).low);
    site.changed(domain, present.page);
  }

  split(page: number): Promise<void> {
    return splitSuperPage(this.#site, page);
  }

  join(page: number): Promise<boolean> {
    return joinPages(this.#site, page);
  }

  async reference(page: number): Promise<PresentEntry> {
    const site = this.#site;
    let present = await presentAt(site, page, ['page']);
    if (present.entry.foreign)
      throw new HypervisorError('EPERM', `${pageName(site.domain, page)} is another domain's, and is not given on`);
    if (present.entry.trap !== undefined) throw new TrappedPageError(site.domain, page, present.entry.trap);
    if (present.level === 1) {
      await splitSuperPage(site, page);
      present = await presentAt(site, page, ['page']);
    }
    await site.frames.reference(site.processor, present.entry.backing);
    return present.entry;
  }

  async mapForeign(page: number, backing: Backing, rights: Rights): Promise<void> {
    const slot = await this.#room(page, false);
    if ((await this.#site.frames.record(this.processor, backing)).state !== 'page')
      throw new HypervisorError('EIO', `frame ${backing.frame} was lost with the memory that had its only copy`);
    await this.#enter(slot, { kind: 'page', backing, rights, trap: undefined, foreign: true });
  }

  async unmapForeign(page: number): Promise<void> {
    const site = this.#site;
    const present = await presentAt(site, page, ['page', 'lost']);
    if (!present.entry.foreign)
      throw new HypervisorError('ENOENT', `${pageName(site.domain, page)} is its own, and no other domain's`);
    await holdEntries(site, [present]);
    await clearEntries(site, [present]);
    await site.frames.dereference(site.processor, present.entry.backing);
  }
}

/** Page tables of domains, as the hypervisor reads and grows them. Source: `docs/systems/hypervisor.md`, "Page maps". */
import { type Processor, tableEntryBytes } from '../../hardware/platform/index.ts';
import { bumpAll } from './cookies.ts';
import type { Core } from './core.ts';
import { HypervisorError } from './errors.ts';
import type { FrameTable } from './frame-table.ts';
import type { PageEntry } from './interface.ts';
import { firstPage, pageCount, superFrames } from './layout.ts';
import { decodeEntry, encodePointer, type Halves, type Pointer } from './table-entry.ts';
import { readWords } from './words.ts';

export const tableEntries = 512;
const indexBits = 9;

/** Where an entry is in memory, and what it says. */
export interface Slot<Entry> {
  readonly address: number;
  readonly entry: Entry;
}

/** What a walk for a page came to. */
export interface Located {
  /** The first page of the entry, which is a super page's at level 1. */
  readonly page: number;
  readonly level: 0 | 1;
  readonly entry: PageEntry;
  /** Where the entry is; `undefined` where there is no table for it yet. */
  readonly address: number | undefined;
  /** The pointer to the table that the entry is in. */
  readonly parent: Slot<Pointer> | undefined;
}

const indexAt = (page: number, level: number): number => Math.floor(page / 2 ** (indexBits * level)) % tableEntries;

/** Pages that an entry translates. */
const reach = (level: number): number => 2 ** (indexBits * level);

export class Tables {
  readonly #core: Core;
  readonly #frames: FrameTable;

  constructor(core: Core, frames: FrameTable) {
    this.#core = core;
    this.#frames = frames;
  }

  /** Address of a domain's entry in the table of level 3. */
  rootAddress(domain: number): number {
    return this.#core.areaAddress('domainTable') + tableEntryBytes * domain;
  }

  async slot(processor: Processor, address: number, level: number): Promise<Slot<PageEntry | Pointer>> {
    const [low, high] = await readWords(processor.machine, address, 2);
    return { address, entry: this.decode({ low: low!, high: high! }, level, address) };
  }

  decode(halves: Halves, level: number, address: number): PageEntry | Pointer {
    const entry = decodeEntry(halves, level);
    if (entry === undefined)
      throw new HypervisorError(
        'EIO',
        `the entry at 0x${address.toString(16)}, level ${level}, holds 0x${halves.high.toString(16)} 0x${halves.low.toString(16)}, which was never written`,
      );
    return entry;
  }

  #entryAddress(table: number, page: number, level: number): number {
    return this.#core.address(table) + tableEntryBytes * indexAt(page, level);
  }

  /** The table of level 2. @throws ESRCH for a domain without a page map */
  async top(processor: Processor, domain: number): Promise<Slot<Pointer>> {
    const { address, entry } = await this.slot(processor, this.rootAddress(domain), 3);
    if (entry.kind !== 'table') throw new HypervisorError('ESRCH', `domain ${domain} has no page map`);
    return { address, entry };
  }

  async locate(processor: Processor, domain: number, page: number): Promise<Located> {
    const first = firstPage(domain);
    if (!Number.isInteger(page) || page < first || page >= pageCount)
      throw new HypervisorError('EINVAL', `domain ${domain} has pages ${first} to ${pageCount - 1}, but no ${page}`);
    let parent = await this.top(processor, domain);
    for (let level = 2; ; level -= 1) {
      const { address, entry } = await this.slot(processor, this.#entryAddress(parent.entry.frame, page, level), level);
      if (entry.kind === 'table') parent = { address, entry };
      else if (entry.kind === 'nothing' && level > 0)
        return { page, level: 0, entry, address: undefined, parent: undefined };
      else return { page: page - (page % reach(level)), level: level === 1 ? 1 : 0, entry, address, parent };
    }
  }

  /** As `locate`, of several pages: those of one table are read together. */
  async locateAll(processor: Processor, domain: number, pages: readonly number[]): Promise<readonly Located[]> {
    const found = new Map<number, Located>();
    const missing = new Set(pages);
    for (const page of missing) {
      const located = await this.locate(processor, domain, page);
      found.set(page, located);
      const beside = [...missing].filter((other) => superPageOf(other) === superPageOf(page) && !found.has(other));
      for (const other of beside) missing.delete(other);
      await Promise.all(
        beside.map(async (other) => {
          if (located.level === 1) found.set(other, located);
          else if (located.address === undefined) found.set(other, { ...located, page: other });
          else {
            const address = located.address + tableEntryBytes * (other - page);
            const { entry } = await this.slot(processor, address, 0);
            if (entry.kind !== 'table') found.set(other, { ...located, page: other, address, entry });
          }
        }),
      );
    }
    return pages.map((page) => found.get(page)!);
  }

  /**
   * The place of an entry at a level, with all tables that it needs. Not for a page that lies in a super page.
   *
   * @throws EEXIST where a table with entries stands in the way of a super page; ENOMEM
   */
  async ensure(
    processor: Processor,
    domain: number,
    page: number,
    wanted: 0 | 1,
  ): Promise<Slot<Pointer> & { at: number }> {
    let parent = await this.top(processor, domain);
    for (let level = 2; ; level -= 1) {
      const address = this.#entryAddress(parent.entry.frame, page, level);
      const { entry } = await this.slot(processor, address, level);
      if (level === wanted) {
        if (entry.kind === 'table') {
          if (entry.used > 0)
            throw new HypervisorError('EEXIST', `something stands in the super page of page 0x${page.toString(16)}`);
          await this.#unlink(processor, parent, level, [{ address, entry }]);
          parent = { ...parent, entry: { ...parent.entry, used: parent.entry.used - 1 } };
        }
        return { ...parent, at: address };
      }
      if (entry.kind === 'table') parent = { address, entry };
      else parent = await this.#grow(processor, domain, parent, { address, page: page - (page % reach(level)), level });
    }
  }

  /** Makes a table where an entry is empty. Tables beside it in which nothing is any more go first, so that they cannot add up. */
  async #grow(
    processor: Processor,
    domain: number,
    parent: Slot<Pointer>,
    { address, page, level }: { readonly address: number; readonly page: number; readonly level: number },
  ): Promise<Slot<Pointer>> {
    const dropped = await this.#dropEmpty(processor, parent, level);
    const entry: Pointer = {
      kind: 'table',
      frame: await this.#frames.allocateTable(processor, domain, page),
      used: 0,
    };
    await this.write(processor, address, encodePointer(entry));
    if (level < 2) await this.setUsed(processor, parent, parent.entry.used - dropped + 1);
    return { address, entry };
  }

  async #dropEmpty(processor: Processor, parent: Slot<Pointer>, level: number): Promise<number> {
    const table = await this.slots(processor, parent.entry.frame, level, 0, tableEntries);
    const unused = table.filter((slot): slot is Slot<Pointer> => slot.entry.kind === 'table' && slot.entry.used === 0);
    if (unused.length > 0) await this.#unlink(processor, parent, level, unused);
    return unused.length;
  }

  /** Takes tables without entries out, and frees them. */
  async #unlink(
    processor: Processor,
    parent: Slot<Pointer>,
    level: number,
    unused: readonly Slot<Pointer>[],
  ): Promise<void> {
    await Promise.all(unused.map(({ address }) => processor.machine.write64(address, 0n)));
    await bumpAll(processor);
    for (const { address, entry } of unused) {
      await processor.machine.write64(address + 8, 0n);
      await this.#frames.releaseTable(processor, entry.frame);
    }
    if (level < 2) await this.setUsed(processor, parent, parent.entry.used - unused.length);
  }

  /** Some entries of a table, by the number of the first. */
  async slots(
    { machine }: Processor,
    table: number,
    level: number,
    first: number,
    count: number,
  ): Promise<Slot<PageEntry | Pointer>[]> {
    const from = this.#core.address(table) + tableEntryBytes * first;
    const words = await readWords(machine, from, 2 * count);
    return Array.from({ length: count }, (_, index) => {
      const address = from + tableEntryBytes * index;
      return { address, entry: this.decode({ low: words[2 * index]!, high: words[2 * index + 1]! }, level, address) };
    });
  }

  /** High half first: a walk that sees the low half sees what belongs to it. */
  async write({ machine }: Processor, address: number, { low, high }: Halves): Promise<void> {
    await machine.write64(address + 8, high);
    await machine.write64(address, low);
  }

  /** Notes how many entries of a table are in use, in the pointer to it. Those of level 2 are not counted. */
  async setUsed({ machine }: Processor, { address, entry }: Slot<Pointer>, used: number): Promise<void> {
    await machine.write64(address, encodePointer({ frame: entry.frame, used }).low);
  }

  async addUsed(processor: Processor, address: number, change: number): Promise<void> {
    const low = await processor.machine.read64(address);
    const entry = this.decode({ low, high: 0n }, 2, address);
    if (entry.kind === 'table') await this.setUsed(processor, { address, entry }, entry.used + change);
  }

  /**
   * All entries but `nothing` that translate some pages, in order.
   *
   * @param met is given the frames of the tables that are read for it
   */
  async entries(
    processor: Processor,
    domain: number,
    page: number,
    count: number,
    met: number[] = [],
  ): Promise<Located[]> {
    const { entry } = await this.top(processor, domain);
    const found: Located[] = [];
    await this.#collect(
      processor,
      { frame: entry.frame, level: 2, base: 0, parent: undefined },
      Math.max(page, firstPage(domain)),
      page + count,
      { found, met },
    );
    return found;
  }

  async #collect(
    processor: Processor,
    table: {
      readonly frame: number;
      readonly level: number;
      readonly base: number;
      readonly parent: Slot<Pointer> | undefined;
    },
    from: number,
    to: number,
    into: { readonly found: Located[]; readonly met: number[] },
  ): Promise<void> {
    const { level, base, parent } = table;
    into.met.push(table.frame);
    const size = reach(level);
    const first = Math.max(0, Math.floor((from - base) / size));
    const last = Math.min(tableEntries, Math.ceil((to - base) / size));
    if (first >= last) return;
    const slots = await this.slots(processor, table.frame, level, first, last - first);
    for (const [index, { address, entry }] of slots.entries()) {
      const at = base + (first + index) * size;
      if (entry.kind === 'table')
        await this.#collect(
          processor,
          { frame: entry.frame, level: level - 1, base: at, parent: { address, entry } },
          from,
          to,
          into,
        );
      else if (entry.kind !== 'nothing')
        into.found.push({ page: at, level: level === 1 ? 1 : 0, entry, address, parent });
    }
  }
}

export const superPageOf = (page: number): number => page - (page % superFrames);

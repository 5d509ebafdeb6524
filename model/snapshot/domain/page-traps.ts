import type { Processor } from '../../hardware/platform/index.ts';
import type { DeviceWrites, Hypervisor, WriteStop } from '../../hypervisor/index.ts';
import type { HypervisorMemory, PageEntry, PageMap } from '../../hypervisor/memory/interface.ts';
import type { PageNumbers } from './domain-pages.ts';

interface Located {
  readonly page: number;
  readonly entry: PageEntry;
}

const isTrapped = ({ entry }: Located): boolean => entry.kind === 'page' && entry.trap === 'snapshot';
/** What was not copied of it before is lost with it. */
const isLost = ({ entry }: Located): boolean => entry.kind === 'lost' && entry.trap === 'snapshot';

/** The traps by which the first write to each page of a domain is led to its snapshots. */
export class PageTraps {
  readonly #memory: HypervisorMemory;
  readonly #deviceWrites: DeviceWrites;
  readonly #domain: number;
  readonly #numbers: PageNumbers;

  constructor({ memory, deviceWrites }: Hypervisor, domain: number, numbers: PageNumbers) {
    this.#memory = memory;
    this.#deviceWrites = deviceWrites;
    this.#domain = domain;
    this.#numbers = numbers;
  }

  /**
   * Traps all pages that can be, super pages as pages of their own; gives the blocks of all others, or says that a page is held.
   *
   * @param devices whether those that a device writes are trapped too, so that it waits; else they are among the others
   * @throws ENOMEM without a frame for a table
   */
  setAll(processor: Processor, devices: boolean): Promise<readonly number[] | 'held'> {
    const none: WriteStop = { pages: new Set(), mark: () => Promise.resolve() };
    if (!devices) return this.#setAll(processor, none);
    return this.#deviceWrites.stopped(processor, this.#domain, (stop) => this.#setAll(processor, stop));
  }

  #setAll(processor: Processor, stop: WriteStop): Promise<readonly number[] | 'held'> {
    const { own, blocks } = this.#numbers;
    return this.#memory.maps.with(processor, this.#domain, async (map) => {
      const before = await map.entries(0, own);
      if (before.some(({ entry }) => entry.kind === 'held')) return 'held';
      const whole = before.filter(({ entry }) => entry.kind === 'page' && entry.backing.super === true);
      for (const { page } of whole) await map.split(page);
      const entries = whole.length > 0 ? await map.entries(0, own) : before;
      const able = await Promise.all(entries.map((located) => this.#canBeTrapped(map, located, stop)));
      const pages = entries.filter((_, index) => able[index]).map(({ page }) => page);
      await map.trap(pages, 'snapshot', stop.pages);
      await stop.mark(pages.filter((page) => stop.pages.has(page)));
      const trapped = new Set(pages);
      return Array.from({ length: blocks }, (_, block) => block).filter((block) => !trapped.has(block));
    });
  }

  /** What others reach whose writes cannot be stopped, or what is not there, changes without a fault of its domain's. */
  async #canBeTrapped({ processor }: PageMap, { page, entry }: Located, { pages }: WriteStop): Promise<boolean> {
    if (page >= this.#numbers.own || entry.kind !== 'page' || entry.foreign || entry.trap === 'watch') return false;
    const { references } = await this.#memory.frames.record(processor, entry.backing);
    return references <= Number(pages.has(page));
  }

  /** Those of some pages that have such a trap, lost ones too. */
  among(processor: Processor, pages: readonly number[]): Promise<readonly number[]> {
    const first = Math.min(...pages);
    const wanted = new Set(pages);
    return this.#memory.maps.with(processor, this.#domain, async (map) => {
      const entries = pages.length === 0 ? [] : await map.entries(first, Math.max(...pages) - first + 1);
      const due = entries.filter((located) => isTrapped(located) || isLost(located));
      return due.filter(({ page }) => wanted.has(page)).map(({ page }) => page);
    });
  }

  /** Pages that were lost with a trap. */
  async lost(processor: Processor): Promise<readonly number[]> {
    const entries = await this.#memory.maps.with(processor, this.#domain, (map) => map.entries(0, this.#numbers.own));
    return entries.filter(isLost).map(({ page }) => page);
  }

  /** Clears the traps of those of some pages that have one and are there; devices that wait for one go on. */
  async clear(processor: Processor, pages: readonly number[]): Promise<void> {
    await this.#memory.maps.with(processor, this.#domain, async (map) => {
      const trapped: number[] = [];
      for (const page of pages) if (isTrapped({ page, entry: await map.read(page) })) trapped.push(page);
      if (trapped.length > 0) await map.trap(trapped, undefined);
    });
    await this.#deviceWrites.letGo(processor, this.#domain, pages);
  }

  async clearAll(processor: Processor): Promise<void> {
    const { own } = this.#numbers;
    await this.#memory.maps.with(processor, this.#domain, async (map) => {
      const trapped = (await map.entries(0, own)).filter(isTrapped).map(({ page }) => page);
      if (trapped.length > 0) await map.trap(trapped, undefined);
    });
    await this.#deviceWrites.letGo(
      processor,
      this.#domain,
      Array.from({ length: own }, (_, page) => page),
    );
  }
}

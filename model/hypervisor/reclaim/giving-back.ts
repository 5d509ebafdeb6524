/** Pages that a guest gives back, and takes again: the classic balloon. Source: `docs/systems/hypervisor.md`, "Reclaim". */
import type { Processor } from '../../hardware/platform/index.ts';
import type { Call, Domains } from '../interface.ts';
import { HypervisorError, type HypervisorMemory, type Leaving, type PageMap } from '../memory/interface.ts';
import { superFrames } from '../memory/layout.ts';
import type { Traps } from '../virtual/traps.ts';
import { type Found, isEligible, isLost, pagesOf } from './pages.ts';
import type { Patterns } from './patterns.ts';

/** Pages that are taken back in one go, for which the caller keeps its port. */
const together = 16;

export interface GivingBackParts {
  readonly memory: HypervisorMemory;
  readonly domains: Domains;
  readonly patterns: Patterns;
  readonly traps: Traps;
}

export class GivingBack {
  readonly #parts: GivingBackParts;

  constructor(parts: GivingBackParts) {
    this.#parts = parts;
  }

  /**
   * Takes a list of pages from its domain, and gives how many. Pages that are not there, that others reach or that are held are passed over.
   *
   * @param report the pages are as swept ones of zeros then, and come back when they are touched
   */
  async giveBack({ thread, domain }: Call, pages: readonly number[], report: boolean): Promise<number> {
    const wanted = [...new Set(pages)];
    let given = 0;
    for (let from = 0; from < wanted.length; ) {
      const whole = this.#wholeSuperPage(wanted, from);
      const some = whole ? wanted.slice(from, from + superFrames) : wanted.slice(from, from + together);
      await this.#parts.traps.release(thread, domain, some);
      given += await thread.access((processor) => this.#some(processor, domain, some, whole, report));
      from += some.length;
    }
    return given;
  }

  /** Whether the list goes on with all pages of a super page, in order. */
  #wholeSuperPage(pages: readonly number[], from: number): boolean {
    const first = pages[from]!;
    if (first % superFrames !== 0) return false;
    for (let index = 0; index < superFrames; index += 1) if (pages[from + index] !== first + index) return false;
    return true;
  }

  async #some(
    processor: Processor,
    domain: number,
    pages: readonly number[],
    whole: boolean,
    report: boolean,
  ): Promise<number> {
    const { memory, domains, patterns } = this.#parts;
    const number = report ? await patterns.add(processor, domain, 0n, pages.length) : 0;
    const leaving: Leaving = report ? { pattern: number } : 'given back';
    let given = 0;
    await memory.maps.with(processor, domain, async (map) => {
      const going: Found[] = [];
      for (const page of whole ? pages.slice(0, 1) : pages) {
        const found = await this.#removable(map, page, whole);
        if (found !== undefined) going.push(found);
      }
      if (going.length === 0) return;
      await map.remove(
        going.map(({ page }) => page),
        leaving,
      );
      given = going.reduce((sum, found) => sum + pagesOf(found), 0);
    });
    if (report && given < pages.length) await patterns.release(processor, number, pages.length - given);
    if (given > 0) await domains.count(processor, domain, -given);
    return given;
  }

  /** The page if it can go; one of a super page is made a page of its own first. */
  async #removable(map: PageMap, page: number, whole: boolean): Promise<Found | undefined> {
    const { memory } = this.#parts;
    let found = { page, entry: await map.read(page) };
    if (!isEligible(found) && !isLost(found)) return undefined;
    if (found.entry.backing.super === true && !whole) {
      try {
        await map.split(page);
      } catch (error) {
        if (error instanceof HypervisorError) return undefined;
        throw error;
      }
      found = { page, entry: await map.read(page) };
      if (!isEligible(found) && !isLost(found)) return undefined;
    }
    if (whole && found.entry.backing.super !== true) return undefined;
    const { references, scanned } = await memory.frames.record(map.processor, found.entry.backing);
    return references > 0 || scanned ? undefined : found;
  }
}

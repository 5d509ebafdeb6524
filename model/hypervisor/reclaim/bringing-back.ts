/** What is swept, or was given back, comes back when it is touched. Source: `docs/systems/hypervisor.md`, "Reclaim". */
import type { Processor, View } from '../../hardware/platform/index.ts';
import type { PageCounts } from '../domains/page-counts.ts';
import type { Domains, Stopped } from '../interface.ts';
import { type Copies, HypervisorError, type HypervisorMemory, type PageMap, type Wanted } from '../memory/interface.ts';
import { frameBytes, superFrames } from '../memory/layout.ts';
import { bytesOf } from '../memory/words.ts';
import type { Thread } from '../schedule/index.ts';
import type { Patterns } from './patterns.ts';

/** Who waits for a frame. */
interface Waiter {
  readonly domain: number;
  readonly copies: Copies;
  readonly woken: Promise<void>;
  wake(): void;
}

type Tried = 'there' | 'refused' | { readonly waitFor: Copies };

export interface BringingBackParts {
  readonly memory: HypervisorMemory;
  readonly domains: Domains;
  readonly counts: PageCounts;
  readonly patterns: Patterns;
}

const isNoMemory = (error: unknown): boolean => error instanceof HypervisorError && error.code === 'ENOMEM';
const sizeOf = (wanted: Wanted): number => (wanted.super === true ? superFrames : 1);

/** Writes a pattern into every word of frames that hold zeros. */
const fill = async (view: View, pattern: bigint, frames: number): Promise<void> => {
  if (pattern === 0n) return;
  const content = bytesOf(Array.from({ length: frameBytes / 8 }, () => pattern));
  for (let frame = 0; frame < frames; frame += 1) await view.write(frameBytes * frame, content);
};

export class BringingBack {
  readonly #parts: BringingBackParts;
  /** In the order of coming. */
  readonly #waiters: Waiter[] = [];

  constructor(parts: BringingBackParts) {
    this.#parts = parts;
    const retry = (): void => this.#retry();
    parts.memory.frames.onFree(retry);
    parts.counts.onRoom(retry);
  }

  /** Brings back a swept page that an access stopped at; waits for a frame where there is none. */
  async swept(thread: Thread, { domain, page }: Stopped): Promise<boolean> {
    let waiter: Waiter | undefined;
    try {
      for (;;) {
        const tried = await thread.access((processor) => this.#swept(processor, domain, page, waiter));
        if (tried === 'there' || tried === 'refused') return tried === 'there';
        waiter ??= this.#enqueue(domain, tried.waitFor);
        await thread.suspend(waiter.woken);
        waiter = this.#again(waiter);
      }
    } finally {
      if (waiter !== undefined) this.#leave(waiter);
    }
  }

  /** Brings back a page that was given back, if its domain deflates on exhaustion; waits for nothing. */
  async givenBack(thread: Thread, { domain, page }: Stopped): Promise<boolean> {
    return thread.access(async (processor) => {
      if (!(await this.#parts.counts.deflatesOnExhaustion(processor, domain))) return false;
      return (await this.take(processor, domain, page)) !== 'refused';
    });
  }

  /** Brings back a swept page, for who cannot wait. Says whether it is there. */
  async now(processor: Processor, domain: number, page: number): Promise<boolean> {
    return (await this.#swept(processor, domain, page, undefined)) === 'there';
  }

  /** Makes a page that was given back one of zeros. */
  async take(processor: Processor, domain: number, page: number): Promise<'there' | 'refused' | 'nothing'> {
    const { memory, domains, counts } = this.#parts;
    const { copies, form } = await domains.status(processor, domain);
    if (this.#first(copies) !== undefined) return 'refused';
    if (!(await counts.grow(processor, domain, 1))) return 'refused';
    try {
      return await memory.maps.with(processor, domain, async (map) => {
        if ((await map.read(page)).kind !== 'given back') {
          await counts.count(processor, domain, -1);
          return 'nothing';
        }
        await map.populate(page, { copies, form }, { read: true, write: true, execute: true });
        return 'there';
      });
    } catch (error) {
      await counts.count(processor, domain, -1);
      if (error instanceof HypervisorError) return 'refused';
      throw error;
    }
  }

  /** Forgets who waits in a domain that ends. */
  end(domain: number): void {
    for (const waiter of this.#waiters.filter((other) => other.domain === domain)) this.#leave(waiter);
  }

  /** @param waiter of who tries, if others may have come later */
  #swept(processor: Processor, domain: number, page: number, waiter: Waiter | undefined): Promise<Tried> {
    return this.#parts.memory.maps
      .with(processor, domain, async (map) => {
        const entry = await map.read(page);
        if (entry.kind !== 'swept') return 'there';
        const { wanted, pattern: number, rights } = entry;
        const before = this.#first(wanted.copies);
        if (before !== undefined && before !== waiter) return { waitFor: wanted.copies };
        const pattern = await this.#parts.patterns.value(processor, number);
        if (wanted.super === true) {
          const start = page - (page % superFrames);
          if (await this.#enter(map, start, wanted, rights, pattern, number)) return 'there';
          await map.split(page);
        }
        const single = { copies: wanted.copies, form: wanted.form };
        return (await this.#enter(map, page, single, rights, pattern, number)) ? 'there' : { waitFor: wanted.copies };
      })
      .catch((error: unknown) => {
        // The only memory in which it may lie is out of use, or there is no frame for a table.
        if (error instanceof HypervisorError && error.code === 'EIO') return 'refused';
        if (isNoMemory(error)) return { waitFor: 'both' as const };
        throw error;
      });
  }

  /** Fills a frame and maps it where the swept entry is. False without a frame. */
  async #enter(
    map: PageMap,
    page: number,
    wanted: Wanted,
    rights: Parameters<PageMap['map']>[2],
    pattern: bigint,
    number: number,
  ): Promise<boolean> {
    const { memory, counts, patterns } = this.#parts;
    const { processor, domain } = map;
    const pages = sizeOf(wanted);
    if (!(await counts.grow(processor, domain, pages))) return false;
    try {
      const backing = await memory.frames.allocate(processor, domain, wanted);
      try {
        await fill(await memory.windows.view(processor, backing), pattern, pages);
        await map.map(page, backing, rights);
      } catch (error) {
        await memory.frames.release(processor, backing);
        throw error;
      }
    } catch (error) {
      await counts.count(processor, domain, -pages);
      if (isNoMemory(error)) return false;
      throw error;
    }
    await patterns.release(processor, number, pages);
    return true;
  }

  #first(copies: Copies): Waiter | undefined {
    return this.#waiters.find((waiter) => waiter.copies === copies);
  }

  #enqueue(domain: number, copies: Copies): Waiter {
    const waiter = makeWaiter(domain, copies);
    this.#waiters.push(waiter);
    return waiter;
  }

  /** The same place, waiting once more. */
  #again(waiter: Waiter): Waiter {
    const place = this.#waiters.indexOf(waiter);
    const next = makeWaiter(waiter.domain, waiter.copies);
    if (place >= 0) this.#waiters[place] = next;
    return next;
  }

  #leave(waiter: Waiter): void {
    const place = this.#waiters.indexOf(waiter);
    if (place >= 0) this.#waiters.splice(place, 1);
    this.#first(waiter.copies)?.wake();
  }

  #retry(): void {
    for (const copies of ['first', 'second', 'both'] as const) this.#first(copies)?.wake();
  }
}

const makeWaiter = (domain: number, copies: Copies): Waiter => {
  let wake = (): void => {};
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  return { domain, copies, woken, wake: () => wake() };
};

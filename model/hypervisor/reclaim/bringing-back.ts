/** What is swept, or was given back, comes back when it is touched. Source: `docs/systems/hypervisor.md`, "Reclaim". */
import type { Processor, View } from '../../hardware/platform/index.ts';
import type { PageCounts } from '../domains/page-counts.ts';
import type { Domains, Stopped } from '../interface.ts';
import { type Copies, HypervisorError, type HypervisorMemory, type PageMap, type Wanted } from '../memory/interface.ts';
import { frameBytes, superFrames } from '../memory/layout.ts';
import { bytesOf } from '../memory/words.ts';
import type { Thread } from '../schedule/index.ts';
import type { Patterns } from './patterns.ts';
import { type Lack, Waiter } from './waiter.ts';

type Tried = 'there' | 'refused' | Lack;

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
  /** How often there may have come what somebody lacked. */
  readonly #turns = { frame: 0, right: 0 };

  constructor(parts: BringingBackParts) {
    this.#parts = parts;
    parts.memory.frames.onFree(() => this.#frameComes());
    parts.counts.onRoom(() => this.#rightComes());
  }

  /** Brings back a swept page that an access stopped at; waits for a frame where there is none. */
  async swept(thread: Thread, { domain, page }: Stopped): Promise<boolean> {
    let waiter: Waiter | undefined;
    try {
      for (;;) {
        const before = { ...this.#turns };
        const tried = await thread.access((processor) => this.#swept(processor, domain, page, thread));
        if (tried === 'there' || tried === 'refused') return tried === 'there';
        // What came while it was tried woke nobody who was not in the line yet.
        const missed = this.#turns[tried.of] !== before[tried.of];
        waiter = waiter === undefined ? this.#enqueue(thread, domain, tried) : this.#lacking(waiter, tried);
        if (!missed) await thread.suspend(waiter.wait());
        waiter = this.#again(waiter, waiter.lack);
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
    if (this.#firstForFrame(copies) !== undefined) return 'refused';
    if (!(await counts.grow(processor, domain, 1))) return 'refused';
    try {
      return await memory.maps.with(processor, domain, async (map) => {
        if ((await map.read(page)).kind !== 'given back') {
          await this.#cancel(processor, domain, 1);
          return 'nothing';
        }
        await map.populate(page, { copies, form }, { read: true, write: true, execute: true });
        return 'there';
      });
    } catch (error) {
      await this.#cancel(processor, domain, 1);
      if (error instanceof HypervisorError) return 'refused';
      throw error;
    }
  }

  /** Forgets who waits in a domain that ends. */
  end(domain: number): void {
    for (const waiter of this.#waiters.filter((other) => other.domain === domain)) this.#leave(waiter);
  }

  /** @param thread of who tries and would wait, if somebody would */
  #swept(processor: Processor, domain: number, page: number, thread: Thread | undefined): Promise<Tried> {
    return this.#parts.memory.maps
      .with(processor, domain, async (map) => {
        const entry = await map.read(page);
        if (entry.kind !== 'swept') return 'there';
        const { wanted, pattern: number, rights } = entry;
        const before = this.#firstForFrame(wanted.copies);
        if (before !== undefined && before.thread !== thread) return { copies: wanted.copies, of: 'frame' } as const;
        const pattern = await this.#parts.patterns.value(processor, number);
        if (wanted.super === true) {
          const start = page - (page % superFrames);
          if ((await this.#enter(map, start, wanted, rights, pattern, number)) === 'there') return 'there';
          await map.split(page);
        }
        const single = { copies: wanted.copies, form: wanted.form };
        const entered = await this.#enter(map, page, single, rights, pattern, number);
        return entered === 'there' ? entered : { copies: wanted.copies, of: entered };
      })
      .catch((error: unknown) => {
        // The only memory in which it may lie is out of use, or there is no frame for a table.
        if (error instanceof HypervisorError && error.code === 'EIO') return 'refused';
        if (isNoMemory(error)) return { copies: 'both', of: 'frame' } as const;
        throw error;
      });
  }

  /** Fills a frame and maps it where the swept entry is; says what there is not, if it cannot. */
  async #enter(
    map: PageMap,
    page: number,
    wanted: Wanted,
    rights: Parameters<PageMap['map']>[2],
    pattern: bigint,
    number: number,
  ): Promise<'there' | Lack['of']> {
    const { memory, counts, patterns } = this.#parts;
    const { processor, domain } = map;
    const pages = sizeOf(wanted);
    if (!(await counts.grow(processor, domain, pages))) return 'right';
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
      await this.#cancel(processor, domain, pages);
      if (isNoMemory(error)) return 'frame';
      throw error;
    }
    await patterns.release(processor, number, pages);
    return 'there';
  }

  /**
   * Before whose thread nobody gets such a frame: who has the right to one, and came first. Who has no right to one, or would not take it now,
   * since it is paused or waits for something else too, keeps none from others.
   */
  #firstForFrame(copies: Copies): Waiter | undefined {
    return this.#waitingForFrame(copies).find((waiter) => this.#comesBack(waiter));
  }

  #waitingForFrame(copies: Copies): readonly Waiter[] {
    return this.#waiters.filter(({ lack }) => lack.of === 'frame' && lack.copies === copies);
  }

  /** Whether its thread goes on when all that it waits for here has come. */
  #comesBack({ thread }: Waiter): boolean {
    return thread.waitsForAtMost(this.#waiters.filter((other) => other.thread === thread).length);
  }

  #enqueue(thread: Thread, domain: number, lack: Lack): Waiter {
    const waiter = new Waiter(thread, domain, lack);
    this.#waiters.push(waiter);
    return waiter;
  }

  /** The same place, waiting once more. */
  #again(waiter: Waiter, lack: Lack): Waiter {
    const place = this.#waiters.indexOf(waiter);
    const next = new Waiter(waiter.thread, waiter.domain, lack);
    if (place >= 0) this.#waiters[place] = next;
    return next;
  }

  /** Waits on for what it was found to lack; who stood behind it for something else has its turn. */
  #lacking(waiter: Waiter, lack: Lack): Waiter {
    if (lack.of === waiter.lack.of && lack.copies === waiter.lack.copies) return waiter;
    const next = this.#again(waiter, lack);
    this.#wakeBehind(waiter);
    return next;
  }

  #leave(waiter: Waiter): void {
    const place = this.#waiters.indexOf(waiter);
    if (place >= 0) this.#waiters.splice(place, 1);
    this.#wakeBehind(waiter);
  }

  #wakeBehind({ lack }: Waiter): void {
    if (lack.of !== 'frame') return;
    this.#turns.frame += 1;
    this.#wakeForFrame(lack.copies);
  }

  /** Pages that were counted did not come after all. Who was refused the right to some meanwhile looks again; no frame has come by it. */
  async #cancel(processor: Processor, domain: number, pages: number): Promise<void> {
    await this.#parts.counts.cancel(processor, domain, pages);
    this.#rightComes();
  }

  /** The first who comes back, with all that its thread waits for, and those before it, who look for themselves when they can. */
  #wakeForFrame(copies: Copies): void {
    for (const waiter of this.#waitingForFrame(copies)) {
      waiter.wake();
      if (!this.#comesBack(waiter)) continue;
      for (const other of this.#waiters) if (other.thread === waiter.thread) other.wake();
      return;
    }
  }

  #frameComes(): void {
    this.#turns.frame += 1;
    for (const copies of ['first', 'second', 'both'] as const) this.#wakeForFrame(copies);
  }

  #rightComes(): void {
    this.#turns.right += 1;
    for (const waiter of this.#waiters) if (waiter.lack.of === 'right') waiter.wake();
  }
}

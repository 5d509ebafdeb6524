/** What is swept, or was given back, comes back when it is touched. Source: `docs/systems/hypervisor.md`, "Reclaim". */
import { BusError, type Processor, type View } from '../../hardware/platform/index.ts';
import type { PageCounts } from '../domains/page-counts.ts';
import type { Domains, Stopped } from '../interface.ts';
import {
  type Copies,
  HypervisorError,
  type HypervisorMemory,
  OutOfUseError,
  type PageMap,
  type Wanted,
} from '../memory/interface.ts';
import { frameBytes, superFrames } from '../memory/layout.ts';
import { bytesOf } from '../memory/words.ts';
import type { Thread } from '../schedule/index.ts';
import { Line } from './line.ts';
import type { Patterns } from './patterns.ts';
import type { Lack } from './waiter.ts';

type Tried = 'there' | 'refused' | Lack;

export interface BringingBackParts {
  readonly memory: HypervisorMemory;
  readonly domains: Domains;
  readonly counts: PageCounts;
  readonly patterns: Patterns;
}

const isNoMemory = (error: unknown): boolean => error instanceof HypervisorError && error.code === 'ENOMEM';
/** A frame was given that is answered with errors, or none is given of a memory that is out of use. */
const isUnreachable = (error: unknown): boolean =>
  error instanceof BusError || (error instanceof HypervisorError && error.code === 'EIO');
const sizeOf = (wanted: Wanted): number => (wanted.super === true ? superFrames : 1);

/** Writes a pattern into every word of frames that hold zeros. */
const fill = async (view: View, pattern: bigint, frames: number): Promise<void> => {
  if (pattern === 0n) return;
  const content = bytesOf(Array.from({ length: frameBytes / 8 }, () => pattern));
  for (let frame = 0; frame < frames; frame += 1) await view.write(frameBytes * frame, content);
};

export class BringingBack {
  readonly #parts: BringingBackParts;
  readonly #line = new Line();

  constructor(parts: BringingBackParts) {
    this.#parts = parts;
    parts.memory.frames.onFree(() => this.#line.frameComes());
    parts.counts.onRoom(() => this.#line.rightComes());
  }

  /** Brings back a swept page that an access stopped at; waits for a frame where there is none. */
  async swept(thread: Thread, { domain, page }: Stopped): Promise<boolean> {
    const place = this.#line.place(thread, domain);
    try {
      for (;;) {
        const since = this.#line.turns;
        const tried = await thread.access((processor) => this.#swept(processor, domain, page, thread));
        if (tried === 'there' || tried === 'refused') return tried === 'there';
        await place.wait(tried, since);
      }
    } finally {
      place.leave();
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
    if (this.#line.firstForFrame(copies) !== undefined) return 'refused';
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
    this.#line.end(domain);
  }

  /** @param thread of who tries and would wait, if somebody would */
  #swept(processor: Processor, domain: number, page: number, thread: Thread | undefined): Promise<Tried> {
    // Where it was to lie.
    let copies: Copies = 'both';
    return this.#parts.memory.maps
      .with(processor, domain, async (map) => {
        const entry = await map.read(page);
        if (entry.kind !== 'swept') return 'there';
        const { wanted, pattern: number, rights } = entry;
        ({ copies } = wanted);
        const first = this.#line.firstForFrame(wanted.copies);
        if (first !== undefined && first !== thread) return { copies: wanted.copies, of: 'frame' } as const;
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
      .catch(async (error: unknown) => {
        // There is no frame for a table.
        if (isNoMemory(error)) return { copies: 'both', of: 'frame' } as const;
        if (!isUnreachable(error)) throw error;
        return (await this.#isOut(processor, copies, error)) ? ({ copies, of: 'frame' } as const) : 'refused';
      });
  }

  /** Whether the only memory in which a page may lie is out of use: when it is back, it gives frames again. */
  async #isOut(processor: Processor, copies: Copies, error: unknown): Promise<boolean> {
    if (error instanceof OutOfUseError) return true;
    if (copies === 'both') return false;
    // It has failed just now, and that is yet to be marked.
    return (await this.#parts.memory.memories.state(processor, copies === 'first' ? 0 : 1)) !== 'on line';
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

  /** Pages that were counted did not come after all. Who was refused the right to some meanwhile looks again; no frame has come by it. */
  async #cancel(processor: Processor, domain: number, pages: number): Promise<void> {
    await this.#parts.counts.cancel(processor, domain, pages);
    this.#line.rightComes();
  }
}

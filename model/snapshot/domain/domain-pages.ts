import { BusError, type Processor, type View } from '../../hardware/platform/index.ts';
import { grantTableAddress, pageBytes, sharedPageAddress, storeRingAddress } from '../../hypervisor/guest/index.ts';
import {
  HypervisorError,
  type HypervisorMemory,
  type PageMap,
  type PresentEntry,
} from '../../hypervisor/memory/interface.ts';
import { superFrames } from '../../hypervisor/memory/layout.ts';
import { Patterns } from '../../hypervisor/reclaim/patterns.ts';
import { allOrFirstFailure } from '../settled.ts';
import { type Storage, StorageError } from '../storage.ts';
import type { LentPorts } from './lent-ports.ts';

/** Which pages a domain has. */
export interface DomainExtent {
  readonly domain: number;
  /** Of its own memory, from page 0 on. */
  readonly pages: number;
  readonly grantPages: number;
}

/** The pages of a domain as blocks: its own memory, then the shared page, the store's ring, the grant table. */
export class PageNumbers {
  /** Blocks of the domain's own memory. */
  readonly own: number;
  readonly #special: readonly number[];

  constructor({ pages, grantPages }: DomainExtent) {
    this.own = pages;
    const table = grantTableAddress / pageBytes;
    this.#special = [
      sharedPageAddress / pageBytes,
      storeRingAddress / pageBytes,
      ...Array.from({ length: grantPages }, (_, index) => table + index),
    ];
  }

  get blocks(): number {
    return this.own + this.#special.length;
  }

  pageOf(block: number): number {
    return block < this.own ? block : this.#special[block - this.own]!;
  }

  /** The block of a page of the domain's own memory. */
  blockOf(page: number): number | undefined {
    return page < this.own ? page : undefined;
  }
}

/** The content of a domain's pages, as the source of its snapshots. A page that was given back is one of zeros, a swept one holds its pattern. */
export class DomainPages implements Storage {
  readonly numbers: PageNumbers;
  readonly size: number;
  /** Held pages of the domain's own that are being restored. */
  readonly restored = new Set<number>();
  readonly #domain: number;
  readonly #memory: HypervisorMemory;
  readonly #patterns: Patterns;
  readonly #ports: LentPorts;

  constructor(memory: HypervisorMemory, ports: LentPorts, extent: DomainExtent) {
    this.numbers = new PageNumbers(extent);
    this.size = this.numbers.blocks * pageBytes;
    this.#domain = extent.domain;
    this.#memory = memory;
    this.#patterns = new Patterns(memory.areas);
    this.#ports = ports;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const parts: Promise<void>[] = [];
    for (let done = 0; done < into.length; ) {
      const page = this.numbers.pageOf(Math.floor((offset + done) / pageBytes));
      const within = (offset + done) % pageBytes;
      const end = Math.min(into.length, done + pageBytes - within);
      parts.push(this.#readPage(page, within, into.subarray(done, end)));
      done = end;
    }
    await allOrFirstFailure(parts);
  }

  /**
   * Restores a page that is held for that; all others are written by the domain alone, by its page map, and read as they should already. A
   * page that was lost meanwhile stays so, and nothing is left of a domain that has ended.
   */
  async write(offset: number, data: Uint8Array): Promise<void> {
    const page = offset / pageBytes;
    if (!this.restored.has(page)) return;
    await this.#ports.do(async (processor) => {
      try {
        await this.#memory.maps.with(processor, this.#domain, async (map) => {
          const entry = await map.read(page);
          if (!('backing' in entry) || entry.kind === 'lost') return;
          try {
            const view = await this.#view(processor, page, entry);
            await view.write(0, data);
          } catch (error) {
            if (!(error instanceof BusError)) throw error;
            if (!(await this.#isDead(processor, entry))) throw new StorageError('failed', error.message);
          }
        });
      } catch (error) {
        if (!(error instanceof HypervisorError) || error.code !== 'ESRCH') throw error;
      }
    });
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  #readPage(page: number, within: number, into: Uint8Array): Promise<void> {
    // Under the lock, so that the frame stays the page's until it was read.
    return this.#ports.do((processor) =>
      this.#memory.maps.with(processor, this.#domain, async (map) => {
        const entry = await map.read(page);
        if ('backing' in entry) into.set(await this.#content(map, page, entry, within, into.length));
        else if (entry.kind === 'swept') fill(into, within, await this.#patterns.value(processor, entry.pattern));
        else into.fill(0);
      }),
    );
  }

  async #content(
    { processor }: PageMap,
    page: number,
    entry: PresentEntry,
    within: number,
    length: number,
  ): Promise<Uint8Array> {
    const what = `page ${page} of domain ${this.#domain}`;
    const lost = (): StorageError =>
      new StorageError('lost', `${what} was lost with the memory that had its only copy`);
    if (entry.kind === 'lost') throw lost();
    try {
      const view = await this.#view(processor, page, entry);
      return await view.read(within, length);
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      // It may not be marked as lost yet.
      throw (await this.#isDead(processor, entry)) ? lost() : new StorageError('failed', `${what}: ${error.message}`);
    }
  }

  /** Whether the only memory of a page is out of use. */
  async #isDead(processor: Processor, { backing: { copies } }: PresentEntry): Promise<boolean> {
    if (copies === 'both') return false;
    return (await this.#memory.memories.state(processor, copies === 'first' ? 0 : 1)) !== 'on line';
  }

  #view(processor: Processor, page: number, { backing }: PresentEntry): Promise<View> {
    const { frame, copies, form } = backing;
    const index = backing.super === true ? page % superFrames : 0;
    return this.#memory.windows.view(processor, { frame: frame + index, copies, form });
  }
}

const fill = (into: Uint8Array, within: number, pattern: bigint): void => {
  for (let index = 0; index < into.length; index += 1)
    into[index] = Number((pattern >> BigInt(8 * ((within + index) % 8))) & 0xffn);
};

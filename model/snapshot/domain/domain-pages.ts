import { BusError, type Processor, type View } from '../../hardware/platform/index.ts';
import { grantTableAddress, pageBytes, sharedPageAddress, storeRingAddress } from '../../hypervisor/guest/index.ts';
import type { HypervisorMemory, PageEntry, PageMap } from '../../hypervisor/memory/interface.ts';
import { superFrames } from '../../hypervisor/memory/layout.ts';
import { Patterns } from '../../hypervisor/reclaim/patterns.ts';
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
    await Promise.all(parts);
  }

  /** Writes go by the domain's page map. */
  write(offset: number): Promise<void> {
    const page = this.numbers.pageOf(Math.floor(offset / pageBytes));
    return Promise.reject(
      new StorageError('failed', `page ${page} of domain ${this.#domain} is written by the domain itself alone`),
    );
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
    entry: Extract<PageEntry, { readonly backing: unknown }>,
    within: number,
    length: number,
  ): Promise<Uint8Array> {
    const what = `page ${page} of domain ${this.#domain}`;
    if (entry.kind === 'lost')
      throw new StorageError('failed', `${what} was lost with the memory that had its only copy`);
    try {
      const view = await this.#view(processor, page, entry);
      return await view.read(within, length);
    } catch (error) {
      throw error instanceof BusError ? new StorageError('failed', `${what}: ${error.message}`) : error;
    }
  }

  #view(
    processor: Processor,
    page: number,
    { backing }: Extract<PageEntry, { readonly backing: unknown }>,
  ): Promise<View> {
    const { frame, copies, form } = backing;
    const index = backing.super === true ? page % superFrames : 0;
    return this.#memory.windows.view(processor, { frame: frame + index, copies, form });
  }
}

const fill = (into: Uint8Array, within: number, pattern: bigint): void => {
  for (let index = 0; index < into.length; index += 1)
    into[index] = Number((pattern >> BigInt(8 * ((within + index) % 8))) & 0xffn);
};

/**
 * Grants: mapping others' pages, and ending that at once. Source: `docs/systems/hypervisor.md`, "Grants".
 *
 * All of it is under one lock, so that what `grantEnd` finds mapped is all that is mapped, and nothing is mapped behind it.
 */
import type { Processor } from '../../hardware/platform/index.ts';
import type { DomainRecords } from '../domains/record.ts';
import type { SharedPages } from '../domains/shared-pages.ts';
import { decodeGrantEntry, grantAreaAddress, grantAreaBytes, ownPages, pageBytes } from '../guest/layout.ts';
import { HypervisorError, type HypervisorMemory, type PresentEntry } from '../memory/interface.ts';
import { Lock } from '../memory/lock.ts';
import { tableEntries } from '../memory/tables.ts';
import { type Mapping, Mappings, mappingTables } from './mappings.ts';

const firstGrantPage = grantAreaAddress / pageBytes;
const areaPages = grantAreaBytes / pageBytes;

/** Whether a page is a domain's own memory, and none of what it has beside. */
export const isOwnPage = (page: number): boolean => page < ownPages;

export interface MapRequest {
  readonly granter: number;
  readonly reference: number;
  readonly grantee: number;
  readonly page: number;
  readonly write: boolean;
}

export class Grants {
  readonly mappings: Mappings;
  readonly #memory: HypervisorMemory;
  readonly #shared: SharedPages;
  readonly #records: DomainRecords;
  readonly #lock = new Lock();
  /** Of the area, in which a domain maps grants: as many tables as its mappings need that lie side by side, so that it has no more. */
  readonly #pages: number;
  /** Brings back a page that was swept, if it can be at once. */
  bringBack: (processor: Processor, domain: number, page: number) => Promise<boolean> = async () => false;

  constructor(memory: HypervisorMemory, records: DomainRecords, shared: SharedPages) {
    this.mappings = new Mappings(memory.areas, records);
    this.#pages = Math.min(areaPages, tableEntries * mappingTables(memory.areas.layout));
    this.#memory = memory;
    this.#records = records;
    this.#shared = shared;
  }

  /** Maps a page that was granted; gives the handle. */
  map(processor: Processor, request: MapRequest): Promise<number> {
    return this.#lock.hold(async () => {
      const { granter, reference, grantee, page } = request;
      if (page < firstGrantPage || page >= firstGrantPage + this.#pages)
        throw new HypervisorError(
          'EINVAL',
          `a domain maps grants at pages ${firstGrantPage} to ${firstGrantPage + this.#pages - 1}, and not at ${page}`,
        );
      const { state } = await this.#records.existing(processor, granter);
      if (state === 'ending') throw new HypervisorError('ESRCH', `domain ${granter} is ending`);
      const handle = await this.mappings.take(processor, grantee);
      try {
        const frame = await this.#reach(processor, request);
        await this.mappings.put(processor, { handle, granter, reference, grantee, page, frame });
        return handle;
      } catch (error) {
        await this.mappings.remove(processor, grantee, handle);
        throw error;
      }
    });
  }

  /** Enters the granter's page into the grantee's page map; gives its frame. */
  async #reach(processor: Processor, { granter, reference, grantee, page, write }: MapRequest): Promise<number> {
    const { page: table, at } = await this.#shared.grantEntry(processor, granter, reference);
    const entry = decodeGrantEntry(await table.read64(at));
    if (!entry.permit || entry.domain !== grantee || (write && entry.readOnly) || !isOwnPage(entry.page))
      throw new HypervisorError(
        'EPERM',
        `reference ${reference} of domain ${granter} does not let domain ${grantee} ${write ? 'write' : 'read'} a page`,
      );
    const { maps, frames } = this.#memory;
    const present = await this.#pin(processor, granter, entry.page);
    try {
      this.#checkRights(present, write);
      const rights = { read: true, write, execute: false, compare: present.rights.compare };
      await maps.with(processor, grantee, (map) => map.mapForeign(page, present.backing, rights));
    } catch (error) {
      await frames.dereference(processor, present.backing);
      throw error;
    }
    return present.backing.frame;
  }

  /** Counts a reference to a granter's page, which may have been swept. */
  async #pin(processor: Processor, granter: number, page: number): Promise<PresentEntry> {
    const { maps } = this.#memory;
    const pin = () => maps.with(processor, granter, (map) => map.reference(page));
    try {
      return await pin();
    } catch (error) {
      if (!(error instanceof HypervisorError) || error.code !== 'ENOENT') throw error;
      if (await this.bringBack(processor, granter, page)) return pin();
      throw new HypervisorError('ENOMEM', `page ${page} of domain ${granter} was swept, and cannot come back now`);
    }
  }

  #checkRights({ rights }: PresentEntry, write: boolean): void {
    if (!rights.read || (write && !rights.write))
      throw new HypervisorError('EPERM', 'the granter itself has not the rights to its page that the mapping asks for');
  }

  unmap(processor: Processor, grantee: number, handle: bigint): Promise<void> {
    return this.#lock.hold(async () => this.#remove(processor, await this.mappings.get(processor, grantee, handle)));
  }

  /** Ends a grant: nobody maps it any more, and who had it mapped reaches the page no more when this returns. */
  end(processor: Processor, granter: number, reference: number): Promise<void> {
    return this.#lock.hold(async () => {
      const { page, at } = await this.#shared.grantEntry(processor, granter, reference);
      await page.write8(at, (await page.read8(at)) & ~1);
      for (const mapping of await this.mappings.of(processor, granter, reference))
        await this.#remove(processor, mapping);
    });
  }

  /** Ends all grants of a domain, and all that it maps of others'. */
  destroy(processor: Processor, domain: number): Promise<void> {
    return this.#lock.hold(async () => {
      for (const mapping of await this.mappings.granted(processor, domain)) await this.#remove(processor, mapping);
      for (const mapping of await this.mappings.mapped(processor, domain)) await this.#remove(processor, mapping);
    });
  }

  async #remove(processor: Processor, { grantee, page, handle }: Mapping): Promise<void> {
    await this.#memory.maps.with(processor, grantee, (map) => map.unmapForeign(page));
    await this.mappings.remove(processor, grantee, handle);
  }
}

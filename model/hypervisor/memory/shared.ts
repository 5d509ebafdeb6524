/** What operations on page maps work with. */
import type { Processor } from '../../hardware/platform/index.ts';
import { bumpLeaves } from './cookies.ts';
import type { Core } from './core.ts';
import { HypervisorError } from './errors.ts';
import type { FrameTable } from './frame-table.ts';
import type { PresentEntry } from './interface.ts';
import { encodeEntry } from './table-entry.ts';
import type { Located, Tables } from './tables.ts';
import type { WindowTables } from './windows.ts';

export interface Shared {
  readonly core: Core;
  readonly frames: FrameTable;
  readonly windows: WindowTables;
  readonly tables: Tables;
  /** Tells who waits for a page that it is not held any more. */
  changed(domain: number, page: number): void;
}

/** A domain's page map, for one who has its lock. */
export interface Site extends Shared {
  readonly processor: Processor;
  readonly domain: number;
}

/** An entry with frames, and where it is. */
export interface Present extends Located {
  readonly address: number;
  readonly entry: PresentEntry;
}

const hex = (page: number): string => `0x${page.toString(16)}`;

export const pageName = (domain: number, page: number): string => `page ${hex(page)} of domain ${domain}`;

const checked = ({ domain }: Site, page: number, located: Located, kinds: readonly PresentEntry['kind'][]): Present => {
  const { entry, address } = located;
  if (address !== undefined && 'backing' in entry) {
    if (kinds.includes(entry.kind)) return { ...located, address, entry };
    if (entry.kind === 'held') throw new HypervisorError('EBUSY', `${pageName(domain, page)} is held`);
  }
  throw new HypervisorError(
    'ENOENT',
    `${pageName(domain, page)} is no page that could be used for this: ${entry.kind}`,
  );
};

/** @throws ENOENT for what is none of these kinds; EBUSY for one that is held, unless that is among them */
export const presentAt = async (site: Site, page: number, kinds: readonly PresentEntry['kind'][]): Promise<Present> =>
  checked(site, page, await site.tables.locate(site.processor, site.domain, page), kinds);

/** The entries of pages, each once. @throws as `presentAt` */
export const presentsAt = async (
  site: Site,
  pages: readonly number[],
  kinds: readonly PresentEntry['kind'][],
): Promise<readonly Present[]> => {
  const located = await site.tables.locateAll(site.processor, site.domain, pages);
  const found = pages.map((page, index) => checked(site, page, located[index]!, kinds));
  return [...new Map(found.map((present) => [present.address, present])).values()];
};

/** Pages that are taken back together: of more, others on the processor would wait for long. */
export const together = 64;

/** Marks entries held and takes them back: when this has returned, nobody reaches the pages. */
export const holdEntries = async (site: Site, entries: readonly Present[]): Promise<void> => {
  const { core, processor } = site;
  await Promise.all(
    entries.map(({ address, entry }) =>
      processor.machine.write64(address, encodeEntry({ ...entry, kind: 'held' }).low),
    ),
  );
  await bumpLeaves(
    core,
    processor,
    entries.map(({ entry }) => entry.backing),
  );
};

/** Empties entries that were taken back. */
export const clearEntries = async (site: Site, entries: readonly Located[]): Promise<void> => {
  const { processor, tables } = site;
  const gone = new Map<number, number>();
  await Promise.all(
    entries.map(async ({ address, parent }) => {
      if (address === undefined) return;
      if (parent !== undefined) gone.set(parent.address, (gone.get(parent.address) ?? 0) + 1);
      await tables.write(processor, address, { low: 0n, high: 0n });
    }),
  );
  for (const [address, count] of gone) await tables.addUsed(processor, address, -count);
};

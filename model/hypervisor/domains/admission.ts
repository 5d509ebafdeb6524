/** Whether memory is there for what is promised. Source: `docs/systems/hypervisor.md`, "Admission". */
import type { Processor } from '../../hardware/platform/index.ts';
import { mappingTables } from '../grants/mappings.ts';
import type { HypervisorMemory, Layout } from '../memory/interface.ts';
import { domainCount, superFrames, tableFrames } from '../memory/layout.ts';
import { mostClientPages } from '../packets/rings.ts';
import type { DomainRecord, DomainRecords } from './record.ts';

/** What a domain's need of memory depends on. */
export type Need = Pick<DomainRecord, 'copies' | 'has' | 'target' | 'pages' | 'grantPages'>;

/** Pages that a table of level 1 reaches: 2^30 bytes. */
const tableReach = superFrames * superFrames;

const inMemory = ({ copies }: Pick<Need, 'copies'>, memory: 0 | 1): boolean =>
  copies === 'both' || copies === (['first', 'second'] as const)[memory];

/** Frames of each memory that are never promised: for free frames that are no neighbours, and for pages that are being moved. */
export const reserveOf = (frames: number): number => Math.max(64, Math.ceil(frames / 32));

/**
 * Tables of a domain at their most: the first, those of all pages that it had at first, if no super page stays whole, those of the pages that
 * every domain has, and those of the grants that it maps.
 */
const tablesOf = ({ pages }: Need, layout: Layout): number => {
  const own = Math.ceil(pages / tableReach) + Math.ceil(pages / superFrames);
  const special = 2;
  const mapped = 1 + mappingTables(layout);
  return 1 + own + special + mapped;
};

/** Frames that a domain takes of both memories, whatever copies its pages have: shared page, store's ring, grant table, and tables. */
export const fixedFrames = (need: Need, layout: Layout): number =>
  2 + need.grantPages + tableFrames * tablesOf(need, layout);

/** Frames of a memory that a domain takes at most. */
const needOf = (need: Need, layout: Layout, memory: 0 | 1): number =>
  fixedFrames(need, layout) + (inMemory(need, memory) ? Math.max(need.has, need.target) : 0);

/** Tables of the engine's page map at their most: two, and those of each client's pages. */
const engineTables = ({ frames }: Layout, clients: number): number =>
  2 + clients * Math.ceil(Math.min(mostClientPages, frames) / superFrames);

/** Frames of each memory that can be promised to domains, domain 0 among them. @param windowTables of the hypervisor's windows, at their most */
export const promisable = (layout: Layout, clients: number, windowTables: number): number =>
  layout.frames -
  layout.reserved -
  tableFrames * (windowTables + engineTables(layout, clients)) -
  reserveOf(layout.frames);

/** Whether a domain can be promised so much, beside what all others were. */
export const admits = async (
  records: DomainRecords,
  memory: HypervisorMemory,
  processor: Processor,
  domain: number,
  wanted: Need,
): Promise<boolean> => {
  const { layout } = memory.areas;
  const promised = [0, 0];
  for (let other = 0; other < domainCount - 1; other += 1) {
    const record = other === domain ? { ...wanted, state: 'running' } : await records.read(processor, other);
    if (record.state === 'none' || record.state === 'gone') continue;
    for (const index of [0, 1] as const) promised[index]! += needOf(record, layout, index);
  }
  const most = promisable(layout, memory.platform.parameters.clients, memory.windows.mostTables);
  return promised.every((frames) => frames <= most);
};

/** Why an access was answered with an error. Source: `docs/systems/hypervisor.md`, "Faults". */
import type { Processor } from '../../hardware/platform/index.ts';
import { copyBits } from './frame-record.ts';
import type { Explanation, FaultedAccess, PageEntry } from './interface.ts';
import { firstPage, frameBytes, pageCount } from './layout.ts';
import type { DomainMaps } from './page-maps.ts';

const explainPage = async (
  { registers }: Processor,
  page: number,
  entry: PageEntry,
  write: boolean,
): Promise<Explanation> => {
  if (entry.kind === 'swept') return { kind: 'swept', page, pattern: entry.pattern };
  if (entry.kind !== 'page') return { kind: entry.kind, page };
  const { rights, trap, backing } = entry;
  if (backing.copies !== 'both') {
    // What died this moment is not marked yet.
    const { failed, restoring } = await registers.keeper.memory_status.read();
    if (((failed | restoring) & copyBits(backing.copies)) !== 0) return { kind: 'lost', page };
  }
  if (!(write ? rights.write : rights.read)) return { kind: 'no right', page };
  return write && trap !== undefined ? { kind: 'trap', page, trap } : { kind: 'none' };
};

/** Explains an access by the tables as they are now, and clears the unit's fault record. */
export const explain = async (
  maps: DomainMaps,
  processor: Processor,
  { domain, address, bytes, write }: FaultedAccess,
): Promise<Explanation> => {
  await processor.registers.unit.fault_clear.write({ clear: 1 });
  const first = Math.floor(address / frameBytes);
  const last = Math.floor((address + bytes - 1) / frameBytes);
  const explanation = await maps.site(processor, domain, async ({ tables }): Promise<Explanation> => {
    for (let page = first; page <= last; page += 1) {
      if (page < firstPage(domain) || page >= pageCount) return { kind: 'nothing', page };
      const { entry } = await tables.locate(processor, domain, page);
      const found = await explainPage(processor, page, entry, write);
      if (found.kind !== 'none') return found;
    }
    return { kind: 'none' };
  });
  return explanation ?? { kind: 'nothing', page: first };
};

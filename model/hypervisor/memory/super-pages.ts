/** Super pages made of pages, and pages of super pages. Source: `docs/systems/hypervisor.md`, "Page maps". */
import { bumpLeaves, indexOf } from './cookies.ts';
import { HypervisorError } from './errors.ts';
import { decodeFrameRecord, memoriesOf } from './frame-record.ts';
import type { Backing, PageEntry, PresentEntry } from './interface.ts';
import { superFrames } from './layout.ts';
import { holdEntries, pageName, type Site } from './shared.ts';
import { encodeEntry, encodePointer } from './table-entry.ts';
import { type Located, superPageOf, tableEntries } from './tables.ts';
import { bytesOf } from './words.ts';

/** The entry of one page of a super page. */
const partOf = (entry: PageEntry, index: number): PageEntry => {
  if ('backing' in entry) {
    const { frame, copies, form } = entry.backing;
    return { ...entry, backing: { frame: frame + index, copies, form } };
  }
  if (entry.kind !== 'swept') return entry;
  const { copies, form } = entry.wanted;
  return { ...entry, wanted: { copies, form } };
};

/** Makes a table of the entry at level 1, which translates the same pages as it did. */
export const splitSuperPage = async (site: Site, page: number): Promise<void> => {
  const { processor, domain, tables, frames, core } = site;
  const located = await tables.locate(processor, domain, page);
  const { level, address, entry } = located;
  if (level !== 1 || address === undefined) return;
  if (entry.kind === 'held') throw new HypervisorError('EBUSY', `${pageName(domain, page)} is held`);
  const table = await frames.allocateTable(processor, domain, located.page);
  const halves = Array.from({ length: tableEntries }, (_, index) => encodeEntry(partOf(entry, index)));
  await processor.machine.write(core.address(table), bytesOf(halves.flatMap(({ low, high }) => [low, high])));
  if (entry.kind === 'page') await holdEntries(site, [{ ...located, address, entry }]);
  if ('backing' in entry) await frames.update(processor, entry.backing, (record) => ({ ...record, super: false }));
  await tables.write(processor, address, encodePointer({ frame: table, used: tableEntries }));
};

/** What 512 entries are together, if they are pages of one super frame in order, all alike. */
const joinedEntry = (entries: readonly Located[]): PresentEntry | undefined => {
  const first = entries[0]?.entry;
  if (entries.length !== tableEntries || first?.kind !== 'page' || first.foreign) return undefined;
  const { frame, copies, form } = first.backing;
  if (frame % superFrames !== 0) return undefined;
  const alike = entries.every(({ entry }, index) => {
    const wanted = encodeEntry(partOf(first, index));
    const { low, high } = encodeEntry(entry);
    return low === wanted.low && high === wanted.high;
  });
  return alike ? { ...first, backing: { frame, copies, form, super: true } } : undefined;
};

/** Whether nobody else reaches frames, or scans them. */
const untouched = async ({ frames, processor }: Site, { frame, copies }: Backing): Promise<boolean> => {
  const words = await frames.words(processor, memoriesOf(copies)[0]!, frame, superFrames);
  return words
    .map(decodeFrameRecord)
    .every(({ references, scanned, state }) => references === 0 && !scanned && state === 'page');
};

/** Makes a super page of the pages around one, if they can be one. */
export const joinPages = async (site: Site, page: number): Promise<boolean> => {
  const { processor, domain, tables, frames, core } = site;
  const first = superPageOf(page);
  const entries = await tables.entries(processor, domain, first, superFrames);
  const parent = entries[0]?.parent;
  const entry = joinedEntry(entries);
  if (entry === undefined || parent === undefined || !(await untouched(site, entry.backing))) return false;
  const { address } = parent;
  await processor.machine.write64(address, encodeEntry({ ...entry, kind: 'held' }).low);
  const leaves = new Map(
    entries.flatMap((leaf) =>
      'backing' in leaf.entry ? [[indexOf(core, leaf.entry.backing), leaf.entry.backing]] : [],
    ),
  );
  await bumpLeaves(core, processor, [...leaves.values()], true);
  await frames.update(processor, entry.backing, (record) => ({ ...record, super: true }));
  await tables.write(processor, address, encodeEntry(entry));
  await frames.releaseTable(processor, parent.entry.frame);
  return true;
};

/** A page's content in other memories, or in another form. Source: `docs/systems/hypervisor.md`, "Page maps", *change*. */
import { BusError } from '../../hardware/platform/index.ts';
import { HypervisorError } from './errors.ts';
import { copyBits, framesOf } from './frame-record.ts';
import type { Backing, Wanted } from './interface.ts';
import { frameBytes } from './layout.ts';
import { holdEntries, type Present, type Site } from './shared.ts';
import { encodeEntry } from './table-entry.ts';

const copyContent = async ({ windows, processor }: Site, from: Backing, to: Backing): Promise<void> => {
  const source = await windows.view(processor, from);
  const target = await windows.view(processor, to);
  for (let index = 0; index < framesOf(from); index += 1)
    await target.write(frameBytes * index, await source.read(frameBytes * index, frameBytes));
};

/** @throws EIO where nothing can be read or written, since the memory with a page's only copy has died */
const orLost = async (body: () => Promise<void>): Promise<void> => {
  try {
    await body();
  } catch (error) {
    throw error instanceof BusError ? new HypervisorError('EIO', `the page cannot be moved: ${error.message}`) : error;
  }
};

/** Keeps one of two copies. */
const dropCopy = async (site: Site, present: Present, copies: 'first' | 'second'): Promise<void> => {
  const { processor, frames, tables } = site;
  const { address, entry } = present;
  await holdEntries(site, [present]);
  const { failed, restoring } = await processor.registers.keeper.memory_status.read();
  if (((failed | restoring) & copyBits(copies)) !== 0) {
    await processor.machine.write64(address, encodeEntry(entry).low);
    throw new HypervisorError('EIO', `the ${copies} memory is out of use: what it would keep cannot be read`);
  }
  const kept = { ...entry.backing, copies };
  await tables.write(processor, address, encodeEntry({ ...entry, backing: kept }));
  await frames.update(processor, kept, (record) => ({ ...record, both: false }));
  await frames.releaseCopy(processor, entry.backing, copies === 'first' ? 'second' : 'first');
};

/** Gives the page its new backing, with the same content, which nobody reaches meanwhile. */
export const moveContent = async (site: Site, present: Present, wanted: Wanted): Promise<void> => {
  const { processor, frames, tables, domain } = site;
  const { address, entry, page } = present;
  const { backing } = entry;
  if (wanted.copies === backing.copies && wanted.form === backing.form) return;
  if (backing.copies === 'both' && wanted.copies !== 'both' && wanted.form === backing.form) {
    await dropCopy(site, present, wanted.copies);
    return;
  }
  // All of it is written below: it need not be cleared.
  const target = await frames.claim(processor, domain, { ...wanted, super: backing.super });
  try {
    await frames.place(processor, target, page);
    await holdEntries(site, [present]);
    await orLost(() => copyContent(site, backing, target));
  } catch (error) {
    await processor.machine.write64(address, encodeEntry(entry).low);
    await frames.release(processor, target);
    throw error;
  }
  await tables.write(processor, address, encodeEntry({ ...entry, backing: target }));
  await frames.release(processor, backing);
};

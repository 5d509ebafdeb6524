/** Pages of packet clients in the page map of the receive engine. Source: `docs/systems/hypervisor.md`, "Packet clients". */
import type { Processor } from '../../hardware/platform/index.ts';
import { inputOutputDomain } from '../boot/boot.ts';
import { mostPacketEntriesLog2, packetSlotBytes, pageBytes } from '../guest/layout.ts';
import { type Backing, HypervisorError, type HypervisorMemory } from '../memory/interface.ts';
import type { Thread } from '../schedule/index.ts';

/** Bytes of the engine's addresses for each client. */
export const clientStride = 2 ** 24;
export const stridePages = clientStride / pageBytes;
/** Pages that are pinned, or taken back, in one access. */
const together = 8;

/** Pages of a ring, without the client's page behind it. */
export const ringPages = (entries: number): number => (2 ** entries * packetSlotBytes) / pageBytes;

/** Of a client at most, with its page. */
export const mostClientPages = ringPages(mostPacketEntriesLog2) + 1;

/** The engine's page for the first of a client's. */
export const enginePage = (client: number): number => client * stridePages;

/**
 * Pins a page of a guest's own and maps it for the engine; gives where it lies. The last page is the client's own, which the engine
 * does not write.
 */
const mapPage = async (
  memory: HypervisorMemory,
  processor: Processor,
  owner: number,
  page: number,
  at: number,
  write: boolean,
): Promise<Backing> => {
  const { maps, frames } = memory;
  const { backing, rights } = await maps.with(processor, owner, (map) => map.reference(page));
  try {
    if (!rights.read || !rights.write)
      throw new HypervisorError('EPERM', `page ${page} of domain ${owner} is not to be written, by itself or for it`);
    const given = { read: true, write, execute: false, compare: rights.compare };
    await maps.with(processor, inputOutputDomain, (map) => map.mapForeign(at, backing, given));
  } catch (error) {
    await frames.dereference(processor, backing);
    throw error;
  }
  return backing;
};

/** Maps all pages of a client, in steps; gives where the client's own page lies. What it throws leaves some mapped. */
export const mapClient = async (
  thread: Thread,
  memory: HypervisorMemory,
  client: number,
  { owner, page, entries }: { readonly owner: number; readonly page: number; readonly entries: number },
): Promise<Backing> => {
  const count = ringPages(entries);
  let last: Backing | undefined;
  for (let from = 0; from <= count; from += together)
    last = await thread.access(async (processor) => {
      let backing: Backing | undefined;
      for (let index = from; index <= Math.min(count, from + together - 1); index += 1)
        backing = await mapPage(memory, processor, owner, page + index, enginePage(client) + index, index < count);
      return backing;
    });
  return last!;
};

/** Takes all pages of a client back from the engine: when this has returned, it reaches none. */
export const unmapClient = async (thread: Thread, memory: HypervisorMemory, client: number): Promise<void> => {
  const some = (processor: Processor): Promise<number> =>
    memory.maps.with(processor, inputOutputDomain, async (map) => {
      const entries = await map.entries(enginePage(client), stridePages);
      const going = entries.slice(0, together);
      for (const { page } of going) await map.unmapForeign(page);
      return entries.length - going.length;
    });
  while ((await thread.access(some)) > 0);
};

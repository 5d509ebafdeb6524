/** The pages that a domain begins with. */
import type { Processor } from '../../hardware/platform/index.ts';
import {
  type DomainRequest,
  grantTableAddress,
  pageBytes,
  sharedPageAddress,
  storeRingAddress,
} from '../guest/layout.ts';
import { HypervisorError, type HypervisorMemory, type PageMap, type Rights } from '../memory/interface.ts';
import { superFrames } from '../memory/layout.ts';
import type { Thread } from '../schedule/index.ts';
import type { DomainRecord } from './record.ts';
import { sharedWanted } from './shared-pages.ts';

const allRights: Rights = { read: true, write: true, execute: true };
const dataRights: Rights = { read: true, write: true, execute: false };

/** Maps the shared page, the store's ring and the grant table; gives their frames. */
export const populateSpecialPages = (
  processor: Processor,
  memory: HypervisorMemory,
  domain: number,
  grantPages: number,
): Promise<Pick<DomainRecord, 'sharedFrame' | 'storeFrame' | 'grantFrames'>> =>
  memory.maps.with(processor, domain, async (map) => {
    const populate = async (page: number): Promise<number> => {
      await map.populate(page, sharedWanted, dataRights);
      const entry = await map.read(page);
      if (!('backing' in entry)) throw new Error(`page ${page} of domain ${domain} was populated, and is not there`);
      return entry.backing.frame;
    };
    const sharedFrame = await populate(sharedPageAddress / pageBytes);
    const storeFrame = await populate(storeRingAddress / pageBytes);
    const grantFrames: number[] = [];
    for (let index = 0; index < grantPages; index += 1)
      grantFrames.push(await populate(grantTableAddress / pageBytes + index));
    return { sharedFrame, storeFrame, grantFrames };
  });

/** A super page where one fits and is there, else one page. Gives how many pages. */
const populateNext = async (
  map: PageMap,
  page: number,
  left: number,
  { copies, form }: DomainRequest,
): Promise<number> => {
  if (page % superFrames === 0 && left >= superFrames)
    try {
      await map.populate(page, { copies, form, super: true }, allRights);
      return superFrames;
    } catch (error) {
      if (!(error instanceof HypervisorError) || error.code !== 'ENOMEM') throw error;
    }
  await map.populate(page, { copies, form }, allRights);
  return 1;
};

/** Maps a domain's own memory, page by page, so that others have their turn between. */
export const populateOwnPages = async (
  thread: Thread,
  memory: HypervisorMemory,
  domain: number,
  request: DomainRequest,
  firstPage: number,
  count: (processor: Processor, pages: number) => Promise<void>,
): Promise<void> => {
  for (let done = 0; done < request.pages; )
    done += await thread.access(async (processor) => {
      const pages = await memory.maps.with(processor, domain, (map) =>
        populateNext(map, firstPage + done, request.pages - done, request),
      );
      await count(processor, pages);
      return pages;
    });
};

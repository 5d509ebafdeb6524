/** A ring's pages, as the guest grants them and domain 0 maps them. */
import { type Calls, type GrantTable, grantAreaAddress, pageBytes } from '../../hypervisor/guest/index.ts';
import type { RingPages } from './event-loop.ts';

/** What a guest tells of its ring: references of the grants of its pages in order, and the port that is to be bound. */
export interface RingOffer {
  readonly domain: number;
  readonly references: readonly number[];
  readonly port: number;
}

const trusted = 0;

/** Grants pages that follow one another to domain 0, and opens a port for it. */
export const offerRing = async (
  calls: Calls,
  grants: GrantTable,
  { domain, firstPage, pages }: { readonly domain: number; readonly firstPage: number; readonly pages: number },
): Promise<{ readonly offer: RingOffer; readonly ring: RingPages }> => {
  const references: number[] = [];
  for (let page = firstPage; page < firstPage + pages; page += 1) references.push(await grants.grant(trusted, page));
  const port = await calls.eventOpen(trusted);
  return {
    offer: { domain, references, port },
    ring: { address: firstPage * pageBytes, bytes: pages * pageBytes, port },
  };
};

/** A ring that domain 0 has mapped. */
export interface MappedRing {
  readonly ring: RingPages;
  /** Lets go of the pages and the port. */
  release(): Promise<void>;
}

/**
 * Maps the pages of an offer from a page of the grant area on, and binds its port.
 *
 * @throws HypercallError where the guest offered what it may not; then nothing is left mapped
 */
export const mapRing = async (calls: Calls, offer: RingOffer, page: number): Promise<MappedRing> => {
  const handles: number[] = [];
  const release = async (): Promise<void> => {
    for (const handle of handles.splice(0)) await calls.grantUnmap(handle).catch(() => undefined);
  };
  try {
    for (const [index, reference] of offer.references.entries())
      handles.push(await calls.grantMap({ domain: offer.domain, reference, page: page + index, write: true }));
    const port = await calls.eventBind(offer.domain, offer.port);
    return {
      ring: { address: page * pageBytes, bytes: offer.references.length * pageBytes, port },
      release: async () => {
        await release();
        await calls.eventClose(port).catch(() => undefined);
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
};

/** The first page of the grant area. */
export const firstGrantPage = grantAreaAddress / pageBytes;

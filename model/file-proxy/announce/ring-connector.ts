import type { GrantTable } from '../../hypervisor/guest/index.ts';
import type { StoreClient } from '../../hypervisor/store/client.ts';
import { RemoteTree } from '../client/remote-tree.ts';
import type { EventLoop } from '../ring/event-loop.ts';
import { offerRing } from '../ring/grants.ts';
import { GuestRing } from '../ring/guest-ring.ts';
import type { Tree } from '../tree/tree.ts';
import { writeOffer } from './offer.ts';

export interface RingConnector {
  readonly loop: EventLoop;
  readonly store: StoreClient;
  readonly grants: GrantTable;
  /** Pages of the guest's own that hold nothing else, one after another, for a share. */
  readonly takePages: (name: string) => { readonly firstPage: number; readonly pages: number };
  /** Called with pages that are the guest's own again. */
  readonly giveBack?: (firstPage: number) => void;
  /** Bytes of a message, and connections tried after one that ended: see `RemoteTree`. */
  readonly messageSize: number;
  readonly reconnects: number;
  /** What the server knows the client of a share by, as `ClientOptions` has it: for runs that shall be equal. Random when left out. */
  readonly key?: (name: string) => Uint8Array;
}

/** Reaches a share that was announced to a guest, by a ring in its own pages: for `aliasShares`. */
export const connectByRing =
  ({ loop, store, grants, takePages, giveBack, messageSize, reconnects, key }: RingConnector) =>
  async (name: string): Promise<Tree & { close(): Promise<void> }> => {
    const { guest, calls } = loop;
    const where = takePages(name);
    const { offer, ring } = await offerRing(calls, grants, { domain: guest.domain, ...where });
    await writeOffer(store, name, offer);
    const ends = new GuestRing(loop.door(ring));
    const known = key === undefined ? {} : { key: key(name) };
    const remote = await RemoteTree.connect({ connect: () => ends.connect(), messageSize, reconnects, ...known });
    return {
      root: () => remote.root(),
      close: async () => {
        await remote.close();
        await ends.settled();
        for (const reference of offer.references) await grants.end(reference);
        await calls.eventClose(offer.port);
        giveBack?.(where.firstPage);
      },
    };
  };

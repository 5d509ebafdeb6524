import type { ClientWatch, StoreClient } from '../../hypervisor/store/client.ts';
import { StoreError } from '../../hypervisor/store/errors.ts';
import type { RingDoor } from '../ring/door.ts';
import type { RingOffer } from '../ring/grants.ts';
import { serveRing } from '../ring/ring-service.ts';
import type { Session } from '../server/session.ts';
import { offeredBy, parseOffer } from './offer.ts';

export interface HostedShare {
  readonly store: StoreClient;
  readonly guest: number;
  readonly name: string;
  /** Maps the pages of an offer and binds its port; what it throws is the guest's loss. */
  readonly open: (offer: RingOffer) => Promise<{ readonly door: RingDoor; release(): Promise<void> }>;
  readonly newSession: (areaBytes: number) => Session;
}

export interface ShareHost {
  /** Resolves when it serves no more: with null where it was told to end, else with why, such as that the store cannot be watched. Never rejects. */
  readonly ended: Promise<Error | null>;
  /** Ends the service, and lets go of the guest's pages. */
  close(): Promise<void>;
}

/** Serves whatever ring is offered, one after another. @throws what the watch throws when it ends */
const follow = async ({ store, guest, name, open, newSession }: HostedShare, watch: ClientWatch): Promise<never> => {
  const key = offeredBy(guest, name);
  let end: () => Promise<void> = async () => undefined;
  let last = '';
  try {
    for (;;) {
      await watch.next();
      const value = await store.read(key).catch((error: unknown) => {
        if (error instanceof StoreError) return new Uint8Array(0);
        throw error;
      });
      // The same value written again asks for nothing: the ring's own page says which connection is wanted.
      const told = Buffer.from(value).toString('latin1');
      if (told === last) continue;
      last = told;
      await end();
      end = async () => undefined;
      const offer = parseOffer(guest, value);
      const opened = offer === null ? null : await open(offer).catch(() => null);
      if (opened === null) continue;
      const service = serveRing(opened.door, newSession);
      end = async () => {
        await service.stop();
        await opened.release();
      };
    }
  } finally {
    await end();
  }
};

/** Serves a share to a guest by whatever ring it offers, until it is closed. @throws StoreError where its offers cannot be watched */
export const hostShare = async (hosted: HostedShare): Promise<ShareHost> => {
  const watch = await hosted.store.watch(offeredBy(hosted.guest, hosted.name));
  let closed = false;
  const ended = follow(hosted, watch).catch((error: unknown) => {
    if (closed) return null;
    return error instanceof Error ? error : new Error(String(error));
  });
  return {
    ended,
    close: async () => {
      closed = true;
      await watch.close().catch(() => undefined);
      await ended;
    },
  };
};

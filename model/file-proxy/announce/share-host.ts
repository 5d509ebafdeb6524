import type { StoreClient } from '../../hypervisor/store/client.ts';
import { StoreError } from '../../hypervisor/store/errors.ts';
import type { RingDoor } from '../ring/door.ts';
import type { RingOffer } from '../ring/grants.ts';
import { type RingService, serveRing } from '../ring/ring-service.ts';
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

/** Serves a share to a guest by whatever ring it offers, as long as its offers can be watched. */
export const hostShare = async ({ store, guest, name, open, newSession }: HostedShare): Promise<never> => {
  const key = offeredBy(guest, name);
  const watch = await store.watch(key);
  let end: () => Promise<void> = async () => undefined;
  let last = '';
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
    const service: RingService = serveRing(opened.door, newSession);
    end = async () => {
      await service.stop();
      await opened.release();
    };
  }
};

/** Shares of domain 0 as a program of it, beside the store: announced, served over the guests' rings, withdrawn. */
import { grantAreaBytes, pageBytes } from '../../hypervisor/guest/index.ts';
import { type Hypervisor, TrustedEvents } from '../../hypervisor/index.ts';
import type { StoreClient } from '../../hypervisor/store/client.ts';
import { EventLoop } from '../ring/event-loop.ts';
import { firstGrantPage, mapRing, type RingOffer } from '../ring/grants.ts';
import { Places } from '../ring/places.ts';
import { ShareChanges } from '../server/changes.ts';
import type { Session } from '../server/session.ts';
import { type AnnouncedState, type Announcement, announce, withdraw, withdrawAll } from './announcement.ts';
import { markChanges } from './marking.ts';
import { hostShare, type ShareHost } from './share-host.ts';

export interface SharedTree {
  readonly guest: number;
  /** A word of the store. */
  readonly name: string;
  /** `describeShare` says what is so of a tree. */
  readonly told: Omit<Announcement, 'mark'>;
  /** What is to be announced of it after a change, as by `stateOf`; what was told at first when left out. */
  readonly state?: () => Promise<AnnouncedState>;
  /** A session whose messages are no longer than the bytes that the ring has for them. */
  readonly newSession: (areaBytes: number, onChange: () => void) => Session;
  /** What is changed in the share, by any of those that it is shared with and by others: to be told to this guest by its mark. */
  readonly changes?: ShareChanges;
}

const never = new Promise<never>(() => undefined);

/** Maps guests' rings into domain 0's grant area from its first page on; no other program may have pages there. */
export class ShareService {
  readonly #store: StoreClient;
  readonly #loop: Promise<EventLoop>;
  readonly #free = new Places(grantAreaBytes);
  readonly #hosts = new Map<number, Map<string, ShareHost>>();

  /** Starts the program. @param store a connection of domain 0: `StoreService.client()`; make the store's service first, so that it learns first of domains that end */
  constructor(hypervisor: Hypervisor, store: StoreClient) {
    this.#store = store;
    this.#loop = new Promise((resolve) => {
      hypervisor.start((domain0) => {
        const loop = EventLoop.trusted(domain0, TrustedEvents.of(hypervisor));
        resolve(loop);
        return loop.run(() => never);
      });
    });
    hypervisor.domains.onDestroy((thread, domain) => thread.suspend(this.#forget(domain)));
  }

  /**
   * Announces a share to a guest, and serves it until it is withdrawn or the domain is destroyed.
   *
   * @throws RangeError where the guest has a share of that name; StoreError, with ENOENT where there is no such guest
   */
  async share({ guest, name, told, state, newSession, changes = new ShareChanges() }: SharedTree): Promise<void> {
    const ofGuest = this.#hosts.get(guest) ?? new Map<string, ShareHost>();
    if (ofGuest.has(name)) throw new RangeError(`domain ${guest} has a share '${name}': withdraw it first`);
    const loop = await this.#loop;
    const open = (offer: RingOffer) => this.#open(loop, offer);
    const user = {};
    const host = await hostShare({
      store: this.#store,
      guest,
      name,
      open,
      newSession: (areaBytes) => newSession(areaBytes, () => changes.made(user)),
    });
    this.#hosts.set(guest, ofGuest.set(name, host));
    try {
      await announce(this.#store, guest, name, { ...told, mark: 0n });
      const untell = markChanges(this.#store, {
        guest,
        name,
        user,
        changes,
        ...(state === undefined ? {} : { state }),
      });
      void host.ended.then(untell);
    } catch (error) {
      await this.#end(guest, name);
      throw error;
    }
  }

  /** Ends the service of a share, and tells the guest. */
  async withdraw(guest: number, name: string): Promise<void> {
    await this.#end(guest, name);
    await withdraw(this.#store, guest, name);
  }

  async #end(guest: number, name: string): Promise<void> {
    const host = this.#hosts.get(guest)?.get(name);
    this.#hosts.get(guest)?.delete(name);
    await host?.close();
  }

  /** Lets go of a guest's pages before they become somebody else's, and leaves nothing for another domain of its number. */
  async #forget(guest: number): Promise<void> {
    const names = [...(this.#hosts.get(guest)?.keys() ?? [])];
    await Promise.all(names.map((name) => this.#end(guest, name)));
    if (this.#hosts.delete(guest)) await withdrawAll(this.#store, guest);
  }

  async #open(loop: EventLoop, offer: RingOffer) {
    const bytes = offer.references.length * pageBytes;
    const place = this.#free.take(bytes);
    if (place === null) throw new RangeError('the grant area is full');
    try {
      const mapped = await mapRing(loop.calls, offer, firstGrantPage + place / pageBytes);
      return {
        door: loop.door(mapped.ring),
        release: async () => {
          await mapped.release();
          this.#free.giveBack(place, bytes);
        },
      };
    } catch (error) {
      this.#free.giveBack(place, bytes);
      throw error;
    }
  }
}

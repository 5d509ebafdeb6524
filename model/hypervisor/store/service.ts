/** The store as a program of domain 0: a ring for each guest, and entries that follow its life. Source: `docs/systems/store.md`, "Domains". */
import { virtualEvents } from '../guest/index.ts';
import type { Hypervisor, TrustedGuest } from '../interface.ts';
import type { Thread } from '../schedule/index.ts';
import { TrustedEvents } from '../trusted-events.ts';
import { StoreClient } from './client.ts';
import { LocalPage } from './local-page.ts';
import { homeOf } from './path.ts';
import { RingConnection, type RingDoor } from './ring.ts';
import { Store } from './store.ts';
import { kibibytes, Targets } from './targets.ts';
import { Turns } from './turns.ts';

export class StoreService {
  readonly store = new Store();
  readonly #hypervisor: Hypervisor;
  readonly #rings = new Map<number, RingConnection>();
  readonly #turns = new Turns();
  /** Of the program; every turn is its own. */
  #thread: Thread | undefined;

  /** Starts the program. Domains that are made from now on have their rings served. */
  constructor(hypervisor: Hypervisor) {
    this.#hypervisor = hypervisor;
    const { domains } = hypervisor;
    hypervisor.start((domain0) => this.#serve(domain0));
    new Targets(this.store, hypervisor);
    domains.onCreate((thread, domain) => this.#create(thread, domain));
    domains.onTarget((thread, domain) => this.#setTarget(thread, domain));
    domains.onDestroy((thread, domain) => this.#destroy(thread, domain));
  }

  /** Lets the program look for what there is to do, after the store was changed from elsewhere. */
  async wake(thread: Thread): Promise<void> {
    await thread.access((processor) => this.#hypervisor.events.raise(processor, 0, 'store'));
  }

  /** A connection of domain 0 for another of its programs, over a page of this process: it takes its turns among the guests' rings. */
  client(): StoreClient {
    const page = new LocalPage();
    const ring = new RingConnection(this.store.connect(0), page.server, this.#turns);
    page.onRequest = () => {
      this.#turns.wake(ring);
      TrustedEvents.of(this.#hypervisor).tell(virtualEvents.store);
    };
    return new StoreClient(page.guest);
  }

  async #serve(domain0: TrustedGuest): Promise<never> {
    const { thread } = domain0;
    this.#thread = thread;
    const events = TrustedEvents.of(this.#hypervisor);
    for (;;) {
      while (await this.#turns.round());
      await events.wait(thread, virtualEvents.store);
      // The event does not say of whom it is.
      for (const ring of this.#rings.values()) this.#turns.wake(ring);
    }
  }

  #door(domain: number): RingDoor {
    const { domains, events } = this.#hypervisor;
    const thread = (): Thread => this.#thread!;
    return {
      read: (offset, bytes) =>
        thread().access(async (processor) => (await domains.view(processor, domain, 'store')).read(offset, bytes)),
      write: (offset, data) =>
        thread().access(async (processor) => (await domains.view(processor, domain, 'store')).write(offset, data)),
      notify: () => thread().access((processor) => events.raise(processor, domain, 'store')),
    };
  }

  async #create(thread: Thread, domain: number): Promise<void> {
    const { store } = this;
    const { target, maximum } = await thread.access((processor) => this.#hypervisor.domains.status(processor, domain));
    const home = homeOf(domain);
    store.write(home, '');
    store.setPermissions(home, [
      { access: 'n', domain: 0 },
      { access: 'r', domain },
    ]);
    store.write(`${home}/domid`, String(domain));
    store.write(`${home}/memory/target`, kibibytes(target));
    store.write(`${home}/memory/static-max`, kibibytes(maximum));
    // What the guest itself has to say.
    store.write(`${home}/data`, '');
    store.setPermissions(`${home}/data`, [{ access: 'n', domain }]);
    this.#rings.set(domain, new RingConnection(store.connect(domain), this.#door(domain), this.#turns));
    store.introduce(domain);
    void this.#hypervisor.domains.ended(domain).then(() => this.#stopped(domain));
    await this.wake(thread);
  }

  async #setTarget(thread: Thread, domain: number): Promise<void> {
    if (!this.#rings.has(domain)) return;
    const { target } = await thread.access((processor) => this.#hypervisor.domains.status(processor, domain));
    this.store.write(`${homeOf(domain)}/memory/target`, kibibytes(target));
    await this.wake(thread);
  }

  /** It runs no more; `destroy` may come later, or has begun. */
  #stopped(domain: number): void {
    this.store.stop(domain);
    this.#hypervisor.background(`tell that domain ${domain} has stopped`, (thread) => this.wake(thread));
  }

  async #destroy(thread: Thread, domain: number): Promise<void> {
    const ring = this.#rings.get(domain);
    if (ring === undefined) return;
    this.#rings.delete(domain);
    this.store.release(domain);
    // The page is about to be somebody else's.
    await thread.suspend(ring.settled());
    this.store.remove(homeOf(domain));
    await this.wake(thread);
  }
}

/** Targets that are written into the store become the targets of domains. Source: `docs/systems/store.md`, "Domains". */
import { HypercallError, pageBytes, TrustedCalls } from '../guest/index.ts';
import type { Hypervisor, TrustedGuest } from '../interface.ts';
import { homeOf, readPath } from './path.ts';
import type { Store } from './store.ts';
import type { Watch, Watcher } from './watches.ts';

/** As Xen has it in the store: in KiB. */
export const kibibytes = (pages: number): string => String((pages * pageBytes) / 1024);

/** The pages of a target that is written so; `undefined` for what is none. */
const pagesOf = (text: string): number | undefined =>
  /^\d{1,12}$/.test(text) ? Math.floor((Number(text) * 1024) / pageBytes) : undefined;

const domainOf = (path: string): number | undefined => {
  const domain = /^\/local\/domain\/(\d{1,2})\/memory\/target$/.exec(path)?.[1];
  return domain === undefined ? undefined : Number(domain);
};

/** A program of domain 0, whose alone the entries are to write. */
export class Targets implements Watcher {
  readonly caller = { domain: 0, target: undefined };
  readonly #store: Store;
  readonly #hypervisor: Hypervisor;
  /** Domains whose entry was written since it was looked at. */
  readonly #written = new Set<number>();
  #wake: () => void = () => {};

  constructor(store: Store, hypervisor: Hypervisor) {
    this.#store = store;
    this.#hypervisor = hypervisor;
    const path = readPath('/local/domain', 0);
    store.watches.add({ watcher: this, path, token: '', told: path.text, depth: null, prefix: 0, ended: false });
    hypervisor.start((domain0) => this.#serve(domain0));
  }

  tell(_watch: Watch, path: string): void {
    const domain = domainOf(path);
    if (domain === undefined) return;
    this.#written.add(domain);
    this.#wake();
  }

  async #serve(domain0: TrustedGuest): Promise<never> {
    const calls = new TrustedCalls(domain0);
    for (;;) {
      for (const domain of this.#written) {
        this.#written.delete(domain);
        await this.#follow(domain0, calls, domain);
      }
      await domain0.thread.suspend(
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      );
    }
  }

  /** What is refused, or is no number, is written over with the target that there is. */
  async #follow({ thread }: TrustedGuest, calls: TrustedCalls, domain: number): Promise<void> {
    const text = this.#store.read(`${homeOf(domain)}/memory/target`);
    const { state, target } = await thread.access((processor) => this.#hypervisor.domains.status(processor, domain));
    if (text === undefined || domain === 0 || state === 'none' || state === 'gone') return;
    const wanted = pagesOf(text);
    if (wanted === target) return;
    try {
      if (wanted !== undefined) {
        await calls.setTarget(domain, wanted);
        return;
      }
    } catch (error) {
      if (!(error instanceof HypercallError)) throw error;
    }
    if (this.#store.read(`${homeOf(domain)}/memory/target`) === text)
      this.#store.write(`${homeOf(domain)}/memory/target`, kibibytes(target));
  }
}

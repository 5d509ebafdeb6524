import { StoreError } from './errors.ts';

/** What a guest may use, where nothing else was set; each is explained in `docs/systems/store.md`. */
export const defaultQuotas = {
  nodes: 1000,
  bytes: 131_072,
  'node-size': 2048,
  permissions: 8,
  depth: 32,
  watches: 128,
  'watch-bytes': 32_768,
  transactions: 10,
  'transaction-requests': 1024,
  'transaction-bytes': 262_144,
  'event-bytes': 32_768,
} as const;

export type QuotaName = keyof typeof defaultQuotas;
export const quotaNames = Object.keys(defaultQuotas) as readonly QuotaName[];
export const isQuota = (text: string): text is QuotaName => Object.hasOwn(defaultQuotas, text);

export class Quotas {
  readonly #general = new Map<QuotaName, number>(Object.entries(defaultQuotas) as [QuotaName, number][]);
  readonly #own = new Map<number, Map<QuotaName, number>>();

  /** @param domain left out: of all that have no own. 0 stands for no limit. */
  get(name: QuotaName, domain?: number): number {
    return (domain === undefined ? undefined : this.#own.get(domain)?.get(name)) ?? this.#general.get(name)!;
  }

  set(name: QuotaName, value: number, domain?: number): void {
    if (domain === undefined) this.#general.set(name, value);
    else this.#own.set(domain, (this.#own.get(domain) ?? new Map()).set(name, value));
  }

  forget(domain: number): void {
    this.#own.delete(domain);
  }

  /** What a domain may have: domain 0 all of it, but for events, which are bounded for everybody. */
  limit(name: QuotaName, domain: number): number {
    const value = domain === 0 && name !== 'event-bytes' ? 0 : this.get(name, domain);
    return value === 0 ? Number.POSITIVE_INFINITY : value;
  }

  /** @throws StoreError ENOSPC */
  check(name: QuotaName, domain: number, value: number): void {
    if (value > this.limit(name, domain))
      throw new StoreError('ENOSPC', `domain ${domain} may have ${this.limit(name, domain)} ${name}, not ${value}`);
  }
}

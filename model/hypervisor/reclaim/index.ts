/** Reclaim: sweep, giving back, bringing back. Source: `docs/systems/hypervisor.md`, "Reclaim". */
import type { Processor } from '../../hardware/platform/index.ts';
import { below } from '../calls/refusal.ts';
import type { PageCounts } from '../domains/page-counts.ts';
import { isOwnPage } from '../grants/grants.ts';
import { calls, giveBackReport, ownPages, sweepBackground, sweepRegular } from '../guest/layout.ts';
import type { Call, CallTable, Domains, FaultHandlers } from '../interface.ts';
import { type Finding, HypervisorError, type HypervisorMemory } from '../memory/interface.ts';
import { domainCount, pageCount, superFrames } from '../memory/layout.ts';
import type { Scheduler } from '../schedule/index.ts';
import type { Traps } from '../virtual/traps.ts';
import { BringingBack } from './bringing-back.ts';
import { GivingBack } from './giving-back.ts';
import { Patterns } from './patterns.ts';
import { Scanners } from './scanner.ts';
import { Sweeps } from './sweep.ts';

export interface ReclaimParts {
  readonly memory: HypervisorMemory;
  readonly scheduler: Scheduler;
  readonly domains: Domains;
  readonly counts: PageCounts;
  readonly traps: Traps;
}

export class Reclaim {
  readonly #memory: HypervisorMemory;
  readonly #patterns: Patterns;
  readonly #sweeps: Sweeps;
  readonly #bringingBack: BringingBack;
  readonly #givingBack: GivingBack;

  constructor({ memory, scheduler, domains, counts, traps }: ReclaimParts) {
    this.#memory = memory;
    this.#patterns = new Patterns(memory.areas);
    const scanners = new Scanners(memory.platform.clock);
    const patterns = this.#patterns;
    this.#sweeps = new Sweeps({ memory, scheduler, domains, patterns, scanners, traps });
    this.#bringingBack = new BringingBack({ memory, domains, counts, patterns });
    this.#givingBack = new GivingBack({ memory, domains, patterns, traps });
    domains.onDestroy(async (thread, domain) => {
      await this.#sweeps.stop(thread, domain);
      this.#bringingBack.end(domain);
    });
    // A grant may bring a page back as long as there is one.
    domains.onUnreached((thread, domain) => thread.access((processor) => this.#forget(processor, domain)));
  }

  provide(table: CallTable, faults: FaultHandlers): void {
    faults.handle('swept', (thread, stopped) => this.#bringingBack.swept(thread, stopped));
    faults.handle('given back', (thread, stopped) => this.#bringingBack.givenBack(thread, stopped));
    table.provide(calls.giveBack, (call) => this.#giveBack(call));
    table.provide(calls.take, (call) => this.#take(call));
    table.provide(calls.sweep, (call) => this.#sweep(call));
  }

  /** Brings back a swept page, for who cannot wait; nothing happens to any other. */
  bringBack(processor: Processor, domain: number, page: number): Promise<boolean> {
    return this.#bringingBack.now(processor, domain, page);
  }

  /** Makes a page that was given back one of zeros. Says whether it is there. */
  async take(processor: Processor, domain: number, page: number): Promise<boolean> {
    return (await this.#bringingBack.take(processor, domain, page)) === 'there';
  }

  /** Compares the counts of patterns with all swept pages there are, in a moment in which nothing else runs. */
  async audit(processor: Processor): Promise<readonly Finding[]> {
    const swept = new Map<number, number>();
    for (let domain = 0; domain < domainCount; domain += 1)
      for (const [pattern, pages] of await this.#swept(processor, domain))
        swept.set(pattern, (swept.get(pattern) ?? 0) + pages);
    const counts = await this.#patterns.counts(processor);
    return [...new Set([...swept.keys(), ...counts.keys()])]
      .filter((pattern) => swept.get(pattern) !== counts.get(pattern))
      .map((pattern) => ({
        where: `pattern ${pattern}`,
        what: `${counts.get(pattern) ?? 0} pages are counted to it, and ${swept.get(pattern) ?? 0} hold it`,
      }));
  }

  async #pages(call: Call, count: bigint): Promise<readonly number[]> {
    const list = await call.list(call.arguments[0]!, count);
    const pages = list.map((page) => below(page, pageCount, 'a page'));
    if (!pages.every(isOwnPage)) throw new HypervisorError('EPERM', "only a domain's own memory goes and comes");
    return pages;
  }

  async #giveBack(call: Call): Promise<number> {
    const count = call.arguments[1]!;
    const pages = await this.#pages(call, count & ~giveBackReport);
    return this.#givingBack.giveBack(call, pages, (count & giveBackReport) !== 0n);
  }

  async #take(call: Call): Promise<number> {
    let taken = 0;
    for (const page of await this.#pages(call, call.arguments[1]!)) {
      const outcome = await call.thread.access((processor) => this.#bringingBack.take(processor, call.domain, page));
      if (outcome === 'refused') break;
      if (outcome === 'there') taken += 1;
    }
    return taken;
  }

  async #sweep({ thread, domain, arguments: given }: Call): Promise<number> {
    const [pattern, firstPage, flagged] = given;
    const first = below(firstPage, ownPages, 'the first page');
    const count = below(flagged! & ~(sweepRegular | sweepBackground), ownPages - first + 1, 'a number of pages');
    return this.#sweeps.sweep(thread, {
      domain,
      pattern: pattern!,
      first,
      count,
      regular: (flagged! & sweepRegular) !== 0n,
      background: (flagged! & sweepBackground) !== 0n,
      weight: thread.weight,
    });
  }

  /** How many pages of a domain hold each pattern. */
  async #swept(processor: Processor, domain: number): Promise<ReadonlyMap<number, number>> {
    const swept = new Map<number, number>();
    const first = domain === 0 ? pageCount / 2 : 0;
    const body = this.#memory.maps.with(processor, domain, (map) => map.entries(first, pageCount - first));
    const entries = await body.catch((error: unknown) => {
      if (error instanceof HypervisorError && error.code === 'ESRCH') return [];
      throw error;
    });
    for (const { entry } of entries)
      if (entry.kind === 'swept')
        swept.set(entry.pattern, (swept.get(entry.pattern) ?? 0) + (entry.wanted.super === true ? superFrames : 1));
    return swept;
  }

  /** Of a domain that is being ended. */
  async #forget(processor: Processor, domain: number): Promise<void> {
    for (const [pattern, pages] of await this.#swept(processor, domain))
      await this.#patterns.release(processor, pattern, pages);
  }
}

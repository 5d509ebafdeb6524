/** Making, running and ending domains: what domain 0's calls do. Source: `docs/systems/hypervisor.md`, "Domains". */
import type { Processor, View } from '../../hardware/platform/index.ts';
import type { EventChannels } from '../events/channels.ts';
import type { Grants } from '../grants/grants.ts';
import type { GuestProgram } from '../guest/interface.ts';
import { type DomainRequest, sharedPage } from '../guest/layout.ts';
import type { DomainStatus, Domains, SharedPageName } from '../interface.ts';
import { HypervisorError, type HypervisorMemory } from '../memory/interface.ts';
import { Lock } from '../memory/lock.ts';
import type { Outcome, Thread } from '../schedule/index.ts';
import { admits } from './admission.ts';
import { type Observer, Observers } from './observers.ts';
import { PageCounts } from './page-counts.ts';
import { populateOwnPages, populateSpecialPages } from './populate.ts';
import { type DomainRecord, type DomainRecords, newRecord, recordWords } from './record.ts';
import type { SharedPages } from './shared-pages.ts';
import type { VirtualProcessors } from './virtual-processors.ts';

export interface DomainParts {
  readonly memory: HypervisorMemory;
  readonly records: DomainRecords;
  readonly shared: SharedPages;
  readonly events: EventChannels;
  readonly grants: Grants;
  readonly processors: VirtualProcessors;
}

export class ManagedDomains implements Domains {
  readonly #parts: DomainParts;
  readonly #observers = new Observers();
  /** Of the records, for changes that depend on what others say. */
  readonly #lock = new Lock();
  /** Domains that are being made or ended by a call that has not returned. */
  readonly #busy = new Set<number>();

  /** Domains whose virtual processors were stopped for a while. */
  readonly #still = new Set<number>();

  readonly pages: PageCounts;

  constructor(parts: DomainParts) {
    this.#parts = parts;
    this.pages = new PageCounts(parts, this.#lock);
  }

  load(domain: number, programs: readonly GuestProgram[]): void {
    this.#parts.processors.load(domain, programs);
  }

  ended(domain: number): Promise<readonly Outcome[]> {
    return this.#parts.processors.ended(domain);
  }

  status(processor: Processor, domain: number): Promise<DomainStatus> {
    return this.#parts.records.read(processor, domain);
  }

  view(processor: Processor, domain: number, page: SharedPageName): Promise<View> {
    return this.#parts.shared.view(processor, domain, page);
  }

  onCreate(see: Observer): void {
    this.#observers.on('create', see);
  }

  onTarget(see: Observer): void {
    this.#observers.on('target', see);
  }

  onDestroy(see: Observer): void {
    this.#observers.on('destroy', see);
  }

  onUnreached(see: Observer): void {
    this.#observers.on('unreached', see);
  }

  count(processor: Processor, domain: number, pages: number): Promise<void> {
    return this.pages.count(processor, domain, pages);
  }

  claim(processor: Processor, pages: number): Promise<boolean> {
    return this.pages.claim(processor, pages);
  }

  /** Runs what makes or ends a domain, during which nobody else does. @throws EBUSY */
  async #alone<Result>(domain: number, body: () => Promise<Result>): Promise<Result> {
    if (this.#busy.has(domain)) throw new HypervisorError('EBUSY', `domain ${domain} is being made or ended`);
    this.#busy.add(domain);
    try {
      return await body();
    } finally {
      this.#busy.delete(domain);
    }
  }

  /** Makes a domain that does not run yet; gives its number. @throws ENOSPC, ENOMEM */
  async create(thread: Thread, request: DomainRequest): Promise<number> {
    const domain = await thread.access((processor) => this.#reserve(processor, request));
    return this.#alone(domain, async () => {
      const { memory, processors } = this.#parts;
      await thread.access((processor) => this.#createMap(processor, domain));
      try {
        await thread.access((processor) => this.#furnish(processor, domain, request));
        await populateOwnPages(thread, memory, domain, request, 0, (processor, pages) =>
          this.count(processor, domain, pages),
        );
        processors.create(domain, request.processors, request.weight);
        await this.#observers.tell('create', thread, domain);
        return domain;
      } catch (error) {
        await this.#observers.tell('destroy', thread, domain);
        await this.#dismantle(thread, domain);
        processors.remove(domain);
        throw error;
      }
    });
  }

  /** Finds a number, and writes the record, by which the memory is promised. */
  #reserve(processor: Processor, request: DomainRequest): Promise<number> {
    const { records, memory } = this.#parts;
    return this.#lock.hold(async () => {
      let domain = 1;
      for (; domain < 15; domain += 1) {
        const { state } = await records.read(processor, domain);
        if (state === 'none' || state === 'gone') break;
      }
      if (domain === 15) throw new HypervisorError('ENOSPC', 'there are 14 guests, which is all that there can be');
      const record = newRecord(request, 'building');
      if (!(await admits(records, memory, processor, domain, record)))
        throw new HypervisorError('ENOMEM', `the memory for ${request.pages} pages is promised to others`);
      await records.write(processor, domain, record);
      return domain;
    });
  }

  /** @throws ENOMEM, and then there is no such domain */
  async #createMap(processor: Processor, domain: number): Promise<void> {
    const { memory, records } = this.#parts;
    try {
      await memory.maps.create(processor, domain);
    } catch (error) {
      await records.setState(processor, domain, 'gone');
      throw error;
    }
  }

  /** Gives a domain its shared pages and its ports. */
  async #furnish(processor: Processor, domain: number, request: DomainRequest): Promise<void> {
    const { memory, records, shared, events } = this.#parts;
    const frames = await populateSpecialPages(processor, memory, domain, request.grantPages);
    await records.write(processor, domain, { ...(await records.read(processor, domain)), ...frames });
    const page = await shared.view(processor, domain, 'shared');
    await page.write32(sharedPage.domain, domain);
    await page.write32(sharedPage.virtualProcessors, request.processors);
    await page.write64(sharedPage.target, BigInt(request.pages));
    await events.create(processor, domain);
  }

  /** Makes domain 0's own record and pages, when the machine has booted. */
  async createTrusted(thread: Thread, request: DomainRequest, firstPage: number): Promise<void> {
    const { records, memory } = this.#parts;
    await thread.access(async (processor) => {
      await records.write(processor, 0, newRecord(request, 'running'));
      await this.#furnish(processor, 0, request);
    });
    await populateOwnPages(thread, memory, 0, request, firstPage, (processor, pages) =>
      this.count(processor, 0, pages),
    );
  }

  async whileStill<Result>(thread: Thread, domain: number, body: () => Promise<Result>): Promise<Result> {
    const { processors } = this.#parts;
    return this.#alone(domain, async () => {
      const runs = await thread.access((processor) =>
        this.#lock.hold(async () => {
          const { state } = await this.#guest(processor, domain);
          if (state === 'ending') throw new HypervisorError('ESRCH', `domain ${domain} is ending`);
          this.#still.add(domain);
          return state === 'running';
        }),
      );
      try {
        await thread.suspend(processors.pause(domain));
        return await body();
      } finally {
        this.#still.delete(domain);
        if (runs) processors.unpause(domain);
      }
    });
  }

  /** @throws EBUSY for a domain that somebody stopped for a while */
  #checkNotStill(domain: number): void {
    if (this.#still.has(domain)) throw new HypervisorError('EBUSY', `domain ${domain} was stopped for a while`);
  }

  /** @throws ESRCH; EINVAL for domain 0 */
  async #guest(processor: Processor, domain: number): Promise<DomainRecord> {
    if (domain === 0) throw new HypervisorError('EINVAL', 'domain 0 is neither paused nor ended');
    return this.#parts.records.existing(processor, domain);
  }

  async pause(thread: Thread, domain: number): Promise<void> {
    const { records, processors } = this.#parts;
    await thread.access((processor) =>
      this.#lock.hold(async () => {
        const { state } = await this.#guest(processor, domain);
        this.#checkNotStill(domain);
        if (state !== 'running') throw new HypervisorError('EINVAL', `domain ${domain} is ${state}, not running`);
        await records.setState(processor, domain, 'paused');
      }),
    );
    await thread.suspend(processors.pause(domain));
  }

  /** Lets a domain run, for the first time too. */
  async unpause(thread: Thread, domain: number): Promise<void> {
    const { records, processors } = this.#parts;
    await thread.access((processor) =>
      this.#lock.hold(async () => {
        const { state } = await this.#guest(processor, domain);
        this.#checkNotStill(domain);
        const first = state === 'building' && processors.loaded(domain);
        if (!first && state !== 'paused')
          throw new HypervisorError('EINVAL', `domain ${domain} is ${state}, and has nothing to run`);
        await records.setState(processor, domain, 'running');
        if (first) processors.start(domain);
        else processors.unpause(domain);
      }),
    );
  }

  async setTarget(thread: Thread, domain: number, pages: number): Promise<void> {
    const { records, memory, events } = this.#parts;
    await thread.access(async (processor) => {
      await this.#lock.hold(async () => {
        const record = await records.existing(processor, domain);
        if (pages > record.maximum)
          throw new HypervisorError('EINVAL', `a target of ${pages} pages is over the maximum of domain ${domain}`);
        const wanted = { ...record, target: pages };
        if (pages > record.target && !(await admits(records, memory, processor, domain, wanted)))
          throw new HypervisorError('ENOMEM', `the memory for ${pages} pages is promised to others`);
        await records.setWord(processor, domain, recordWords.target, BigInt(pages));
      });
      // The domain may be destroyed meanwhile: its page is written as long as it has its ports.
      await events.raise(processor, domain, 'target', (page) => page.write64(sharedPage.target, BigInt(pages)));
    });
    await this.#observers.tell('target', thread, domain);
    this.pages.tellRoom();
  }

  /** A virtual processor has ended, once, however many of its doings say so; the last one leaves the domain to be destroyed. */
  async processorEnded(thread: Thread, domain: number, reason: bigint): Promise<void> {
    const { records, processors } = this.#parts;
    if (domain === 0) return;
    await thread.access((processor) =>
      this.#lock.hold(async () => {
        if (!processors.oneEnded(domain, thread)) return;
        await records.setWord(processor, domain, recordWords.reason, reason);
        if (!processors.running(domain)) await records.setState(processor, domain, 'ending');
      }),
    );
  }

  /** Ends a domain wherever it is, takes all back from everybody, and frees it. */
  async destroy(thread: Thread, domain: number): Promise<void> {
    await this.#alone(domain, async () => {
      const { records, processors } = this.#parts;
      await thread.access((processor) =>
        this.#lock.hold(async () => {
          await this.#guest(processor, domain);
          await records.setState(processor, domain, 'ending');
        }),
      );
      await thread.suspend(processors.stop(domain));
      await this.#observers.tell('destroy', thread, domain);
      await this.#dismantle(thread, domain);
      processors.remove(domain);
    });
  }

  async #dismantle(thread: Thread, domain: number): Promise<void> {
    const { records, grants, events, memory } = this.#parts;
    await thread.access((processor) => events.destroy(processor, domain));
    await thread.access((processor) => grants.destroy(processor, domain));
    await this.#observers.tell('unreached', thread, domain);
    await thread.access(async (processor) => {
      await memory.maps.destroy(processor, domain);
      await records.setState(processor, domain, 'gone');
    });
    this.pages.tellRoom();
  }
}

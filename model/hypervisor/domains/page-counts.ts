/** How many pages each domain has, in its record and in its shared page, and whether it may have more. */
import type { Processor } from '../../hardware/platform/index.ts';
import { deflateOnExhaustion, sharedPage } from '../guest/layout.ts';
import type { HypervisorMemory } from '../memory/interface.ts';
import type { Lock } from '../memory/lock.ts';
import { admits } from './admission.ts';
import { type DomainRecords, recordWords } from './record.ts';
import type { SharedPages } from './shared-pages.ts';

export interface PageCountParts {
  readonly memory: HypervisorMemory;
  readonly records: DomainRecords;
  readonly shared: SharedPages;
}

export class PageCounts {
  readonly #parts: PageCountParts;
  readonly #lock: Lock;
  readonly #room: (() => void)[] = [];

  /** @param lock of the records */
  constructor(parts: PageCountParts, lock: Lock) {
    this.#parts = parts;
    this.#lock = lock;
  }

  /** Counts pages that have come to a domain, or gone (negative). */
  async count(processor: Processor, domain: number, pages: number): Promise<void> {
    await this.#add(processor, domain, pages);
    if (pages < 0) this.tellRoom();
  }

  /** Takes back what `grow` counted, for who found no frame. */
  cancel(processor: Processor, domain: number, pages: number): Promise<void> {
    return this.#add(processor, domain, -pages);
  }

  #add(processor: Processor, domain: number, pages: number): Promise<void> {
    return this.#lock.hold(async () => {
      const has = await this.#parts.records.word(processor, domain, recordWords.has);
      await this.#set(processor, domain, Number(has) + pages);
    });
  }

  /** Counts pages that are to come to a domain, if it may have them: by its maximum and, beyond its target, by admission. */
  grow(processor: Processor, domain: number, pages: number): Promise<boolean> {
    const { records, memory } = this.#parts;
    return this.#lock.hold(async () => {
      const record = await records.existing(processor, domain);
      const has = record.has + pages;
      if (has > record.maximum) return false;
      if (has > record.target && !(await admits(records, memory, processor, domain, { ...record, has }))) return false;
      await this.#set(processor, domain, has);
      return true;
    });
  }

  /** Counts pages that a service of domain 0's takes beside its memory, if they are promised to nobody. */
  claim(processor: Processor, pages: number): Promise<boolean> {
    const { records, memory } = this.#parts;
    return this.#lock.hold(async () => {
      const record = await records.existing(processor, 0);
      const has = record.has + pages;
      if (!(await admits(records, memory, processor, 0, { ...record, copies: 'both', has }))) return false;
      await this.#set(processor, 0, has);
      return true;
    });
  }

  async #set(processor: Processor, domain: number, has: number): Promise<void> {
    const { records, shared } = this.#parts;
    await records.setWord(processor, domain, recordWords.has, BigInt(has));
    await (await shared.view(processor, domain, 'shared')).write64(sharedPage.pages, BigInt.asUintN(64, BigInt(has)));
  }

  /** Whether pages that were given back come back when they are touched: the guest's choice, read once. */
  async deflatesOnExhaustion(processor: Processor, domain: number): Promise<boolean> {
    const choices = await (await this.#parts.shared.view(processor, domain, 'shared')).read64(sharedPage.choices);
    return (choices & BigInt(deflateOnExhaustion)) !== 0n;
  }

  /** Calls when a domain has less than before, or is promised less. */
  onRoom(see: () => void): void {
    this.#room.push(see);
  }

  tellRoom(): void {
    for (const see of this.#room) see();
  }
}

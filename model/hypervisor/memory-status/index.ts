/** Sees memories die and come back, tells all domains, and marks what is lost. Source: `docs/systems/hypervisor.md`, "A memory dies". */
import type { Processor, View } from '../../hardware/platform/index.ts';
import { below } from '../calls/refusal.ts';
import { type DomainRecords, recordWords } from '../domains/record.ts';
import type { EventChannels } from '../events/channels.ts';
import { calls, lostPagesKept, sharedPage } from '../guest/layout.ts';
import type { CallTable, Domains } from '../interface.ts';
import type { HypervisorMemory, Lost, MemoryState } from '../memory/interface.ts';
import type { Scheduler, Thread } from '../schedule/index.ts';

export interface MemoryStatusParts {
  readonly memory: HypervisorMemory;
  readonly scheduler: Scheduler;
  readonly domains: Domains;
  readonly records: DomainRecords;
  readonly events: EventChannels;
  /** Ends everything for an error of the hypervisor's own. */
  fail(error: unknown): void;
}

const memories = [0, 1] as const;
type States = readonly [MemoryState, MemoryState];

/** Domains that have shared pages. */
const domains = Array.from({ length: 15 }, (_, domain) => domain);

/** Of its time, against guests': until it has marked what is lost, programs find it by themselves. */
const weight = 1024;

const wordOf = (states: States): bigint =>
  memories.reduce<bigint>((word, memory) => {
    const bit = { 'on line': 0n, failed: 1n, restoring: 4n }[states[memory]];
    return word | (bit << BigInt(memory));
  }, 0n);

export class MemoryStatus {
  readonly #parts: MemoryStatusParts;
  #known: States = ['on line', 'on line'];
  #wake: () => void = () => {};
  #line: Promise<void> | undefined;
  /** A memory that may have failed while nobody could see it, since it had failed before. */
  #again = new Set<0 | 1>();

  constructor(parts: MemoryStatusParts) {
    this.#parts = parts;
    const { scheduler, fail } = parts;
    parts.domains.onCreate(async (thread, domain) => {
      if (wordOf(this.#known) !== 0n) await thread.access((processor) => this.#tell(processor, domain, async () => {}));
    });
    const { ended } = scheduler.start((thread) => this.#serve(thread), { name: 'memory status', weight });
    void ended.then((outcome) => {
      if (outcome.how === 'threw') fail(outcome.error);
    });
  }

  provide(table: CallTable): void {
    table.provide(calls.memoryReplace, async ({ thread, arguments: [number] }) => {
      await this.#replace(thread, below(number, 2, 'a memory') as 0 | 1);
      return 0;
    });
  }

  /**
   * A thread of the hypervisor's own does it, so that who asked may be ended meanwhile, and others go on. It waits for the keeper's engine
   * nearly all the time, and has a turn among the guests when it does not: as background work, each of its looks would wait for patience to end.
   */
  async #replace(thread: Thread, memory: 0 | 1): Promise<void> {
    const { scheduler, memory: hypervisorMemory } = this.#parts;
    const own = scheduler.start((worker) => hypervisorMemory.memories.replace(worker, memory), {
      name: `restoring memory ${memory}`,
      weight,
    });
    const outcome = await thread.suspend(own.ended);
    this.#again.add(memory);
    this.#wake();
    if (outcome.how === 'threw') throw outcome.error;
  }

  /** Waits for the keeper's line, or for who has another reason to look. */
  async #something(): Promise<void> {
    const told = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#again.size > 0) return;
    this.#line ??= this.#parts.memory.platform.processors[0]!.interrupts.wait('keeper').then(
      () => {
        this.#line = undefined;
        this.#wake();
      },
      // Only a cut of power ends the wait otherwise.
      () => {},
    );
    await told;
  }

  async #serve(thread: Thread): Promise<never> {
    for (;;) {
      await thread.suspend(this.#something());
      const before = this.#known;
      const again = this.#again;
      this.#again = new Set();
      this.#known = await thread.access((processor) => this.#look(processor));
      const failed = memories.filter(
        (memory) => this.#known[memory] === 'failed' && (before[memory] !== 'failed' || again.has(memory)),
      );
      if (memories.some((memory) => before[memory] !== this.#known[memory]))
        await this.#tellAll(thread, domains, async () => {});
      for (const memory of failed) await this.#lost(thread, await this.#parts.memory.memories.lost(thread, memory));
    }
  }

  /** Cleared before it is looked: what happens from here on interrupts again. */
  async #look(processor: Processor): Promise<States> {
    await processor.registers.keeper.interrupt_status.write({ change: 1, error: 0, copy: 0 });
    const { memories: all } = this.#parts.memory;
    return [await all.state(processor, 0), await all.state(processor, 1)];
  }

  async #tellAll(
    thread: Thread,
    whom: readonly number[],
    prepare: (processor: Processor, page: View, domain: number) => Promise<void>,
  ): Promise<void> {
    for (const domain of whom)
      await thread.access((processor) => this.#tell(processor, domain, (page) => prepare(processor, page, domain)));
  }

  #tell(processor: Processor, domain: number, prepare: (page: View) => Promise<void>): Promise<void> {
    return this.#parts.events.raise(processor, domain, 'memoryStatus', async (page) => {
      await page.write64(sharedPage.memories, wordOf(this.#known));
      await prepare(page);
    });
  }

  /** Lists what each domain has lost, and tells those that have lost something. */
  async #lost(thread: Thread, lost: readonly Lost[]): Promise<void> {
    const { records } = this.#parts;
    const losing = domains.filter((domain) => lost.some((one) => one.domain === domain));
    await this.#tellAll(thread, losing, async (processor, page, domain) => {
      let count = Number(await records.word(processor, domain, recordWords.lost));
      for (const { page: number } of lost.filter((one) => one.domain === domain)) {
        await page.write64(sharedPage.lostPages + 8 * (count % lostPagesKept), BigInt(number));
        count += 1;
      }
      await records.setWord(processor, domain, recordWords.lost, BigInt(count));
      await page.write64(sharedPage.lost, BigInt(count));
    });
  }
}

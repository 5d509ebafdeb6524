/**
 * Pages of rings to which the receive engine's writes wait, by marks in the write gate. Source: `docs/systems/hypervisor.md`, "Devices' writes";
 * decision 0293.
 */
import type { Platform, Processor } from '../../hardware/platform/index.ts';
import type { DeviceWrites, HeldWrite, WriteStop } from '../interface.ts';
import type { Scheduler, Thread } from '../schedule/index.ts';

/** Of its time, against guests': a device waits for it, and others behind that. */
const weight = 1024;
/** Between two looks whether a write that is held has gone on. */
const lookCycles = 500;

export interface HeldWriteParts {
  readonly platform: Platform;
  readonly scheduler: Scheduler;
  /** Runs a body with the rings of a domain as they are, which neither come nor go meanwhile: the engine's page of each page. */
  withRings<Result>(
    processor: Processor,
    domain: number,
    body: (rings: ReadonlyMap<number, number>) => Promise<Result>,
  ): Promise<Result>;
}

export class HeldWrites implements DeviceWrites {
  readonly #parts: HeldWriteParts;
  /** By the engine's page. */
  readonly #marked = new Map<number, { readonly domain: number; readonly page: number }>();
  #handler: HeldWrite | undefined;
  #started = false;
  #lastHeld = 0;

  constructor(parts: HeldWriteParts) {
    this.#parts = parts;
  }

  onHeld(handler: HeldWrite): void {
    if (this.#handler !== undefined) throw new RangeError('writes of devices are waited for by somebody already');
    this.#handler = handler;
  }

  stopped<Result>(processor: Processor, domain: number, body: (stop: WriteStop) => Promise<Result>): Promise<Result> {
    return this.#parts.withRings(processor, domain, async (rings) => {
      const pages = new Set(rings.keys());
      if (pages.size === 0) return body({ pages, mark: () => Promise.resolve() });
      const { gate } = processor.registers;
      await gate.control.write({ enable: 1, stop: 1 });
      try {
        // Each is answered, by a memory or for it.
        while ((await gate.status.read()).busy === 1);
        return await body({
          pages,
          mark: async (marked) => {
            for (const page of marked) {
              const engine = rings.get(page);
              if (engine === undefined) throw new RangeError(`page ${page} of domain ${domain} is in no ring`);
              this.#marked.set(engine, { domain, page });
              await gate.mark.write({ page: engine, hold: 1, let_go: 0 });
            }
            await this.#start(processor);
          },
        });
      } finally {
        await gate.control.write({ enable: 1, stop: 0 });
      }
    });
  }

  async letGo(processor: Processor, domain: number, pages: readonly number[]): Promise<void> {
    if (this.#marked.size === 0) return;
    const wanted = new Set(pages);
    for (const [engine, marked] of [...this.#marked])
      if (marked.domain === domain && wanted.has(marked.page)) await this.#unmark(processor, engine);
  }

  /** Lets go of all of some pages of the engine's. */
  async letGoEngine(processor: Processor, first: number, count: number): Promise<void> {
    for (const engine of [...this.#marked.keys()])
      if (engine >= first && engine < first + count) await this.#unmark(processor, engine);
  }

  /** Waits until none is held; gives the cycle until which one was. */
  async free(thread: Thread): Promise<number> {
    const { clock } = this.#parts.platform;
    while (this.#started && (await thread.access(({ registers }) => registers.gate.status.read())).held === 1) {
      this.#lastHeld = clock.now;
      await thread.suspend(clock.sleep(lookCycles));
    }
    return this.#lastHeld;
  }

  async #unmark({ registers: { gate } }: Processor, engine: number): Promise<void> {
    this.#marked.delete(engine);
    await gate.mark.write({ page: engine, hold: 0, let_go: 1 });
  }

  /** Begins to wait for writes that are held, with the first mark. */
  async #start({ registers: { gate } }: Processor): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    await gate.interrupt_enable.write({ held: 1 });
    const { platform, scheduler } = this.#parts;
    const { ended } = scheduler.start((thread) => this.#serve(thread), {
      name: 'writes of devices',
      weight,
      urgent: true,
    });
    void platform.start(async () => {
      const outcome = await ended;
      if (outcome.how === 'threw') throw outcome.error;
    });
  }

  async #serve(thread: Thread): Promise<never> {
    const { interrupts } = this.#parts.platform.processors[0]!;
    for (;;) {
      await thread.suspend(interrupts.wait('gate'));
      for (;;) {
        const { held, page } = await thread.access(({ registers }) => registers.gate.status.read());
        if (held === 0) break;
        await this.#end(thread, page);
      }
      // Set again while another is held.
      await thread.access(({ registers }) => registers.gate.interrupt_status.write({ held: 1 }));
    }
  }

  /** Has a write that is held go on. */
  async #end(thread: Thread, engine: number): Promise<void> {
    const marked = this.#marked.get(engine);
    if (marked !== undefined) await this.#handler?.(thread, marked.domain, marked.page);
    // Nobody has it wait any more, or what it waits for cannot be done.
    await thread.access((processor) => this.#unmark(processor, engine));
    this.#lastHeld = this.#parts.platform.clock.now;
  }
}

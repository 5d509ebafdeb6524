/** The hypervisor's own thread for packet clients: it looks when the engine interrupts, and when a look is due. */
import type { Platform, Processor } from '../../hardware/platform/index.ts';
import type { Scheduler, Thread } from '../schedule/index.ts';
import type { Reason } from './look.ts';

/** Gives the cycle of the client's next look, if one is due. */
type Look = (processor: Processor, client: number, reason: Reason) => Promise<number | undefined>;

/** Of its time, against guests'. */
const weight = 1024;

export class Watch {
  readonly #platform: Platform;
  readonly #scheduler: Scheduler;
  readonly #look: Look;
  readonly #due = new Map<number, number>();
  #started = false;
  #line: Promise<void> | undefined;
  #wake: () => void = () => {};

  constructor(platform: Platform, scheduler: Scheduler, lookAt: Look) {
    this.#platform = platform;
    this.#scheduler = scheduler;
    this.#look = lookAt;
  }

  /** From the first client on. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    const { ended } = this.#scheduler.start((thread) => this.#serve(thread), { name: 'packets', weight });
    void this.#platform.start(async () => {
      const outcome = await ended;
      if (outcome.how === 'threw') throw outcome.error;
    });
  }

  /** When a client is to be looked at, whatever else happens. */
  at(client: number, due: number | undefined): void {
    if (due === undefined) this.#due.delete(client);
    else this.#due.set(client, due);
    this.#wake();
  }

  /** Waits for the engine's line, the first look that is due, or another time for it. */
  async #something(): Promise<void> {
    const first = Math.min(...this.#due.values());
    let callOff = (): void => {};
    const told = new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (first < Number.POSITIVE_INFINITY) callOff = this.#scheduler.timers.at(first, resolve);
    });
    // One waits for the line at a time; it stays up as long as its source is not cleared.
    this.#line ??= this.#platform.processors[0]!.interrupts.wait('receiver').then(
      () => {
        this.#line = undefined;
        this.#wake();
      },
      // Only a cut of power ends the wait otherwise.
      () => {},
    );
    await told;
    callOff();
  }

  async #serve(thread: Thread): Promise<never> {
    for (;;) {
      await thread.suspend(this.#something());
      const { chains, stopped } = await thread.access((processor) => this.#status(processor));
      const { now } = this.#platform.clock;
      for (let client = 0; client < this.#platform.parameters.clients; client += 1) {
        const interrupted = ((chains >>> client) & 1) === 1;
        const due = (this.#due.get(client) ?? Number.POSITIVE_INFINITY) <= now;
        if (!interrupted && !due && !stopped) continue;
        const next = await thread.access((processor) =>
          this.#look(processor, client, interrupted && !stopped ? 'interrupt' : 'time'),
        );
        if (next === undefined) this.#due.delete(client);
        else this.#due.set(client, next);
      }
    }
  }

  /** What the engine says has happened; cleared, so that what happens from here on interrupts again. */
  async #status({ registers, interrupts }: Processor): Promise<{ readonly chains: number; readonly stopped: boolean }> {
    if (!interrupts.raised.has('receiver')) return { chains: 0, stopped: false };
    const { receiver } = registers;
    const { chains, stopped } = await receiver.interrupt_status.read();
    await receiver.interrupt_status.write({ chains, stopped });
    return { chains, stopped: stopped === 1 };
  }
}

import type { Clock, Processor } from '../../hardware/platform/index.ts';
import type { Thread } from '../../hypervisor/schedule/index.ts';
import { Signal } from '../signal.ts';

type Job = (processor: Processor) => Promise<void>;

/**
 * Work that is done by the processor ports of those who wait for it. A snapshot's writers, readers and its background copy wait for each
 * other's copies, so whoever waits does what is to be done next, whoever wants it: nobody waits for one who has no port.
 */
export class LentPorts {
  readonly #clock: Clock;
  readonly #jobs: Job[] = [];
  readonly #changed = new Signal();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does something by the port of one who waits in `until`. */
  do<Result>(work: (processor: Processor) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#jobs.push((processor) => work(processor).then(resolve, reject));
      this.#changed.give();
    });
  }

  /** Waits for something, and lends the thread's port meanwhile. Not to be called within an access. */
  async until<Result>(thread: Thread, goal: Promise<Result>): Promise<Result> {
    let over = false;
    const end = (): void => {
      over = true;
      this.#changed.give();
    };
    goal.then(end, end);
    while (!over) {
      await thread.access((processor) => this.#serve(processor, () => over));
      if (!over && this.#jobs.length === 0) await thread.suspend(this.#changed.wait());
    }
    return goal;
  }

  /** Does jobs until the goal is reached, or no more come: one at a time, since accesses that wait for too many others time out. */
  async #serve(processor: Processor, over: () => boolean): Promise<void> {
    while (!over()) {
      const changed = this.#changed.wait();
      const job = this.#jobs.shift();
      if (job !== undefined) await job(processor);
      else {
        // What follows from what has ended is asked for within the cycle: the port is kept for it.
        await Promise.race([changed, this.#clock.sleep(1)]);
        if (this.#jobs.length === 0) return;
      }
    }
  }
}

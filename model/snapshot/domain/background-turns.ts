import type { Hypervisor } from '../../hypervisor/index.ts';
import type { Pace } from '../background.ts';
import { Signal } from '../signal.ts';
import type { LentPorts } from './lent-ports.ts';

/** Background work of a volume as the scheduler's last choice: one block whenever a thread for it has a port. */
export class BackgroundTurns implements Pace {
  readonly #asked = new Signal();
  #grant: ((blocks: number) => void) | undefined;
  #ended = false;

  constructor(hypervisor: Hypervisor, ports: LentPorts, name: string) {
    hypervisor.background(name, async (thread) => {
      while (!this.#ended) {
        const grant = this.#grant;
        if (grant === undefined) await ports.until(thread, this.#asked.wait());
        else {
          this.#grant = undefined;
          await thread.access(() => Promise.resolve());
          grant(1);
        }
      }
    });
  }

  turn(): Promise<number> {
    return new Promise((resolve) => {
      this.#grant = resolve;
      this.#asked.give();
    });
  }

  /** Ends the thread. */
  end(): void {
    this.#ended = true;
    this.#asked.give();
  }
}

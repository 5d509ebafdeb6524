/** Who is told of what becomes of domains. */
import type { Thread } from '../schedule/index.ts';

export type Observer = (thread: Thread, domain: number) => Promise<void>;
/** It is made, has another target, is about to lose its pages, and is reached by nobody any more. */
type Moment = 'create' | 'target' | 'destroy' | 'unreached';

export class Observers {
  readonly #all = new Map<Moment, Observer[]>();

  on(moment: Moment, see: Observer): void {
    this.#all.set(moment, [...(this.#all.get(moment) ?? []), see]);
  }

  /** One after the other, in the order in which they came. */
  async tell(moment: Moment, thread: Thread, domain: number): Promise<void> {
    for (const see of this.#all.get(moment) ?? []) await see(thread, domain);
  }
}

/** Locks whose asking is a step: who is first has it. */
import { Lock } from '../../memory/lock.ts';
import { type Fingerprint, fold } from './fingerprint.ts';
import type { Places } from './places.ts';
import type { Steps } from './steps.ts';

export class WatchedLocks {
  readonly #numbers = new WeakMap<Lock, number>();
  readonly #queues: string[][] = [];
  readonly #hold = Lock.prototype.hold;

  constructor(steps: Steps, places: Places) {
    const hold = this.#hold;
    const queueOf = (lock: Lock): number => {
      const number = this.#numbers.get(lock) ?? this.#queues.push([]) - 1;
      this.#numbers.set(lock, number);
      return number;
    };
    Lock.prototype.hold = async function <Result>(this: Lock, body: () => Promise<Result>): Promise<Result> {
      const number = queueOf(this);
      const { actor } = steps;
      const queues = watched.#queues;
      await steps.take(`asks for lock ${number}`, { ranges: [places.lock(number)], changes: true }, () => {
        queues[number]!.push(actor);
        return undefined;
      });
      try {
        return (await hold.call(this, () => {
          steps.holds(actor, number, true);
          return body();
        })) as Result;
      } finally {
        steps.holds(actor, number, false);
        queues[number]!.splice(queues[number]!.indexOf(actor), 1);
      }
    };
    const watched = this;
  }

  /** Lets locks be as they were. */
  close(): void {
    Lock.prototype.hold = this.#hold;
  }

  fingerprint(from: Fingerprint): Fingerprint {
    return fold(from, this.#queues.map((queue) => queue.join()).join(';'));
  }
}

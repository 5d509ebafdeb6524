/** Locks whose asking is a step: who is first has it. */
import { Lock } from '../../memory/lock.ts';
import { type Fingerprint, fold } from './fingerprint.ts';
import type { Places } from './places.ts';
import type { Steps } from './steps.ts';

export class WatchedLocks {
  readonly #numbers = new WeakMap<Lock, number>();
  readonly #queues: string[][] = [];
  /** Of each lock, because of what it is free. */
  readonly #freed: bigint[] = [];
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
      const isShort = steps.isShort(number);
      await steps.take(`asks for lock ${number}`, { ranges: [places.lock(number)], changes: true, isShort }, () => {
        queues[number]!.push(actor);
        return undefined;
      });
      try {
        return (await hold.call(this, () => {
          steps.holds(actor, number, true);
          if (!isShort) steps.follows(actor, watched.#freed[number] ?? 0n);
          return body();
        })) as Result;
      } finally {
        steps.holds(actor, number, false);
        watched.#freed[number] = steps.pastOf(actor);
        queues[number]!.splice(queues[number]!.indexOf(actor), 1);
      }
    };
    const watched = this;
  }

  /** Forgets what was done under locks. */
  reset(): void {
    this.#freed.length = 0;
  }

  /** Lets locks be as they were. */
  close(): void {
    Lock.prototype.hold = this.#hold;
  }

  fingerprint(from: Fingerprint): Fingerprint {
    return fold(from, this.#queues.flatMap((queue, number) => (queue.length > 0 ? [number, ...queue] : [])).join());
  }
}

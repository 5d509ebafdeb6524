/**
 * What parties know of each other but by memory: locks, whose asking is a step that is possible while nobody has them, and waiting for pages that are held
 * and for the right to more of them.
 */
import { PageCounts } from '../../domains/page-counts.ts';
import { HeldPages } from '../../memory/held-pages.ts';
import { Lock } from '../../memory/lock.ts';
import { Waiter } from '../../reclaim/waiter.ts';
import type { Places } from './places.ts';
import type { Steps } from './steps.ts';

export class WatchedLocks {
  readonly #numbers = new WeakMap<Lock, number>();
  #count = 0;
  readonly #hold = Lock.prototype.hold;
  readonly #wait = HeldPages.prototype.wait;
  readonly #changed = HeldPages.prototype.changed;
  readonly #waitForLack = Waiter.prototype.wait;
  readonly #tellRoom = PageCounts.prototype.tellRoom;

  constructor(steps: Steps, places: Places) {
    const [hold, wait, changed] = [this.#hold, this.#wait, this.#changed];
    const [waitForLack, tellRoom] = [this.#waitForLack, this.#tellRoom];
    const waiting = (what: string, ended: Promise<void>): Promise<void> => {
      const { actor } = steps;
      steps.waits(actor, what);
      return ended.then(() => steps.woken(actor, what));
    };
    const numberOf = (lock: Lock): number => {
      const known = this.#numbers.get(lock);
      if (known !== undefined) return known;
      this.#numbers.set(lock, this.#count);
      this.#count += 1;
      return this.#count - 1;
    };
    Lock.prototype.hold = async function <Result>(this: Lock, body: () => Promise<Result>): Promise<Result> {
      const lock = numberOf(this);
      const { actor } = steps;
      const use = { ranges: [places.lock(lock)], changes: true, isShort: steps.isShort(lock), lock };
      await steps.take(`asks for lock ${lock}`, use, () => undefined);
      return (await hold.call(this, async () => {
        steps.holds(actor, lock, true);
        try {
          return await body();
        } finally {
          steps.holds(actor, lock, false);
        }
      })) as Result;
    };
    HeldPages.prototype.wait = function (domain, page) {
      return { ended: waiting(`page ${page} of ${domain}`, wait.call(this, domain, page).ended) };
    };
    HeldPages.prototype.changed = function (domain, page) {
      steps.wakes(steps.actor, `page ${page} of ${domain}`);
      changed.call(this, domain, page);
    };
    Waiter.prototype.wait = function () {
      return waiting(`a ${this.lack.of}`, waitForLack.call(this));
    };
    PageCounts.prototype.tellRoom = function () {
      steps.wakes(steps.actor, 'a right');
      tellRoom.call(this);
    };
  }

  /** Lets them be as they were. */
  close(): void {
    Lock.prototype.hold = this.#hold;
    HeldPages.prototype.wait = this.#wait;
    HeldPages.prototype.changed = this.#changed;
    Waiter.prototype.wait = this.#waitForLack;
    PageCounts.prototype.tellRoom = this.#tellRoom;
  }
}

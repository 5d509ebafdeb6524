import { spaceOf } from '../../hardware/platform/space.ts';
import { Calls, Events, type Guest, HypercallError } from '../../hypervisor/guest/index.ts';
import type { RingDoor } from './door.ts';
import { Signal } from './signal.ts';

/** Cycles after which it looks again whether a program can go on: other software's promises come without an event. */
const longestSleep = 100_000;

/** Pages that a ring lies in, as one side sees them, and its event port. */
export interface RingPages {
  /** Address of the ring page; the others follow. */
  readonly address: number;
  readonly bytes: number;
  readonly port: number;
}

/**
 * Lets programs of one virtual processor run beside each other: it waits for events only when none of them can go on. They are to make all their accesses and calls
 * by `guest` and `calls`.
 *
 * None can go on when a look at the pending events went out and came back, and meanwhile nothing else was asked for: since no time passes while software can go on.
 */
export class EventLoop {
  readonly guest: Guest;
  readonly calls: Calls;
  readonly #events: Events;
  readonly #signals = new Map<number, Signal>();
  readonly #still = new Signal();
  #inFlight = 0;
  #asked = 0;

  constructor(guest: Guest) {
    const { memory } = guest;
    this.guest = {
      domain: guest.domain,
      virtualProcessor: guest.virtualProcessor,
      get now() {
        return guest.now;
      },
      memory: spaceOf({
        read: (address, bytes) => this.#counted(memory.read(address, bytes)),
        write: (address, data) => this.#counted(memory.write(address, data)),
      }),
      hypercall: () => this.#counted(guest.hypercall()),
    };
    this.calls = new Calls(this.guest);
    this.#events = new Events(guest, this.calls);
  }

  #counted<T>(asked: Promise<T>): Promise<T> {
    this.#inFlight += 1;
    this.#asked += 1;
    const done = (): void => {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#still.send();
    };
    asked.then(done, done);
    return asked;
  }

  /** One side of a ring whose pages are there and whose port is bound. */
  door({ address, bytes, port }: RingPages): RingDoor {
    const signal = new Signal();
    this.#signals.set(port, signal);
    return {
      pages: this.guest.memory.view(address, bytes),
      // Nobody has bound the port, or has any more: who binds it looks at the ring first.
      notify: () =>
        this.calls.eventSend(port).catch((error: unknown) => {
          if (!(error instanceof HypercallError && error.code === 'ENOENT')) throw error;
        }),
      wait: () => signal.wait(),
    };
  }

  /** Waits for an event of a port. */
  async wait(port: number): Promise<void> {
    const signal = this.#signals.get(port) ?? new Signal();
    this.#signals.set(port, signal);
    await signal.wait();
  }

  /** Runs a program, and what it started, until it ends. */
  async run<T>(program: () => Promise<T>): Promise<T> {
    let over = false;
    const result = program().finally(() => {
      over = true;
    });
    const failed = new Promise<never>((_, reject) => {
      void this.#loop(() => over).catch(reject);
    });
    return Promise.race([result, failed]);
  }

  async #loop(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      if (this.#inFlight > 0) {
        await this.#still.wait();
        continue;
      }
      const { guest } = this;
      const before = this.#asked;
      const port = await this.#events.wait([...this.#signals.keys()], guest.now);
      if (port !== undefined) this.#signals.get(port)!.send();
      else if (this.#asked === before && !isOver()) await this.calls.block(guest.now + longestSleep);
    }
  }
}

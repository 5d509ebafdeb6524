import { spaceOf } from '../../hardware/platform/space.ts';
import { Calls, type Guest, HypercallError } from '../../hypervisor/guest/index.ts';
import type { TrustedEvents, TrustedGuest } from '../../hypervisor/index.ts';
import type { RingDoor } from './door.ts';
import { Signal } from './signal.ts';
import { blocking, type Sleep, suspending } from './sleep.ts';

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
  readonly #signals = new Map<number, Signal>();
  readonly #still = new Signal();
  readonly #sleep: Sleep;
  #stir: () => void = () => undefined;
  #inFlight = 0;
  #asked = 0;

  private constructor(guest: Guest, sleepOf: (calls: Calls) => Sleep) {
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
    this.#sleep = sleepOf(this.calls);
  }

  /** For a guest's virtual processor; nobody else may look at its events. */
  static of(guest: Guest): EventLoop {
    return new EventLoop(guest, (calls) => blocking(guest, calls));
  }

  /** For a program of domain 0, beside others that wait for events: `TrustedEvents.of` the hypervisor. */
  static trusted(domain0: TrustedGuest, events: TrustedEvents): EventLoop {
    return new EventLoop(domain0, () => suspending(domain0, events));
  }

  #counted<T>(asked: Promise<T>): Promise<T> {
    this.#inFlight += 1;
    this.#asked += 1;
    this.#stir();
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
    const unlisten = this.#sleep.listen((port) => this.#send(port));
    const result = program().finally(() => {
      over = true;
      unlisten();
      this.#stir();
    });
    const failed = new Promise<never>((_, reject) => {
      void this.#loop(() => over).catch(reject);
    });
    return Promise.race([result, failed]);
  }

  #send(port: number): void {
    this.#signals.get(port)?.send();
    this.#stir();
  }

  async #loop(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      if (this.#inFlight > 0) {
        await this.#still.wait();
        continue;
      }
      const before = this.#asked;
      let stirred = false;
      await this.#sleep.sleep({
        ports: () => [...this.#signals.keys()],
        isStill: () => this.#asked === before && !stirred && !isOver(),
        stirred: new Promise((resolve) => {
          this.#stir = () => {
            stirred = true;
            resolve();
          };
        }),
        send: (port) => this.#send(port),
      });
    }
  }
}

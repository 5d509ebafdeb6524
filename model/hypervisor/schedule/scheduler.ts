/**
 * Which thread has which processor port. Source: `docs/systems/hypervisor.md`, "Domains": slices of 10,000 cycles, by
 * weight; what is urgent at once when it comes back from waiting; background work when nothing else is ready, or when it had nothing for
 * 100,000 cycles.
 */
import type { Clock, Processor } from '../../hardware/platform/interface.ts';
import { Thread, type ThreadOptions } from './thread.ts';
import { Timers } from './timers.ts';

export const sliceCycles = 10_000;
export const backgroundPatience = 100_000;

interface Tenant {
  readonly thread: Thread;
  readonly since: number;
  /** From here on it gives way to its equals. */
  readonly until: number;
  /** Background work that nobody else needed the port for. */
  readonly idle: boolean;
  /** It came before others, and gives way to none. */
  readonly urgent: boolean;
  /** It has been asked to make way for an urgent one. */
  leaving: boolean;
  readonly callOff: () => void;
}

interface Port {
  readonly processor: Processor;
  tenant: Tenant | undefined;
}

/** What is known of a thread between two of its tenancies. */
interface Account {
  /** Time used, divided by weight; of one that waited, not less than what others have come to meanwhile. */
  virtual: number;
  port: Port | undefined;
  /** Since when it is ready; undefined while it is not. */
  ready: number | undefined;
  /** Whether it was not ready, nor on a port, since it used time last. */
  waited: boolean;
  /** Cycles on ports since it came back from waiting. */
  spent: number;
  callOff: () => void;
}

export class Scheduler {
  readonly timers: Timers;
  readonly #clock: Clock;
  readonly #ports: readonly Port[];
  readonly #accounts = new Map<Thread, Account>();
  /** What the least virtual time of those that were not waiting has come to. */
  #floor = 0;

  constructor({ processors, clock }: { readonly processors: readonly Processor[]; readonly clock: Clock }) {
    this.#clock = clock;
    this.timers = new Timers(clock);
    this.#ports = processors.map((processor) => ({ processor, tenant: undefined }));
  }

  /**
   * Starts a thread: it is ready at once.
   *
   * @throws RangeError for a weight, or a port, that there is not
   */
  start(program: (thread: Thread) => Promise<unknown>, options: ThreadOptions): Thread {
    const { name, pin } = options;
    if (pin !== undefined && this.#ports[pin] === undefined)
      throw new RangeError(`'${name}' is to have port ${pin} only, but there are ports 0 to ${this.#ports.length - 1}`);
    const thread = new Thread(program, options, { changed: (changed) => this.#changed(changed) });
    const callOff = (): void => {};
    this.#accounts.set(thread, { virtual: 0, port: undefined, ready: undefined, waited: true, spent: 0, callOff });
    this.#changed(thread);
    return thread;
  }

  #changed(thread: Thread): void {
    const account = this.#accounts.get(thread);
    if (account === undefined) return;
    if (thread.processor === undefined) {
      this.#release(thread, account);
      if (thread.over) this.#accounts.delete(thread);
      this.#setReady(thread, account);
    }
    this.#dispatch();
  }

  #release(thread: Thread, account: Account): void {
    const port = this.#ports.find(({ tenant }) => tenant?.thread === thread);
    if (port === undefined) return;
    const { since, callOff } = port.tenant!;
    callOff();
    const cycles = this.#clock.now - since;
    thread.used += cycles;
    account.virtual += cycles / thread.weight;
    account.spent += cycles;
    account.port = port;
    port.tenant = undefined;
    this.#raiseFloor(thread, true);
  }

  /** A thread that leaves its port counts, whatever it does next; one that comes back does not. */
  #raiseFloor(moving: Thread, counts: boolean): void {
    let least = Number.POSITIVE_INFINITY;
    for (const [thread, { virtual }] of this.#accounts) {
      if (thread.background || !(thread === moving ? counts : thread.runnable)) continue;
      const tenant = this.#ports.find((port) => port.tenant?.thread === thread)?.tenant;
      const running = tenant === undefined ? 0 : this.#clock.now - tenant.since;
      least = Math.min(least, virtual + running / thread.weight);
    }
    if (least < Number.POSITIVE_INFINITY) this.#floor = Math.max(this.#floor, least);
  }

  #setReady(thread: Thread, account: Account): void {
    if (!thread.runnable) {
      account.callOff();
      account.ready = undefined;
      account.waited = true;
    } else if (account.ready === undefined) {
      account.ready = this.#clock.now;
      if (account.waited) {
        this.#raiseFloor(thread, false);
        account.virtual = Math.max(account.virtual, this.#floor);
        account.waited = false;
        account.spent = 0;
      }
      if (thread.background)
        account.callOff = this.timers.at(account.ready + backgroundPatience, () => this.#dispatch());
    }
  }

  #dispatch(): void {
    for (;;) {
      const thread = this.#next((candidate) => this.#idle(candidate) !== undefined);
      if (thread === undefined) break;
      this.#give(thread, this.#idle(thread)!);
    }
    this.#makeWay();
    for (const port of this.#ports) {
      const { tenant } = port;
      if (tenant === undefined) continue;
      const wanted = this.#next((other) => this.#allowed(other, port) && this.#displaces(other, tenant));
      if (wanted !== undefined) tenant.thread.leave();
    }
  }

  /** One port for each that is urgent and has none: that which it had before, if it can be. */
  #makeWay(): void {
    for (const [thread, account] of this.#accounts) {
      if (account.ready === undefined || !this.#urgent(thread, account)) continue;
      const ports = this.#ports.filter((port) => port.tenant?.urgent === false && this.#allowed(thread, port));
      if (ports.some(({ tenant }) => tenant?.leaving)) continue;
      const { tenant } = ports.find((port) => port === account.port) ?? ports[0] ?? {};
      if (tenant === undefined) continue;
      tenant.leaving = true;
      tenant.thread.leave();
    }
  }

  /** An urgent thread that has had a slice since it waited is as others are, so that it keeps nobody from working for ever. */
  #urgent(thread: Thread, { spent }: Account): boolean {
    return thread.urgent && spent < sliceCycles;
  }

  /** Background work that has had nothing for long goes before everything. */
  #patient(thread: Thread, account: Account): boolean {
    return thread.background && this.#clock.now - account.ready! < backgroundPatience;
  }

  #displaces(other: Thread, { thread, until, idle }: Tenant): boolean {
    const over = until <= this.#clock.now;
    if (this.#patient(other, this.#accounts.get(other)!)) return over && thread.background;
    return over || idle;
  }

  #allowed(thread: Thread, port: Port): boolean {
    return thread.pin === undefined || port === this.#ports[thread.pin];
  }

  /** The free port for a thread: that which it had before, whose TLB may know its pages, if it can be. */
  #idle(thread: Thread): Port | undefined {
    const last = this.#accounts.get(thread)!.port;
    const free = this.#ports.filter((port) => port.tenant === undefined && this.#allowed(thread, port));
    return free.find((port) => port === last) ?? free[0];
  }

  #next(allowed: (thread: Thread) => boolean): Thread | undefined {
    let best: { readonly thread: Thread; readonly rank: number; readonly virtual: number } | undefined;
    for (const [thread, account] of this.#accounts) {
      if (account.ready === undefined || !allowed(thread)) continue;
      const rank = this.#rank(thread, account);
      const { virtual } = account;
      if (best === undefined || rank < best.rank || (rank === best.rank && virtual < best.virtual))
        best = { thread, rank, virtual };
    }
    return best?.thread;
  }

  /** Who goes before whom: the lower. */
  #rank(thread: Thread, account: Account): number {
    if (thread.background) return this.#patient(thread, account) ? 3 : 1;
    return this.#urgent(thread, account) ? 0 : 2;
  }

  #give(thread: Thread, port: Port): void {
    const account = this.#accounts.get(thread)!;
    const since = this.#clock.now;
    const until = since + sliceCycles;
    const idle = this.#patient(thread, account);
    const urgent = this.#urgent(thread, account);
    account.callOff();
    account.ready = undefined;
    const callOff = this.timers.at(until, () => this.#dispatch());
    port.tenant = { thread, since, until, idle, urgent, leaving: false, callOff };
    thread.give(port.processor);
  }
}

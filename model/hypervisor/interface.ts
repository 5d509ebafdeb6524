/**
 * The hypervisor as the folders on top of it see it: the store, reclaim, packet clients, file proxy. Specified in
 * `docs/systems/hypervisor.md`; `createHypervisor` makes one on a platform just powered on.
 *
 *     const hypervisor = await createHypervisor(platform);
 *     await hypervisor.run(async (domain0) => {
 *       const calls = new TrustedCalls(domain0);
 *       const domain = await calls.create({ processors: 1, weight: 256, copies: 'both', form: 0, grantPages: 1, pages: 8, maximum: 16 });
 *       hypervisor.domains.load(domain, [async (guest) => guest.memory.write32(0, 42)]);
 *       await calls.unpause(domain);
 *       await domain0.thread.suspend(hypervisor.domains.ended(domain));
 *     });
 *
 * **Threads.** Whatever software does goes through a `Thread`: `thread.access(work)` has a processor port until the work is done
 * and is never interrupted, so what must not be left half done is one access; `thread.suspend(promise)` gives the port away while
 * it waits. Await nothing in an access but the platform, locks, and operations of `memory`; wait for guests in `suspend` alone.
 */
import type { Platform, Processor, View } from '../hardware/platform/index.ts';
import type { DomainRequest, Guest, GuestProgram, VirtualEvent } from './guest/index.ts';
import type { Finding, HypervisorMemory, Trap } from './memory/interface.ts';
import type { Outcome, Scheduler, Thread } from './schedule/index.ts';

/** Domain 0's own programs have their thread too, by which they reach devices and registers. */
export interface TrustedGuest extends Guest {
  readonly thread: Thread;
}

export type DomainState = 'none' | 'building' | 'running' | 'paused' | 'ending' | 'gone';

/** What a domain's record in memory says. */
export interface DomainStatus extends DomainRequest {
  readonly state: DomainState;
  /** What `exit` was given last; all ones where a program threw. */
  readonly reason: bigint;
  /** Pages that it has now, of its own memory; `pages` is what it has had at first. */
  readonly has: number;
  readonly target: number;
}

/** The pages that the hypervisor shares with each domain. */
export type SharedPageName = 'shared' | 'store';

export interface Domains {
  /**
   * Says what the virtual processors of a domain that is being built will run, as a loader would write it into memory.
   *
   * @throws RangeError for another number of programs than of virtual processors, or for a domain that is not being built
   */
  load(domain: number, programs: readonly GuestProgram[]): void;
  /** When all virtual processors of a domain have ended: how each did, in order. */
  ended(domain: number): Promise<readonly Outcome[]>;
  status(processor: Processor, domain: number): Promise<DomainStatus>;
  /** Counts pages that have come to a domain, or gone (negative): its record, its shared page. To be called with each change. */
  count(processor: Processor, domain: number, pages: number): Promise<void>;
  /**
   * Counts pages of both memories that a service of domain 0's takes beside domain 0's memory; false where they are promised to others. What
   * is given up again is counted with `count`.
   */
  claim(processor: Processor, pages: number): Promise<boolean>;
  /** A shared page of a domain, for the hypervisor. @throws ESRCH */
  view(processor: Processor, domain: number, page: SharedPageName): Promise<View>;
  /**
   * Runs a body while no virtual processor of a guest makes an access. Meanwhile it is not paused, unpaused or destroyed by others (EBUSY).
   * What other domains do by grants, and devices in rings, goes on.
   *
   * @throws ESRCH; EINVAL for domain 0; EBUSY while it is made or ended, or is still for another
   */
  whileStill<Result>(thread: Thread, domain: number, body: () => Promise<Result>): Promise<Result>;
  /** Calls at the end of `create`, when the domain is whole and does not run yet. */
  onCreate(see: (thread: Thread, domain: number) => Promise<void>): void;
  /** Calls when a domain has another target. */
  onTarget(see: (thread: Thread, domain: number) => Promise<void>): void;
  /** Calls in the middle of `destroy`, when the domain runs no more and still has its pages; and of a `create` that fails. */
  onDestroy(see: (thread: Thread, domain: number) => Promise<void>): void;
  /** Calls later in `destroy`, when the domain's grants have ended too: no page of it comes or goes any more, until all are freed. */
  onUnreached(see: (thread: Thread, domain: number) => Promise<void>): void;
}

/** A call that a virtual processor makes. */
export interface Call {
  readonly thread: Thread;
  readonly domain: number;
  readonly virtualProcessor: number;
  readonly number: number;
  /** Six, of 64 bits each, as they were read. */
  readonly arguments: readonly bigint[];
  /**
   * A list of the caller's, read once. Not to be called within an access.
   *
   * @throws EINVAL for more than 512 words, EFAULT for what the caller cannot read
   */
  list(address: bigint, count: bigint): Promise<readonly bigint[]>;
}

/**
 * Does a call and gives its result. It runs outside of accesses, and makes its own: what must be whole, in one, since the caller may be
 * ended between any two. A HypervisorError becomes the negative result.
 */
export type CallHandler = (call: Call) => Promise<number | bigint>;

export interface CallTable {
  /** @throws RangeError where a call has its handler already */
  provide(number: number, handler: CallHandler): void;
}

export interface EventSender {
  /** Sends a virtual event to a domain. To be called within an access. */
  raise(processor: Processor, domain: number, event: VirtualEvent): Promise<void>;
}

/** An access that a page stops. */
export interface Stopped {
  readonly domain: number;
  readonly page: number;
  readonly write: boolean;
  /** Of a swept page. */
  readonly pattern?: number;
}

/**
 * Decides about an access that a page stops: true if it is to be tried again. It runs outside of accesses, in the guest's time, and may
 * suspend the thread. Several accesses of one program may be stopped by the same page at once.
 */
export type FaultHandler = (thread: Thread, stopped: Stopped) => Promise<boolean>;

export interface FaultHandlers {
  /** @throws RangeError where there is one already */
  handle(kind: 'swept' | 'given back' | Trap, handler: FaultHandler): void;
}

/**
 * Gives up those traps of some pages that are one's own, having done what they are for. It runs outside of accesses, and may suspend the
 * thread.
 */
export type TrapRelease = (thread: Thread, domain: number, pages: readonly number[]) => Promise<void>;

export interface TrapReleases {
  /**
   * Says who gives up traps, whenever a page is to be granted, mapped for the receive engine, given back or swept.
   *
   * @throws RangeError where there is one already
   */
  onRelease(trap: Trap, release: TrapRelease): void;
}

/** While no write of the receive engine is on its way to memory. */
export interface WriteStop {
  /** Pages of the domain that are in its rings. */
  readonly pages: ReadonlySet<number>;
  /** From now on the engine's writes to these wait, each until its page is let go. */
  mark(pages: readonly number[]): Promise<void>;
}

/** Has the page of a write that is held let go, having done what it waits for. It runs outside of accesses, and may suspend the thread. */
export type HeldWrite = (thread: Thread, domain: number, page: number) => Promise<void>;

/** Writes of the receive engine to pages of domains, which can be made to wait as a trap makes a domain's own. */
export interface DeviceWrites {
  /** Runs a body with the engine's writes stopped, if the domain has rings. To be called within an access, with no lock of a page map held. */
  stopped<Result>(processor: Processor, domain: number, body: (stop: WriteStop) => Promise<Result>): Promise<Result>;
  /** Ends the waiting for those of some pages that are marked. To be called within an access. */
  letGo(processor: Processor, domain: number, pages: readonly number[]): Promise<void>;
  /**
   * Says who is told of a write that waits. When it returns, the page is let go.
   *
   * @throws RangeError where there is one already
   */
  onHeld(handler: HeldWrite): void;
}

/** Pages taken back that hold a pattern, or that guests give back. */
export interface Reclaiming {
  /** Brings back a swept page, for who cannot wait; nothing happens to any other. Says whether it is there. */
  bringBack(processor: Processor, domain: number, page: number): Promise<boolean>;
  /** Makes a page that was given back one of zeros. Says whether it is there. */
  take(processor: Processor, domain: number, page: number): Promise<boolean>;
  /** Compares the counts of patterns with all swept pages, in a moment in which nothing else runs. Empty: all is well. */
  audit(processor: Processor): Promise<readonly Finding[]>;
}

export interface Hypervisor {
  readonly platform: Platform;
  readonly memory: HypervisorMemory;
  readonly scheduler: Scheduler;
  readonly domains: Domains;
  readonly calls: CallTable;
  readonly events: EventSender;
  readonly faults: FaultHandlers;
  readonly traps: TrapReleases;
  readonly deviceWrites: DeviceWrites;
  readonly reclaim: Reclaiming;
  /**
   * Runs a program of domain 0 to its end, and everything else meanwhile. At most 16 at once.
   *
   * @throws what the program throws
   */
  run<Result>(program: (domain0: TrustedGuest) => Promise<Result>): Promise<Result>;
  /** Starts a program of domain 0 that goes on whenever the clock runs; what it throws ends the run in whose time it happens. */
  start(program: (domain0: TrustedGuest) => Promise<unknown>): Thread;
  /** Starts work of the hypervisor's own, which runs when nothing else is ready. */
  background(name: string, work: (thread: Thread) => Promise<unknown>): Thread;
}

export interface HypervisorOptions {
  /** Pages of domain 0's own memory; 64 when left out. */
  readonly pages?: number;
  /** Weight of each of domain 0's programs; 1024 when left out. */
  readonly weight?: number;
}

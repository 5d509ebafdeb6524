/** The hypervisor: its parts put together, domain 0 made, its programs run. */
import { type Platform, PowerCutError } from '../hardware/platform/index.ts';
import { type BootOptions, bootMemory } from './boot/boot.ts';
import { provideGuestCalls } from './calls/guest-calls.ts';
import { type Caller, HandledCalls } from './calls/table.ts';
import { provideTrustedCalls } from './calls/trusted-calls.ts';
import { Waiting } from './calls/waiting.ts';
import { ManagedDomains } from './domains/domains.ts';
import { DomainRecords } from './domains/record.ts';
import { SharedPages } from './domains/shared-pages.ts';
import { VirtualProcessors } from './domains/virtual-processors.ts';
import { EventChannels } from './events/channels.ts';
import { Grants } from './grants/grants.ts';
import { pageBytes, trustedMemoryAddress, trustedVirtualProcessors } from './guest/layout.ts';
import type { Hypervisor, HypervisorOptions, TrustedGuest } from './interface.ts';
import { MemoryStatus } from './memory-status/index.ts';
import { PacketClients } from './packets/index.ts';
import { Reclaim } from './reclaim/index.ts';
import { Scheduler, type Thread } from './schedule/index.ts';
import { Faults } from './virtual/faults.ts';
import { makeGuest } from './virtual/guest.ts';
import { Traps } from './virtual/traps.ts';

export interface CreateHypervisorOptions extends HypervisorOptions, BootOptions {}

/** Pages of domain 0's own, where nobody says how many. */
export const trustedPages = 64;
const allOnes = 2n ** 64n - 1n;

/**
 * Boots a platform that was just powered on, and makes domain 0.
 *
 * @throws RangeError for memories that are too small
 */
export const createHypervisor = async (
  platform: Platform,
  options: CreateHypervisorOptions = {},
): Promise<Hypervisor> => {
  const { pages = trustedPages, weight = 1024, ...boot } = options;
  const memory = await platform.run(() => bootMemory(platform, boot));
  const scheduler = new Scheduler(platform);
  const records = new DomainRecords(memory.areas);
  const shared = new SharedPages(memory, records);
  const waiting = new Waiting();
  const events = new EventChannels(memory, records, shared, (domain) => waiting.wake(domain));
  const grants = new Grants(memory, records, shared);
  const faults = new Faults(memory);
  const traps = new Traps();
  const fail = (error: unknown): void => void platform.start(() => Promise.reject(error));
  const calls = new HandledCalls(shared, faults, fail);
  const guestOf = (caller: Caller) => makeGuest(caller, faults, calls, platform.clock);

  const processors = new VirtualProcessors(scheduler, async (thread, domain, virtualProcessor, program) => {
    const ended = (reason: bigint): Promise<void> => domains.processorEnded(thread, domain, reason);
    try {
      const value = await program(guestOf({ thread, domain, virtualProcessor }));
      await ended(0n);
      return value;
    } catch (error) {
      if (!(error instanceof PowerCutError)) await ended(allOnes);
      throw error;
    }
  });
  const domains = new ManagedDomains({ memory, records, shared, events, grants, processors });
  const packets = new PacketClients({ memory, scheduler, domains, events, traps });
  packets.provide(calls);
  provideGuestCalls(calls, {
    memory,
    scheduler,
    events,
    grants,
    waiting,
    traps,
    beforeBlock: (thread, domain) => packets.beforeBlock(thread, domain),
    ended: ({ thread, domain }, reason) => domains.processorEnded(thread, domain, reason),
  });
  provideTrustedCalls(calls, domains);
  const memoryStatus = new MemoryStatus({ memory, scheduler, domains, records, events, fail });
  memoryStatus.provide(calls);
  const reclaim = new Reclaim({ memory, scheduler, domains, counts: domains.pages, traps });
  reclaim.provide(calls, faults);
  grants.bringBack = (processor, domain, page) => reclaim.bringBack(processor, domain, page);

  const numbers = new Set(Array.from({ length: trustedVirtualProcessors }, (_, index) => index));
  const startTrusted = (program: (domain0: TrustedGuest) => Promise<unknown>): Thread => {
    const [virtualProcessor] = numbers;
    if (virtualProcessor === undefined)
      throw new RangeError(`domain 0 runs ${trustedVirtualProcessors} programs, which is all that it can at once`);
    numbers.delete(virtualProcessor);
    const thread = scheduler.start(
      (own) => program(Object.assign(guestOf({ thread: own, domain: 0, virtualProcessor }), { thread: own })),
      { name: `domain 0, virtual processor ${virtualProcessor}`, weight },
    );
    void thread.ended.then(() => numbers.add(virtualProcessor));
    return thread;
  };
  const unseen = (thread: Thread): Thread => {
    void platform.start(async () => {
      const outcome = await thread.ended;
      if (outcome.how === 'threw') throw outcome.error;
    });
    return thread;
  };
  const first = scheduler.start(
    (thread) =>
      domains.createTrusted(
        thread,
        { processors: trustedVirtualProcessors, weight, copies: 'both', form: 0, grantPages: 1, pages, maximum: pages },
        trustedMemoryAddress / pageBytes,
      ),
    { name: 'boot' },
  );
  const outcome = await platform.run(() => first.ended);
  if (outcome.how === 'threw') throw outcome.error;

  return {
    platform,
    memory,
    scheduler,
    domains,
    calls,
    events,
    faults,
    traps,
    deviceWrites: packets.heldWrites,
    reclaim,
    async run<Result>(program: (domain0: TrustedGuest) => Promise<Result>): Promise<Result> {
      let result: { readonly value: Result } | undefined;
      await platform.run(async () => {
        const ended = await startTrusted(async (domain0) => {
          result = { value: await program(domain0) };
        }).ended;
        if (ended.how === 'threw') throw ended.error;
      });
      if (result === undefined) throw new Error('the program of domain 0 ended itself before it came to an end');
      return result.value;
    },
    start: (program) => unseen(startTrusted(program)),
    background: (name, work) => unseen(scheduler.start(work, { name, background: true })),
  };
};

/** The calls that every domain has, by their numbers. Source: `docs/systems/hypervisor.md`, "Calls". */
import type { EventChannels } from '../events/channels.ts';
import { type Grants, isOwnPage } from '../grants/grants.ts';
import { calls, grantEntriesPerPage, mostGrantPages, mostListWords, rightBits } from '../guest/layout.ts';
import type { Call, CallTable } from '../interface.ts';
import { HypervisorError, type HypervisorMemory } from '../memory/interface.ts';
import { domainCount, eventPorts } from '../memory/layout.ts';
import type { Scheduler, Thread } from '../schedule/index.ts';
import type { Traps } from '../virtual/traps.ts';
import { below } from './refusal.ts';
import type { Waiting } from './waiting.ts';

export interface GuestCallParts {
  readonly memory: HypervisorMemory;
  readonly scheduler: Scheduler;
  readonly events: EventChannels;
  readonly grants: Grants;
  readonly waiting: Waiting;
  readonly traps: Traps;
  /** What is to be done for a domain before it waits. */
  beforeBlock(thread: Thread, domain: number): Promise<void>;
  /** The virtual processor that calls has ended, for a reason. */
  ended(call: Call, reason: bigint): Promise<void>;
}

const port = (value: bigint | undefined): number => below(value, eventPorts, 'an event port');
const domain = (value: bigint | undefined): number => below(value, domainCount, 'a domain');
const reference = (value: bigint | undefined): number =>
  below(value, mostGrantPages * grantEntriesPerPage, "a grant's reference");
const anyPage = (value: bigint | undefined): number => below(value, 2 ** 27, 'a page');

/** From here on no cycle ever comes: numbers are exact below it. */
const noCycle = 2n ** 52n;

const block = async (parts: GuestCallParts, call: Call): Promise<number> => {
  const { scheduler, memory, events, waiting } = parts;
  const { thread, domain: caller } = call;
  await parts.beforeBlock(thread, caller);
  const until = call.arguments[0]!;
  const waiter = waiting.add(caller);
  const callOff = until === 0n || until >= noCycle ? () => {} : scheduler.timers.at(Number(until), waiter.cancel);
  // Whoever sends now finds the waiter; what was sent before is seen.
  if (!(await thread.access((processor) => events.pending(processor, caller)))) await thread.suspend(waiter.woken);
  waiter.cancel();
  callOff();
  if (until !== 0n && BigInt(memory.platform.clock.now) >= until)
    await thread.access((processor) => events.raise(processor, caller, 'timer'));
  return 0;
};

const protect = async ({ memory }: GuestCallParts, call: Call): Promise<number> => {
  const [first, count, bits] = call.arguments;
  const page = anyPage(first);
  const pages = Array.from(
    { length: below(count, mostListWords + 1, 'a number of pages') },
    (_, index) => page + index,
  );
  const rights = below(bits, 8, 'rights');
  if (!pages.every(isOwnPage)) throw new HypervisorError('EPERM', "only a domain's own memory is protected");
  await call.thread.access((processor) =>
    memory.maps.with(processor, call.domain, (map) =>
      map.protect(pages, {
        read: (rights & rightBits.read) !== 0,
        write: (rights & rightBits.write) !== 0,
        execute: (rights & rightBits.execute) !== 0,
      }),
    ),
  );
  return 0;
};

/** Provides them. */
export const provideGuestCalls = (table: CallTable, parts: GuestCallParts): void => {
  const { events, grants } = parts;
  table.provide(calls.yield, async ({ thread }) => {
    await thread.yield();
    return 0;
  });
  table.provide(calls.block, (call) => block(parts, call));
  table.provide(calls.exit, async (call) => {
    await parts.ended(call, call.arguments[0]!);
    await call.thread.stop();
    return 0;
  });
  table.provide(calls.eventOpen, ({ thread, domain: caller, arguments: [other] }) =>
    thread.access((processor) => events.open(processor, caller, domain(other))),
  );
  table.provide(calls.eventBind, ({ thread, domain: caller, arguments: [other, otherPort] }) =>
    thread.access((processor) => events.bind(processor, caller, domain(other), port(otherPort))),
  );
  table.provide(calls.eventSend, async ({ thread, domain: caller, arguments: [own] }) => {
    await thread.access((processor) => events.send(processor, caller, port(own)));
    return 0;
  });
  table.provide(calls.eventClose, async ({ thread, domain: caller, arguments: [own] }) => {
    await thread.access((processor) => events.close(processor, caller, port(own)));
    return 0;
  });
  table.provide(calls.grantMap, ({ thread, domain: grantee, arguments: [granter, index, page, write] }) => {
    const request = {
      granter: domain(granter),
      reference: reference(index),
      grantee,
      page: anyPage(page),
      write: below(write, 2, 'write') === 1,
    };
    return parts.traps.through(thread, () => thread.access((processor) => grants.map(processor, request)));
  });
  table.provide(calls.grantUnmap, async ({ thread, domain: grantee, arguments: [handle] }) => {
    await thread.access((processor) => grants.unmap(processor, grantee, handle!));
    return 0;
  });
  table.provide(calls.grantEnd, async ({ thread, domain: granter, arguments: [index] }) => {
    await thread.access((processor) => grants.end(processor, granter, reference(index)));
    return 0;
  });
  table.provide(calls.protect, (call) => protect(parts, call));
};

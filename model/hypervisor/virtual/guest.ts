/** The door of one virtual processor. */
import type { Clock } from '../../hardware/platform/index.ts';
import type { Caller, HandledCalls } from '../calls/table.ts';
import type { Guest } from '../guest/interface.ts';
import type { Faults } from './faults.ts';
import { guestMemory } from './guest-memory.ts';

export const makeGuest = (caller: Caller, faults: Faults, calls: HandledCalls, clock: Clock): Guest => {
  const { domain, virtualProcessor, thread } = caller;
  let last: Promise<void> = Promise.resolve();
  return {
    domain,
    virtualProcessor,
    memory: guestMemory(thread, domain, faults),
    get now() {
      return clock.now;
    },
    hypercall() {
      // A processor is in one trap at a time, whatever its program does not wait for.
      const before = last;
      last = (async () => {
        await before;
        await calls.trap(caller);
      })();
      last.catch(() => {});
      return last;
    },
  };
};

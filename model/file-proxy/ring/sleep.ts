/** How a loop of programs waits when none of them can go on. */
import { type Calls, Events, type Guest, sharedPageAddress } from '../../hypervisor/guest/index.ts';
import type { TrustedEvents, TrustedGuest } from '../../hypervisor/index.ts';

/** Cycles after which a guest looks again whether a program can go on: other software's promises come without an event. */
const longestSleep = 100_000;

export interface Sleeper {
  /** Ports that somebody waits for. */
  ports(): readonly number[];
  /** Whether nothing was asked for since it was to sleep. */
  isStill(): boolean;
  /** When something is asked for, or has come. */
  readonly stirred: Promise<void>;
  /** There may have been an event of a port. */
  send(port: number): void;
}

/** Looks once more, and waits if nothing has come. */
export interface Sleep {
  sleep(sleeper: Sleeper): Promise<void>;
  /** Begins to tell of events, where another program looks for them; ends it by what it gives. */
  listen(send: (port: number) => void): () => void;
}

/** As a guest's virtual processor does. */
export const blocking = (guest: Guest, calls: Calls): Sleep => {
  const events = new Events(guest, calls);
  return {
    sleep: async ({ ports, isStill, send }) => {
      const port = await events.wait(ports(), guest.now);
      if (port !== undefined) send(port);
      else if (isStill()) await calls.block(guest.now + longestSleep);
    },
    listen: () => () => undefined,
  };
};

/** As a program of domain 0 does, beside others that wait for events. */
export const suspending = ({ memory, thread }: TrustedGuest, events: TrustedEvents): Sleep => ({
  sleep: async ({ isStill, stirred }) => {
    // The time that this takes is no time for software that can go on: it asks for something meanwhile, or waits.
    await memory.read32(sharedPageAddress);
    if (isStill()) await thread.suspend(stirred);
  },
  listen: (send) => events.listen(send),
});

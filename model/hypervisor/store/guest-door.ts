import { type Calls, type Guest, pageBytes, storeRingAddress, virtualEvents } from '../guest/index.ts';
import type { ClientDoor } from './client.ts';

/** Who waits for a guest's events: `Events`, or whatever shares them out among its programs. */
export interface EventWaiting {
  wait(port: number): Promise<unknown>;
}

/** A guest's own door to its ring: `new StoreClient(guestStoreDoor(guest, calls, events))`. */
export const guestStoreDoor = (guest: Guest, calls: Calls, events: EventWaiting): ClientDoor => {
  const page = guest.memory.view(storeRingAddress, pageBytes);
  return {
    read: (offset, bytes) => page.read(offset, bytes),
    write: (offset, data) => page.write(offset, data),
    notify: () => calls.eventSend(virtualEvents.store),
    wait: async () => {
      await events.wait(virtualEvents.store);
    },
  };
};

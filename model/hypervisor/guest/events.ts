/** A guest's side of its event channels: pending bits, masks, waiting. */
import type { Calls } from './calls.ts';
import type { Guest } from './interface.ts';
import { eventBytes, sharedPage, sharedPageAddress } from './layout.ts';

/** For one virtual processor of a domain, which handles its events. */
export class Events {
  readonly #guest: Guest;
  readonly #calls: Calls;
  readonly #fired = new Set<number>();

  constructor(guest: Guest, calls: Calls) {
    this.#guest = guest;
    this.#calls = calls;
  }

  /**
   * Looks at the pending bits, clears them, and notes which ports may have an event.
   *
   * A byte is cleared whole, and then every port in it counts: the hypervisor may have set another bit of it between our
   * read and our write, and there is no access that does both at once.
   */
  async #take(): Promise<void> {
    const { memory } = this.#guest;
    const pending = await memory.read(sharedPageAddress + sharedPage.pending, eventBytes);
    const clears: Promise<void>[] = [];
    for (const [index, byte] of pending.entries()) {
      if (byte === 0) continue;
      clears.push(memory.write8(sharedPageAddress + sharedPage.pending + index, 0));
      for (let bit = 0; bit < 8; bit += 1) this.#fired.add(8 * index + bit);
    }
    await Promise.all(clears);
  }

  /** Whether there may have been an event of a port since it was asked for last. */
  async poll(port: number): Promise<boolean> {
    await this.#take();
    return this.#fired.delete(port);
  }

  /**
   * Waits until there may have been an event of one of the ports, or until a cycle. Gives the first such port, or `undefined`
   * when the cycle came. Look for what the event says before you wait again: it may have come for nothing.
   */
  async wait(ports: number | readonly number[], until?: number): Promise<number | undefined> {
    const wanted = typeof ports === 'number' ? [ports] : ports;
    for (;;) {
      await this.#take();
      for (const port of wanted) if (this.#fired.delete(port)) return port;
      if (until !== undefined && this.#guest.now >= until) return undefined;
      await this.#calls.block(until);
    }
  }

  /** Waits until there may have been events, and gives the ports of all: for who hands them on. */
  async next(): Promise<readonly number[]> {
    for (;;) {
      await this.#take();
      if (this.#fired.size > 0) {
        const ports = [...this.#fired];
        this.#fired.clear();
        return ports;
      }
      await this.#calls.block();
    }
  }

  /** Lets events of a port be pending without waking anybody, or ends that. */
  async mask(port: number, masked = true): Promise<void> {
    const address = sharedPageAddress + sharedPage.mask + Math.floor(port / 8);
    const byte = await this.#guest.memory.read8(address);
    const bit = 1 << (port % 8);
    await this.#guest.memory.write8(address, masked ? byte | bit : byte & ~bit);
  }
}

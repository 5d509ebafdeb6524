/** Output registers that keep nothing. Source: `docs/systems/memory-path.md`, "Words". */
import { OutputRegister } from '../primitives/channels.ts';

export class ClearedRegister extends OutputRegister {
  /** The edge of its handshake. */
  settle(inputs: Uint32Array): void {
    if (!this.taken(inputs)) return;
    this.empty();
    this.image.fill(0, this.place.at, this.place.at + this.place.words);
  }
}

/** The first in cyclic order from the one after `last` among those that are true, or -1. */
export const nextAfter = (last: number, offers: readonly boolean[]): number => {
  for (let step = 1; step <= offers.length; step += 1) {
    const index = (last + step) % offers.length;
    if (offers[index] === true) return index;
  }
  return -1;
};

/**
 * The one door through which a guest's program reaches anything: loads and stores by its own page map, and a trap into
 * the hypervisor. Specified in `docs/systems/hypervisor.md`, "What a guest has"; how to write one: `docs/writing-a-guest.md`.
 *
 * A program awaits accesses, calls, and promises that other software on the platform fulfils. It loses its processor
 * port at any access without noticing. Accesses that are not awaited are in flight together.
 */
import type { Space } from '../../hardware/platform/interface.ts';

export interface Guest {
  readonly domain: number;
  /** Which of its domain's virtual processors this is, from 0. */
  readonly virtualProcessor: number;
  /**
   * Accesses by the domain's page map.
   *
   * @throws PageFault for what cannot be reached
   */
  readonly memory: Space;
  /** Cycles since power-on, as a processor's own counter tells them. */
  readonly now: number;
  /**
   * Traps into the hypervisor, which does what this virtual processor's call block in the shared page says, and writes the
   * result there. `calls.ts` fills and reads the block.
   */
  hypercall(): Promise<void>;
}

/** What runs on a virtual processor. */
export type GuestProgram = (guest: Guest) => Promise<unknown>;

export type { Space, View } from '../../hardware/platform/interface.ts';

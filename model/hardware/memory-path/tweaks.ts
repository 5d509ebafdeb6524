/** Who asks for a tweak. Source: `docs/systems/memory-path.md`, "Reads". */
import { aesLatency, channels, type MemoryPathParameters, princeLatency } from '../../../rtl/memory-path/interface.ts';
import { Engines } from './engine.ts';
import type { Keys } from './keys.ts';
import { tweakStates } from './slots.ts';

/** What a read slot and a write piece have in common here. */
export interface Tweaked {
  readonly key: number;
  readonly unit: number;
  tweakState: number;
  tweakFrom: number;
  tweak: Uint8Array;
}

const kinds = { read: 0, write: 1 } as const;

export class Tweaks {
  readonly #keys: Keys;
  readonly #engines: Engines;
  readonly #princeLatency: number;
  #last: number = kinds.write;
  #asker: Tweaked | undefined;
  #channel = 0;
  #kind = 0;

  constructor(keys: Keys, parameters: MemoryPathParameters) {
    this.#keys = keys;
    this.#engines = new Engines(parameters.unrolled);
    this.#princeLatency = princeLatency(parameters);
  }

  reset(): void {
    this.#engines.reset();
    this.#last = kinds.write;
  }

  /** @param read the oldest read slot that has not asked, with its channel; `write` likewise */
  decide(
    read: { readonly asker: Tweaked; readonly channel: number } | undefined,
    write: { readonly asker: Tweaked; readonly channel: number } | undefined,
    now: number,
  ): void {
    const can = [read, write].map((each) => each !== undefined && this.#engines.takes(each.channel, now));
    this.#asker = undefined;
    if (!can[0] && !can[1]) return;
    this.#kind = can[0] && can[1] ? 1 - this.#last : can[0] ? kinds.read : kinds.write;
    const { asker, channel } = (this.#kind === kinds.read ? read : write)!;
    this.#asker = asker;
    this.#channel = channel;
  }

  edge(now: number): void {
    const asker = this.#asker;
    if (asker !== undefined) {
      this.#last = this.#kind;
      this.#engines.take(this.#channel);
      asker.tweakState = tweakStates.asked;
      asker.tweakFrom = now + (this.#channel === channels.prince ? this.#princeLatency : aesLatency) - 1;
      asker.tweak = this.#keys.cipher(asker.key).tweak(asker.unit);
    }
    this.#engines.edge(now);
  }
}

/** A unit's port to one memory. Source: `docs/systems/memory-management-unit.md`, "Unit: turns, claims, failures". */
import { HeldBeat, OutputRegister, placeChannel } from '../primitives/channels.ts';
import { type PortLayout, wordOf } from '../primitives/ports.ts';
import { type Memory, setOf } from './geometry.ts';
import type { Slot } from './slots.ts';

/** An output register that remembers a slot, or the walker. */
export class RememberingRegister extends OutputRegister {
  of: Slot | 'walker' | undefined;

  /** What it remembers has not been taken, and is not in this cycle. */
  holds(what: Slot | 'walker', inputs: Uint32Array): boolean {
    return this.of === what && !this.free(inputs);
  }

  /** The edge of its handshake. */
  settle(inputs: Uint32Array): void {
    if (this.taken(inputs)) this.empty();
  }
}

/** Counts the cycles without progress. */
class Timer {
  cycles = 0;

  step(clears: boolean, stays: boolean, most: number): void {
    if (clears) this.cycles = 0;
    else if (!stays) this.cycles = Math.min(most, this.cycles + 1);
  }
}

export class MemoryPort {
  readonly memory: Memory;
  readonly ar: RememberingRegister;
  readonly aw: RememberingRegister;
  readonly w: RememberingRegister;
  readonly r: HeldBeat;
  readonly #reads = new Timer();
  readonly #writes = new Timer();
  readonly #longest: number;
  readonly #bready: number;
  readonly #answer: { readonly id: number; readonly response: number; readonly valid: number };

  constructor(memory: Memory, image: Uint32Array, layout: PortLayout, timerWidth: number) {
    this.memory = memory;
    const prefix = `m${memory}_axi_`;
    const output = (channel: string, first: string) =>
      new RememberingRegister(image, placeChannel(layout, 'outputs', prefix + channel, first));
    this.ar = output('ar', 'id');
    this.aw = output('aw', 'id');
    this.w = output('w', 'data');
    this.r = new HeldBeat(image, placeChannel(layout, 'inputs', `${prefix}r`, 'id'));
    this.#longest = 2 ** timerWidth - 1;
    const input = (name: string): number => wordOf(layout.inputs, prefix + name);
    this.#answer = { id: input('bid'), response: input('bresp'), valid: input('bvalid') };
    this.#bready = wordOf(layout.outputs, `${prefix}bready`);
  }

  /** After the record of outputs has been cleared. */
  reset(): void {
    for (const register of [this.ar, this.aw, this.w]) {
      register.reset();
      register.of = undefined;
    }
    this.r.reset();
    this.#reads.cycles = 0;
    this.#writes.cycles = 0;
    this.r.image[this.#bready] = 1;
  }

  /** The answer to a write that comes in this cycle. */
  answer(inputs: Uint32Array): { readonly id: number; readonly response: number } | undefined {
    const { id, response, valid } = this.#answer;
    return inputs[valid] === 0 ? undefined : { id: inputs[id]!, response: inputs[response]! };
  }

  timedOut(timeout: number): boolean {
    return timeout !== 0 && Math.max(this.#reads.cycles, this.#writes.cycles) >= timeout;
  }

  /** @param reading and `writing`: whether slots or the walker wait for it */
  stepTimers(inputs: Uint32Array, failed: number, reading: boolean, writing: boolean): void {
    const out = (failed & setOf(this.memory)) !== 0;
    const { ar, aw, w, r } = this;
    const comes = r.full === 0 && inputs[r.place.valid] !== 0;
    const readsMove = ar.taken(inputs) || comes;
    this.#reads.step(out || readsMove || !(reading || ar.full !== 0), r.full !== 0, this.#longest);
    const writesMove = aw.taken(inputs) || w.taken(inputs) || inputs[this.#answer.valid] !== 0;
    this.#writes.step(out || writesMove || !(writing || w.full !== 0), false, this.#longest);
  }

  settle(inputs: Uint32Array): void {
    this.ar.settle(inputs);
    this.aw.settle(inputs);
    this.w.settle(inputs);
  }

  clear(): void {
    this.ar.empty();
    this.aw.empty();
    this.w.empty();
    this.r.empty();
  }
}

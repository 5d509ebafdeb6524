/** A unit's port to one memory. Source: `docs/systems/memory-management-unit.md`, "Unit: turns, claims, failures". */
import { HeldBeat, OutputRegister, placeChannel } from '../primitives/channels.ts';
import { type PortLayout, wordOf } from '../primitives/ports.ts';
import type { Memory } from './geometry.ts';
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

export class MemoryPort {
  readonly memory: Memory;
  readonly ar: RememberingRegister;
  readonly aw: RememberingRegister;
  readonly w: RememberingRegister;
  readonly r: HeldBeat;
  readonly #bready: number;
  readonly #answer: { readonly id: number; readonly response: number; readonly valid: number };

  constructor(memory: Memory, image: Uint32Array, layout: PortLayout) {
    this.memory = memory;
    const prefix = `m${memory}_axi_`;
    const output = (channel: string, first: string) =>
      new RememberingRegister(image, placeChannel(layout, 'outputs', prefix + channel, first));
    this.ar = output('ar', 'id');
    this.aw = output('aw', 'id');
    this.w = output('w', 'data');
    this.r = new HeldBeat(image, placeChannel(layout, 'inputs', `${prefix}r`, 'id'));
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
    this.r.image[this.#bready] = 1;
  }

  /** The answer to a write that comes in this cycle. */
  answer(inputs: Uint32Array): { readonly id: number; readonly response: number } | undefined {
    const { id, response, valid } = this.#answer;
    return inputs[valid] === 0 ? undefined : { id: inputs[id]!, response: inputs[response]! };
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

/** A keeper's port to one memory. Source: `docs/systems/memory-management-unit.md`, "Keeper: restoring". */
import { OutputRegister, placeChannel } from '../primitives/channels.ts';
import { type PortLayout, wordOf } from '../primitives/ports.ts';
import type { Memory } from './geometry.ts';

/** What comes from a memory in a cycle. */
export interface Incoming {
  /** Of what the keeper asks, 0. */
  readonly id: number;
  readonly response: number;
  /** Of a beat. */
  readonly last: boolean;
}

class Register extends OutputRegister {
  /** It has not been taken, and is not in this cycle. */
  waits(inputs: Uint32Array): boolean {
    return !this.free(inputs);
  }
}

export class KeeperPort {
  readonly memory: Memory;
  readonly ar: Register;
  readonly aw: Register;
  readonly w: Register;
  readonly #image: Uint32Array;
  readonly #in: Readonly<Record<'rid' | 'bid' | 'rdata' | 'rresp' | 'rlast' | 'rvalid' | 'bresp' | 'bvalid', number>>;
  readonly #ready: readonly number[];

  constructor(memory: Memory, image: Uint32Array, layout: PortLayout) {
    this.memory = memory;
    this.#image = image;
    const prefix = `m${memory}_axi_`;
    const output = (channel: string, first: string) =>
      new Register(image, placeChannel(layout, 'outputs', prefix + channel, first));
    this.ar = output('ar', 'id');
    this.aw = output('aw', 'id');
    this.w = output('w', 'data');
    const input = (name: string): number => wordOf(layout.inputs, prefix + name);
    this.#in = {
      rid: input('rid'),
      bid: input('bid'),
      rdata: input('rdata'),
      rresp: input('rresp'),
      rlast: input('rlast'),
      rvalid: input('rvalid'),
      bresp: input('bresp'),
      bvalid: input('bvalid'),
    };
    this.#ready = ['rready', 'bready'].map((name) => wordOf(layout.outputs, prefix + name));
  }

  /** After the record of outputs has been cleared. */
  reset(): void {
    for (const register of [this.ar, this.aw, this.w]) register.reset();
    for (const word of this.#ready) this.#image[word] = 1;
  }

  beat(inputs: Uint32Array): Incoming | undefined {
    const { rvalid, rid, rresp, rlast } = this.#in;
    return inputs[rvalid] === 0 ? undefined : { id: inputs[rid]!, response: inputs[rresp]!, last: inputs[rlast] !== 0 };
  }

  answer(inputs: Uint32Array): Incoming | undefined {
    const { bvalid, bid, bresp } = this.#in;
    return inputs[bvalid] === 0 ? undefined : { id: inputs[bid]!, response: inputs[bresp]!, last: true };
  }

  /** The words of the beat that comes. */
  data(inputs: Uint32Array, words: number): Uint32Array {
    return inputs.slice(this.#in.rdata, this.#in.rdata + words);
  }

  /** Something passes on one of its channels. */
  moves(inputs: Uint32Array): boolean {
    const taken = [this.ar, this.aw, this.w].some((register) => register.taken(inputs));
    return taken || this.beat(inputs) !== undefined || this.answer(inputs) !== undefined;
  }

  settle(inputs: Uint32Array): void {
    for (const register of [this.ar, this.aw, this.w]) if (register.taken(inputs)) register.empty();
  }

  clear(): void {
    for (const register of [this.ar, this.aw, this.w]) register.empty();
  }
}

/** A channel through a Buffer(2). Source: `docs/systems/write-gate.md`, "Reads, data and answers". */
import type { ChannelPlace } from '../primitives/channels.ts';

/**
 * Two entries between the channel that they come from and the one that they go to. The head lies in the record of outputs, where it is the payload of
 * the channel that it goes to; the ready of the one and the valid of the other are of the state only.
 */
export class Passage {
  readonly #image: Uint32Array;
  readonly #from: ChannelPlace;
  readonly #to: ChannelPlace;
  /** The entry behind the head. */
  readonly #second: Uint32Array;
  #count = 0;

  /**
   * @param image the record of outputs
   * @param from where entries come in: payload and valid in the record of inputs
   * @param to where they go on: payload and valid in the record of outputs
   */
  constructor(image: Uint32Array, from: ChannelPlace, to: ChannelPlace) {
    this.#image = image;
    this.#from = from;
    this.#to = to;
    this.#second = new Uint32Array(from.words);
  }

  /** After a reset the head is 0, as the record of outputs is then. */
  reset(): void {
    this.#count = 0;
    this.#second.fill(0);
    this.show(true);
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  /** Something comes in at the coming edge. */
  pushes(inputs: Uint32Array): boolean {
    return this.#count < 2 && inputs[this.#from.valid] !== 0;
  }

  /** The head leaves at the coming edge, if nothing else keeps it. */
  pops(inputs: Uint32Array): boolean {
    return this.#count > 0 && inputs[this.#to.ready] !== 0;
  }

  edge(inputs: Uint32Array, push: boolean, pop: boolean): void {
    const left = this.#count - Number(pop);
    if (pop && left > 0) this.#image.set(this.#second, this.#to.at);
    if (push) {
      const [record, at] = left === 0 ? [this.#image, this.#to.at] : [this.#second, 0];
      for (let word = 0; word < this.#from.words; word += 1) record[at + word] = inputs[this.#from.at + word]!;
    }
    this.#count = left + Number(push);
  }

  /**
   * Writes valid and ready.
   *
   * @param allowed whether the head may go on; only where it may is it offered
   */
  show(allowed: boolean): void {
    this.#image[this.#to.valid] = Number(this.#count > 0 && allowed);
    this.#image[this.#from.ready] = Number(this.#count < 2);
  }
}

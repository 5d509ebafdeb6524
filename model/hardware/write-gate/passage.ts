import type { ChannelPlace } from '../primitives/channels.ts';

/** A channel through a Buffer(2): its head lies in the record of outputs. */
export class Passage {
  #count = 0;
  readonly #image: Uint32Array;
  readonly #from: ChannelPlace;
  readonly #to: ChannelPlace;
  readonly #waiting: Uint32Array;

  constructor(image: Uint32Array, from: ChannelPlace, to: ChannelPlace) {
    this.#image = image;
    this.#from = from;
    this.#to = to;
    this.#waiting = new Uint32Array(from.words);
  }

  get ready(): boolean {
    return this.#count < 2;
  }

  get valid(): boolean {
    return this.#count > 0;
  }

  reset(): void {
    this.#count = 0;
    this.#show();
  }

  /** @param open whether its head may leave in this cycle */
  edge(inputs: Uint32Array, open: boolean): void {
    const pops = this.valid && open && inputs[this.#to.ready] !== 0;
    const pushes = this.ready && inputs[this.#from.valid] !== 0;
    const left = this.#count - Number(pops);
    const { at, words } = this.#from;
    if (pops && left > 0) this.#image.set(this.#waiting, this.#to.at);
    if (pushes && left === 0) this.#image.set(inputs.subarray(at, at + words), this.#to.at);
    else if (pushes) this.#waiting.set(inputs.subarray(at, at + words));
    this.#count = left + Number(pushes);
    this.#show();
  }

  #show(): void {
    this.#image[this.#to.valid] = Number(this.valid);
    this.#image[this.#from.ready] = Number(this.ready);
  }
}

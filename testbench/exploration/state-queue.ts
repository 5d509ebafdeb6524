/** States in order, kept by what differs from a base: most of a design's registers seldom change. */

const chunkWords = 2 ** 20;

export class StateQueue {
  readonly #base: Uint32Array;
  #chunks: Uint32Array[] = [new Uint32Array(chunkWords)];
  #writing = 0;
  #reading = 0;
  size = 0;

  constructor(base: Uint32Array) {
    this.#base = base;
  }

  push(state: Uint32Array): void {
    const base = this.#base;
    if (this.#writing + 2 * state.length + 1 > chunkWords) {
      // A count of all ones ends a chunk.
      (this.#chunks.at(-1) as Uint32Array)[this.#writing] = 0xffff_ffff;
      this.#chunks.push(new Uint32Array(chunkWords));
      this.#writing = 0;
    }
    const chunk = this.#chunks.at(-1) as Uint32Array;
    const start = this.#writing;
    let at = start + 1;
    for (let index = 0; index < state.length; index += 1) {
      const word = state[index] as number;
      if (word === base[index]) continue;
      chunk[at] = index;
      chunk[at + 1] = word;
      at += 2;
    }
    chunk[start] = (at - start - 1) / 2;
    this.#writing = at;
    this.size += 1;
  }

  /** Takes the oldest into `state`. */
  shift(state: Uint32Array): void {
    if (this.size === 0) throw new Error('there is no state');
    if ((this.#chunks[0] as Uint32Array)[this.#reading] === 0xffff_ffff) {
      this.#chunks.shift();
      this.#reading = 0;
    }
    const chunk = this.#chunks[0] as Uint32Array;
    const count = chunk[this.#reading] as number;
    state.set(this.#base);
    const end = this.#reading + 1 + 2 * count;
    for (let at = this.#reading + 1; at < end; at += 2) state[chunk[at] as number] = chunk[at + 1] as number;
    this.#reading = end;
    this.size -= 1;
  }
}

import { inputSlot, outputSlot, readSlot, writeSlot } from '../ports.ts';
import type { Way } from '../way.ts';

/** Drives a key expansion. */
export class KeyExpander {
  readonly #way: Way;
  readonly #inputs: Uint32Array;
  readonly #outputs: Uint32Array;

  constructor(way: Way) {
    this.#way = way;
    this.#inputs = new Uint32Array(way.layout.inputWords);
    this.#outputs = new Uint32Array(way.layout.outputWords);
    way.reset();
    this.#step({});
    this.#set('aresetn', 1n);
  }

  #set(name: string, value: bigint): void {
    writeSlot(this.#inputs, inputSlot(this.#way.layout, name), value);
  }

  #step(inputs: Readonly<Record<string, bigint>>): void {
    for (const [name, value] of Object.entries(inputs)) this.#set(name, value);
    this.#way.step(this.#inputs, this.#outputs);
    for (const name of Object.keys(inputs)) this.#set(name, 0n);
  }

  #output(name: string): bigint {
    return readSlot(this.#outputs, outputSlot(this.#way.layout, name));
  }

  /** Fifteen round keys. @throws Error where they are not written one a cycle, in their order, right after the start */
  expand(key: Uint8Array): readonly bigint[] {
    const value = BigInt(`0x${Buffer.from(key).reverse().toString('hex')}`);
    this.#step({ start: 1n, short: key.length === 16 ? 1n : 0n, slot: 3n, key: value });
    const made: bigint[] = [];
    for (let round = 0; round < 15; round += 1) {
      this.#step({});
      const seen = [
        this.#output('busy'),
        this.#output('write'),
        this.#output('written_slot'),
        this.#output('written_round'),
      ];
      if (seen.join() !== [1, 1, 3, round].join()) throw new Error(`round key ${round}: ${seen.join()}`);
      made.push(this.#output('written_key'));
    }
    this.#step({});
    if (this.#output('busy') !== 0n || this.#output('written_key') !== 0n)
      throw new Error('the expansion goes on, or shows its last key, after 15 round keys');
    return made;
  }
}

/** A stepped model with its ports by name. */
import type { PortLayout } from '../../primitives/ports.ts';

export interface Stepped {
  readonly layout: PortLayout;
  show(outputs: Uint32Array): void;
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

export class Part {
  readonly inputs: Uint32Array;
  readonly outputs: Uint32Array;
  readonly #model: Stepped;
  readonly #taken: Uint32Array;
  readonly #slots: ReadonlyMap<string, { readonly record: Uint32Array; readonly word: number; readonly words: number }>;

  constructor(model: Stepped) {
    this.#model = model;
    const { inputs, outputs, inputWords, outputWords } = model.layout;
    this.inputs = new Uint32Array(inputWords);
    this.#taken = new Uint32Array(inputWords);
    this.outputs = new Uint32Array(outputWords);
    this.#slots = new Map([
      ...inputs.map(({ name, word, words }) => [name, { record: this.inputs, word, words }] as const),
      ...outputs.map(({ name, word, words }) => [name, { record: this.outputs, word, words }] as const),
    ]);
    model.step(this.inputs, this.outputs);
    this.set('aresetn', 1);
    this.show();
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }

  #slot(name: string) {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new Error(`there is no port '${name}'`);
    return slot;
  }

  /** A value of up to two words. */
  get(name: string): number {
    const { record, word, words } = this.#slot(name);
    return record[word]! + (words > 1 ? record[word + 1]! * 2 ** 32 : 0);
  }

  is(name: string): boolean {
    return this.get(name) !== 0;
  }

  set(name: string, value: number): void {
    const { record, word, words } = this.#slot(name);
    record[word] = value % 2 ** 32;
    if (words > 1) record[word + 1] = Math.floor(value / 2 ** 32);
  }

  bytes(name: string): Uint8Array {
    const { record, word, words } = this.#slot(name);
    return new Uint8Array(record.slice(word, word + words).buffer);
  }

  setBytes(name: string, bytes: Uint8Array): void {
    const { record, word, words } = this.#slot(name);
    record.set(new Uint32Array(bytes.slice(0, 4 * words).buffer), word);
  }

  /** Whether a channel's handshake is in this cycle. */
  passes(channel: string): boolean {
    return this.is(`${channel}valid`) && this.is(`${channel}ready`);
  }

  show(): void {
    this.#model.show(this.outputs);
  }

  /** Takes the inputs as those of the cycle: what is set later is for the next. */
  take(): void {
    this.#taken.set(this.inputs);
  }

  /** Ends the cycle. */
  step(): void {
    this.#model.step(this.#taken, this.outputs);
    this.show();
  }
}

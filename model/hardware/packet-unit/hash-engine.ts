/** The hash engine with its table. Source: `docs/systems/packet-unit.md`, "Hash". */
import type { Buffer } from '../primitives/buffer.ts';
import { type Descriptor, frameStatus, hashInput, hashType } from './descriptor.ts';
import { createHashedChain, type HashedChain } from './entries.ts';
import type { PacketUnitParameters } from './parameters.ts';
import { tableEntries } from './parameters.ts';
import { place, type Registers } from './registers.ts';

/** A hash on its way through one of the cycles after its last step. */
interface Finished {
  present: boolean;
  readonly chain: HashedChain;
}

const createFinished = (): Finished => ({ present: false, chain: createHashedChain() });

const maximumInputWords = 9;

/**
 * Exclusive or, over the input bits from `first` to before `end` that are 1, of the 32 key bits from there on. Bit 0 is the most
 * significant bit of word 0, of input and key alike.
 */
export const toeplitzStep = (
  input: Uint32Array,
  first: number,
  end: number,
  key: Uint32Array,
  keyAt: number,
): number => {
  let hash = 0;
  for (let bit = first; bit < end; bit += 1) {
    const word = bit >>> 5;
    const shift = bit & 31;
    if (((input[word]! << shift) & 0x8000_0000) === 0) continue;
    hash ^= key[keyAt + word]! << shift;
    if (shift !== 0) hash ^= key[keyAt + word + 1]! >>> (32 - shift);
  }
  return hash;
};

export class HashEngine {
  readonly #hashWidth: number;
  readonly #registers: Registers;
  readonly #input = new Uint32Array(maximumInputWords);
  #bits = 0;
  #position = 0;
  #stepsLeft = 0;
  #first = false;
  #destinationHigh = 0;
  #destinationLow = 0;
  #good = false;
  readonly #current = createHashedChain();
  /** One, two and three cycles after the last step. */
  #after: [Finished, Finished, Finished] = [createFinished(), createFinished(), createFinished()];
  #canStart = true;

  constructor({ hashWidth }: PacketUnitParameters, registers: Registers) {
    this.#hashWidth = hashWidth;
    this.#registers = registers;
  }

  reset(): void {
    this.#stepsLeft = 0;
    this.#canStart = true;
    for (const stage of this.#after) stage.present = false;
  }

  /** No step remains after the one in this cycle. Means something after `step`. */
  get canStart(): boolean {
    return this.#canStart;
  }

  /** Starts at this cycle's edge. Call it after `step`, if `canStart`. */
  start(descriptor: Descriptor, type: number): void {
    this.#bits = hashInput(descriptor, type, this.#input);
    this.#position = 0;
    this.#stepsLeft = Math.max(1, Math.ceil(this.#bits / this.#hashWidth));
    this.#first = true;
    this.#destinationHigh = descriptor.destinationHigh;
    this.#destinationLow = descriptor.destinationLow;
    this.#good = descriptor.status === frameStatus.good;
    this.#current.hash = 0;
    this.#current.hashType = type;
  }

  step(clients: Buffer<HashedChain>): void {
    const { words } = this.#registers;
    this.#canStart = this.#stepsLeft <= 1;
    const [one, two, three] = this.#after;
    if (three.present) {
      const { hash, hashType: type, client, copies } = three.chain;
      const pushed = clients.push();
      pushed.hash = hash;
      pushed.hashType = type;
      pushed.client = type === hashType.none ? words[place.default_client]! : client;
      pushed.copies = copies;
      three.present = false;
    }
    if (two.present) two.chain.client = words[place.table + (two.chain.hash & (tableEntries - 1))]!;
    this.#after = [three, one, two];
    if (this.#stepsLeft === 0) return;
    this.#hashStep();
    if (this.#stepsLeft > 0) return;
    three.present = true;
    three.chain.hash = this.#current.hash;
    three.chain.hashType = this.#current.hashType;
    three.chain.copies = this.#current.copies;
  }

  #hashStep(): void {
    const current = this.#current;
    const registers = this.#registers;
    if (this.#first) {
      current.copies = this.#good ? registers.allSapClients(this.#destinationHigh, this.#destinationLow) : 0;
      this.#first = false;
    }
    const end = Math.min(this.#position + this.#hashWidth, this.#bits);
    current.hash = (current.hash ^ toeplitzStep(this.#input, this.#position, end, registers.words, place.key)) >>> 0;
    this.#position = end;
    this.#stepsLeft -= 1;
  }
}

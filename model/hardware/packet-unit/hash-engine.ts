/** The hash engine with its table. Source: `docs/systems/packet-unit.md`, "Hash". */
import { hashTypes, keyWords, type PacketUnitParameters, tableEntries } from '../../../rtl/packet-unit/interface.ts';
import type { Buffer } from '../primitives/buffer.ts';
import { type Descriptor, hashInput } from './descriptor.ts';
import { createHashedChain, type HashedChain } from './entries.ts';
import { place, type Registers } from './registers.ts';
import { copyBits, toeplitz } from './toeplitz.ts';

/** A hash on its way through one of the cycles after its last step. */
interface Finished {
  present: boolean;
  readonly chain: HashedChain;
}

const createFinished = (): Finished => ({ present: false, chain: createHashedChain() });

const maximumInputWords = 9;
/** A step of W input bits needs W + 31 bits of key; the first 31 are those that the step before ended with. */
const carriedKeyBits = 31;

export class HashEngine {
  readonly #hashWidth: number;
  readonly #registers: Registers;
  readonly #input = new Uint32Array(maximumInputWords);
  /** The key as the present hash has seen it, each bit when it was first needed. */
  readonly #key = new Uint32Array(keyWords);
  #descriptor: Descriptor | null = null;
  #bits = 0;
  #step = 0;
  #stepsLeft = 0;
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

  /** A hash is on its way. */
  get busy(): boolean {
    return this.#stepsLeft > 0 || this.#after.some(({ present }) => present);
  }

  /** No step remains after the one in this cycle. Means something after `step`. */
  get canStart(): boolean {
    return this.#canStart;
  }

  /** Starts at this cycle's edge. Call it after `step`, if `canStart`. */
  start(descriptor: Descriptor, type: number): void {
    this.#descriptor = descriptor;
    this.#bits = hashInput(descriptor, type, this.#input);
    this.#step = 0;
    this.#stepsLeft = Math.max(1, Math.ceil(this.#bits / this.#hashWidth));
    this.#current.hash = 0;
    this.#current.hashType = type;
    copyBits(this.#registers.words, place.key, this.#key, 0, carriedKeyBits);
  }

  step(clients: Buffer<HashedChain>): void {
    this.#canStart = this.#stepsLeft <= 1;
    const { words } = this.#registers;
    const [one, two, three] = this.#after;
    if (three.present) {
      const { hash, hashType, client, copies } = three.chain;
      const pushed = clients.push();
      pushed.hash = hash;
      pushed.hashType = hashType;
      pushed.client = hashType === hashTypes.none ? words[place.default_client]! : client;
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
    const first = this.#step * this.#hashWidth;
    const end = first + this.#hashWidth;
    if (this.#step === 0) current.copies = registers.allSapClients(this.#descriptor!);
    copyBits(registers.words, place.key, this.#key, first + carriedKeyBits, end + carriedKeyBits);
    current.hash = (current.hash ^ toeplitz(this.#input, first, Math.min(end, this.#bits), this.#key)) >>> 0;
    this.#step += 1;
    this.#stepsLeft -= 1;
  }
}

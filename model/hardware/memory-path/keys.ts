/** Key slots and their commits. Source: `docs/systems/memory-path.md`, "Forms" and "Keys". */
import { channels, commitCycles, type MemoryPathParameters } from '../../../rtl/memory-path/interface.ts';
import { type Cipher, cipherOf } from './ciphers.ts';
import { interruptBit, type Registers, stagedWords } from './registers.ts';
import { refused } from './slots.ts';

const clearing = 4;
/** The staged words that each operation takes, a bit a word: AES-128 and PRINCE the first halves of two keys, AES-256 all. */
const halves = 0x0f0f;
const takenWords: Readonly<Record<number, number>> = {
  [channels.aes128]: halves,
  [channels.aes256]: 0xffff,
  [channels.prince]: halves,
  [clearing]: 0,
};
const lockBit = 16;
/** The cycle of a commit's timer in which the second key is taken. */
const secondKeyCycle = 17;
/** Cycles that clearing takes, for each slot. */
const clearingCycles = 16;
const noKey = new Uint8Array(64);

interface KeySlot {
  loaded: boolean;
  locked: boolean;
  kind: number;
  cipher: Cipher;
}

/** What a form asks for. */
export interface Decoded {
  /** 0 plain, 1 to 3 the channel, or refused. */
  readonly class: number;
  readonly key: number;
  /** Whether a commit is active for its key slot. */
  readonly committed: boolean;
}

const plain: Decoded = { class: 0, key: 0, committed: false };

export class Keys {
  readonly #registers: Registers;
  #slots: KeySlot[] = [];
  readonly #count: number;
  #active = false;
  #slot = 0;
  #operation = 0;
  #timer = 0;
  /** The key taken from the staged words so far. */
  readonly #taken = new Uint8Array(4 * stagedWords);
  /** Cycles of clearing to come. */
  #clearing = 0;
  /** Whether this edge clears the staged words. */
  #clearsStage = false;

  constructor(registers: Registers, { keySlots }: MemoryPathParameters) {
    this.#registers = registers;
    this.#count = keySlots;
    this.reset();
  }

  reset(): void {
    this.#slots = Array.from({ length: this.#count }, () => ({
      loaded: false,
      locked: false,
      kind: 0,
      cipher: cipherOf(channels.aes128, noKey),
    }));
    this.#active = false;
    this.#timer = 0;
    this.#clearing = clearingCycles * this.#count;
  }

  decode(form: number): Decoded {
    if (form === 0) return plain;
    const { words, place } = this.#registers;
    const word = words[place.form + form]!;
    const channel = (word >>> 4) & 3;
    const key = (word >>> 8) & 7;
    const slot = this.#slots[key];
    if ((word & 1) === 0 || slot === undefined) return { class: refused, key: 0, committed: false };
    const committed = this.#active && this.#slot === key;
    return { class: slot.loaded && slot.kind === channel ? channel : refused, key, committed };
  }

  /** No commit and no clearing is under way. */
  get idle(): boolean {
    return !this.#active && this.#clearing === 0;
  }

  /** The slot that a commit is active for. */
  get committing(): number | undefined {
    return this.#active ? this.#slot : undefined;
  }

  cipher(slot: number): Cipher {
    return this.#slots[slot]!.cipher;
  }

  /**
   * The edge: commands, the commit, tampering. Before the register port writes.
   *
   * @param inUse whether the slot that a commit is active for is in use
   */
  edge(tamper: boolean, inUse: boolean): void {
    this.#clearsStage = tamper;
    const wasActive = this.#active;
    const slotOfCommit = this.#slot;
    const ends = wasActive && this.#advance(inUse);
    this.#registers.holdStage(wasActive);
    this.#command(tamper || wasActive);
    if (tamper) this.#clearing = clearingCycles * this.#count;
    else if (this.#clearing > 0) this.#clearing -= 1;
    if (tamper) {
      this.#active = false;
      for (const slot of this.#slots) {
        slot.loaded = false;
        slot.cipher = cipherOf(channels.aes128, noKey);
      }
    } else if (ends) {
      this.#finish(slotOfCommit);
    }
  }

  /** Counts a cycle of the commit. Returns whether it ends with it. */
  #advance(inUse: boolean): boolean {
    if (this.#timer === 0 && (inUse || this.#clearing > 0)) return false;
    this.#timer += 1;
    if (this.#timer === 1) this.#take(0);
    if (this.#timer === secondKeyCycle) this.#take(stagedWords / 2);
    return this.#timer === commitCycles;
  }

  #finish(index: number): void {
    const slot = this.#slots[index]!;
    this.#active = false;
    this.#clearsStage = true;
    const clears = this.#operation === clearing;
    slot.loaded = !clears;
    if (clears) {
      slot.cipher = cipherOf(channels.aes128, noKey);
    } else {
      slot.kind = this.#operation;
      slot.cipher = cipherOf(slot.kind, this.#taken.slice());
    }
    this.#registers.interrupt(interruptBit.key);
  }

  /** Takes one of the two keys, from this word on. */
  #take(first: number): void {
    const { words, place } = this.#registers;
    const view = new DataView(this.#taken.buffer);
    for (let index = first; index < first + stagedWords / 2; index += 1) {
      view.setUint32(4 * index, words[place.key + index]!, true);
    }
  }

  /** @param drops whether no commit can begin */
  #command(drops: boolean): void {
    const { words, place } = this.#registers;
    for (let index = 0; index < this.#count; index += 1) {
      const command = words[place.key_command + index]!;
      words[place.key_command + index] = 0;
      const slot = this.#slots[index]!;
      const operations = command & (lockBit - 1);
      if (operations !== 0) {
        const operation = 32 - Math.clz32(operations & -operations);
        const missing = takenWords[operation]! & ~words[place.key_staged]!;
        if (drops || slot.locked || missing !== 0) {
          this.#registers.interrupt(interruptBit.keyDropped);
          continue;
        }
        this.#active = true;
        this.#slot = index;
        this.#operation = operation;
        this.#timer = 0;
      }
      if ((command & lockBit) !== 0) slot.locked = true;
    }
  }

  /** The edge, after the register port has written. */
  settle(): void {
    const { words, place } = this.#registers;
    if (this.#clearsStage) this.#registers.clearStage();
    let status = this.#active ? 1 << (16 + this.#slot) : 0;
    this.#slots.forEach((slot, index) => {
      if (slot.loaded) status |= 1 << index;
      if (slot.locked) status |= 1 << (8 + index);
      words[place.key_kind + index] = slot.kind;
    });
    words[place.key_status] = status;
  }
}

/** The words behind a register port, as a register map declares them. Source: `docs/parts/register-port.md`. */
import { type RegisterSpace, wordKind } from './register-port.ts';

/** What a register map says of a register: one of its `placed`. */
interface Placed {
  readonly name: string;
  readonly kind: string;
  readonly address: number;
  readonly count: number;
  readonly stride: number;
  readonly words: number;
  readonly fields: readonly {
    readonly access: string;
    readonly low: number;
    readonly width: number;
    readonly value: number;
    readonly resets: readonly number[];
  }[];
}

const kindOf: Readonly<Record<string, number>> = {
  'read-write': wordKind.readWrite,
  'read-only': wordKind.readOnly,
  constant: wordKind.readOnly,
  pulse: wordKind.pulse,
  'write-one-to-clear': wordKind.writeOneToClear,
  'write-only': wordKind.writeOnly,
};

const mask = (width: number, low: number): number => ((width === 32 ? 0xffff_ffff : 2 ** width - 1) << low) >>> 0;

/** All words of a register map without windows; the values that software reads are kept in them. */
export class RegisterWords<Name extends string> implements RegisterSpace {
  readonly words: Uint32Array;
  readonly kinds: Uint8Array;
  readonly writable: Uint32Array;
  /** Index of the word of each register, or of the first of an array. */
  readonly place: Readonly<Record<Name, number>>;
  readonly #afterReset: Uint32Array;

  /** @param addressWidth bits of the address space, in bytes */
  constructor(placed: readonly Placed[], addressWidth: number) {
    const size = 2 ** addressWidth / 4;
    this.words = new Uint32Array(size);
    this.kinds = new Uint8Array(size);
    this.writable = new Uint32Array(size);
    this.#afterReset = new Uint32Array(size);
    const place: Partial<Record<string, number>> = {};
    for (const register of placed) {
      place[register.name] = register.address >>> 2;
      for (let element = 0; element < register.count; element += 1) this.#lay(register, element);
    }
    this.place = place as Record<Name, number>;
  }

  #lay(register: Placed, element: number): void {
    const word = (register.address + element * register.stride) >>> 2;
    if (register.kind === 'counter') {
      this.kinds[word] = register.words === 2 ? wordKind.wideLow : wordKind.readOnly;
      if (register.words === 2) this.kinds[word + 1] = wordKind.wideHigh;
      return;
    }
    for (const { access, low, width, value, resets } of register.fields) {
      this.kinds[word] = kindOf[access]!;
      if (access !== 'read-only' && access !== 'constant') this.writable[word]! |= mask(width, low);
      const start = access === 'constant' ? value : (resets[element] ?? 0);
      this.#afterReset[word]! |= start << low;
    }
  }

  reset(): void {
    this.words.set(this.#afterReset);
  }

  /** Counts a counter of `bits` bits up, which wraps. */
  count(name: Name, by: number, bits: number): void {
    const at = this.place[name];
    const low = this.words[at]! + by;
    this.words[at] = low;
    if (low <= 0xffff_ffff || bits <= 32) return;
    this.words[at + 1] = (this.words[at + 1]! + 1) & (2 ** (bits - 32) - 1);
  }
}

/** A device's registers, read and written a word at a time as a register port does it. Source: `docs/parts/register-port.md`. */
import { wordKind } from '../../primitives/register-port.ts';
import { RegisterWords } from '../../primitives/register-space.ts';

const addressWidth = 12;

/** @typeParam Name of a register */
export class DeviceWords<Name extends string> extends RegisterWords<Name> {
  readonly #names: ReadonlyMap<number, Name>;
  #highWord = 0;

  constructor(placed: ConstructorParameters<typeof RegisterWords>[0]) {
    super(placed, addressWidth);
    this.#names = new Map((Object.entries(this.place) as [Name, number][]).map(([name, word]) => [word, name]));
  }

  override reset(): void {
    super.reset();
    this.#highWord = 0;
  }

  mapped(word: number): boolean {
    return this.kinds[word] !== wordKind.unmapped;
  }

  /** The register whose first word it is. */
  nameOf(word: number): Name | undefined {
    return this.#names.get(word);
  }

  readWord(word: number): number {
    const kind = this.kinds[word]!;
    if (kind === wordKind.pulse || kind === wordKind.writeOnly) return 0;
    if (kind === wordKind.wideHigh) return this.#highWord;
    if (kind === wordKind.wideLow) this.#highWord = this.words[word + 1]!;
    return this.words[word]!;
  }

  /** Pulses stay in their word until it settles. */
  writeWord(word: number, data: number, strobes: number): void {
    let bits = this.writable[word]!;
    for (let byte = 0; byte < 4; byte += 1) if (((strobes >>> byte) & 1) === 0) bits &= ~(0xff << (8 * byte));
    const before = this.words[word]!;
    const kind = this.kinds[word]!;
    if (kind === wordKind.writeOneToClear) this.words[word] = before & ~(data & bits);
    else if (kind === wordKind.pulse) this.words[word] = data & bits;
    else this.words[word] = (before & ~bits) | (data & bits);
  }

  settle(word: number): void {
    if (this.kinds[word] === wordKind.pulse) this.words[word] = 0;
  }
}

/** The control registers. Source: `docs/systems/resource-access-controller.md`, "Registers". */
import {
  type ResourceAccessControllerParameters,
  registerAddressWidth,
  resourceAccessControllerRegisters,
} from '../../../rtl/resource-access-controller/interface.ts';
import { type RegisterSpace, wordKind } from '../primitives/register-port.ts';

export type RegisterName = Exclude<
  keyof ReturnType<typeof resourceAccessControllerRegisters>['registers'],
  number | symbol
>;

/** Bits of the interrupt status and enable. */
export const interruptBit = { fault: 1, ready: 2 } as const;

const kindOf: Readonly<Record<string, number>> = {
  'read-write': wordKind.readWrite,
  'read-only': wordKind.readOnly,
  constant: wordKind.readOnly,
  pulse: wordKind.pulse,
  'write-one-to-clear': wordKind.writeOneToClear,
};

const mask = (width: number, low: number): number => ((width === 32 ? 0xffff_ffff : 2 ** width - 1) << low) >>> 0;

/** Byte address of each register, or of the first of an array. */
export const registerAddresses = (parameters: ResourceAccessControllerParameters): ReadonlyMap<string, number> =>
  new Map(resourceAccessControllerRegisters(parameters).placed.map(({ name, address }) => [name, address]));

/** All register words; the values that software reads are kept in them. */
export class Registers implements RegisterSpace {
  readonly words = new Uint32Array(2 ** registerAddressWidth / 4);
  readonly kinds = new Uint8Array(this.words.length);
  readonly writable = new Uint32Array(this.words.length);
  /** Index of the word of each register, or of the first of an array. */
  readonly place: Readonly<Record<RegisterName, number>>;
  readonly #afterReset = new Uint32Array(this.words.length);

  constructor(parameters: ResourceAccessControllerParameters) {
    const { placed } = resourceAccessControllerRegisters(parameters);
    const place: Partial<Record<string, number>> = {};
    for (const register of placed) {
      const first = register.address >>> 2;
      place[register.name] = first;
      for (let element = 0; element < register.count; element += 1) {
        const word = first + (element * register.stride) / 4;
        if (register.kind === 'counter') {
          this.kinds[word] = register.words === 2 ? wordKind.wideLow : wordKind.readOnly;
          if (register.words === 2) this.kinds[word + 1] = wordKind.wideHigh;
          continue;
        }
        for (const { access, low, width, value, resets } of register.fields) {
          this.kinds[word] = kindOf[access]!;
          if (access !== 'read-only' && access !== 'constant') this.writable[word]! |= mask(width, low);
          const start = access === 'constant' ? value : (resets[element] ?? 0);
          this.#afterReset[word]! |= start << low;
        }
      }
    }
    this.place = place as Record<RegisterName, number>;
  }

  reset(): void {
    this.words.set(this.#afterReset);
  }

  /** The edge of a cycle counts it. */
  countCycle(): void {
    const at = this.place.cycle;
    const low = this.words[at]! + 1;
    this.words[at] = low;
    if (low > 0xffff_ffff) this.words[at + 1] = (this.words[at + 1]! + 1) & 0xffff;
  }
}

/** The control registers. Source: `docs/systems/memory-path.md`, "Registers". */
import {
  type MemoryPathParameters,
  memoryPathRegisters,
  registerAddressWidth,
} from '../../../rtl/memory-path/interface.ts';
import { RegisterWords } from '../primitives/register-space.ts';

export type RegisterName = Exclude<keyof ReturnType<typeof memoryPathRegisters>['registers'], number | symbol>;

/** Bits of the interrupt status and enable. */
export const interruptBit = { scan: 1, key: 2, tamper: 4, keyDropped: 8 } as const;

export const stagedWords = 16;
const allBits = 0xffff_ffff;

/** Byte address of each register, or of the first of an array. */
export const registerAddresses = (parameters: MemoryPathParameters): ReadonlyMap<string, number> =>
  new Map(memoryPathRegisters(parameters).placed.map(({ name, address }) => [name, address]));

export class Registers extends RegisterWords<RegisterName> {
  /** Interrupts of this cycle. */
  #raised = 0;
  #stageHeld = false;

  constructor(parameters: MemoryPathParameters) {
    super(memoryPathRegisters(parameters).placed, registerAddressWidth);
  }

  override reset(): void {
    super.reset();
    this.#raised = 0;
    this.holdStage(false);
  }

  /** Whether the staged words stay as they are at this edge, whatever software writes. */
  holdStage(held: boolean): void {
    if (held === this.#stageHeld) return;
    this.#stageHeld = held;
    this.writable.fill(held ? 0 : allBits, this.place.key, this.place.key + stagedWords);
  }

  written(word: number): void {
    const index = word - this.place.key;
    if (index >= 0 && index < stagedWords) this.words[this.place.key_staged]! |= 1 << index;
  }

  clearStage(): void {
    this.words.fill(0, this.place.key, this.place.key + stagedWords);
    this.words[this.place.key_staged] = 0;
  }

  interrupt(bit: number): void {
    this.#raised |= bit;
  }

  /** The edge, after the register port has written: setting wins over clearing. */
  settle(): void {
    this.words[this.place.interrupt_status]! |= this.#raised;
    this.#raised = 0;
  }

  get interrupting(): boolean {
    return (this.words[this.place.interrupt_status]! & this.words[this.place.interrupt_enable]!) !== 0;
  }
}

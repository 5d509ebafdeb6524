/** The control registers of a keeper. Source: `docs/systems/memory-management-unit.md`, "Keeper: registers". */
import {
  type MemoryKeeperParameters,
  memoryKeeperRegisters,
  registerAddressWidth,
} from '../../../rtl/memory-management-unit/interface.ts';
import { RegisterWords } from '../primitives/register-space.ts';
import { pageBytes } from './geometry.ts';

export type KeeperRegisterName = Exclude<keyof ReturnType<typeof memoryKeeperRegisters>['registers'], number | symbol>;

export const keeperInterrupts = { change: 1, error: 2, copy: 4 } as const;

/** Byte address of each register, or of the first of an array. */
export const keeperRegisterAddresses = (parameters: MemoryKeeperParameters): ReadonlyMap<string, number> =>
  new Map(memoryKeeperRegisters(parameters).placed.map(({ name, address }) => [name, address]));

const pulses = ['memory_command', 'bump', 'copy_command'] as const;

export class KeeperRegisters extends RegisterWords<KeeperRegisterName> {
  readonly #wide: boolean;
  #raised = 0;

  constructor(parameters: MemoryKeeperParameters) {
    super(memoryKeeperRegisters(parameters).placed, registerAddressWidth);
    this.#wide = parameters.addressWidth > 32;
  }

  override reset(): void {
    super.reset();
    this.#raised = 0;
  }

  get(name: KeeperRegisterName): number {
    return this.words[this.place[name]]!;
  }

  show(name: KeeperRegisterName, value: number, element = 0): void {
    this.words[this.place[name] + element] = value;
  }

  frame(which: 'from' | 'to'): number {
    const high = this.#wide ? this.get(`copy_${which}_high`) * 2 ** 32 : 0;
    return (this.get(`copy_${which}_low`) + high) / pageBytes;
  }

  get interrupting(): boolean {
    return (this.get('interrupt_status') & this.get('interrupt_enable')) !== 0;
  }

  interrupt(bit: number): void {
    this.#raised |= bit;
  }

  /** The edge, before the register port writes: a pulse is over. */
  endPulses(): void {
    for (const name of pulses) this.show(name, 0);
  }

  /** The edge, after the register port has written: setting wins over clearing. */
  settle(): void {
    this.words[this.place.interrupt_status]! |= this.#raised;
    this.#raised = 0;
  }
}

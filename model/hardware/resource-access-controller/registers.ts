/** The control registers. Source: `docs/systems/resource-access-controller.md`, "Registers". */
import {
  cycleWidth,
  type ResourceAccessControllerParameters,
  registerAddressWidth,
  resourceAccessControllerRegisters,
} from '../../../rtl/resource-access-controller/interface.ts';
import { RegisterWords } from '../primitives/register-space.ts';

export type RegisterName = Exclude<
  keyof ReturnType<typeof resourceAccessControllerRegisters>['registers'],
  number | symbol
>;

/** Bits of the interrupt status and enable. */
export const interruptBit = { fault: 1, ready: 2 } as const;

/** Byte address of each register, or of the first of an array. */
export const registerAddresses = (parameters: ResourceAccessControllerParameters): ReadonlyMap<string, number> =>
  new Map(resourceAccessControllerRegisters(parameters).placed.map(({ name, address }) => [name, address]));

/** All register words; the values that software reads are kept in them. */
export class Registers extends RegisterWords<RegisterName> {
  constructor(parameters: ResourceAccessControllerParameters) {
    super(resourceAccessControllerRegisters(parameters).placed, registerAddressWidth);
  }

  /** Counts cycles that were passed over. */
  countCycles(cycles: number): void {
    this.words[this.place.cycle] = (this.words[this.place.cycle]! + cycles) % 2 ** cycleWidth;
  }

  /** The edge of a cycle counts it. */
  countCycle(): void {
    this.count('cycle', 1, cycleWidth);
  }
}

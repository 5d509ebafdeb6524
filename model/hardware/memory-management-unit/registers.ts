/** The control registers of a unit. Source: `docs/systems/memory-management-unit.md`, "Unit: registers". */
import {
  type MemoryManagementUnitParameters,
  memoryManagementUnitRegisters,
  registerAddressWidth,
} from '../../../rtl/memory-management-unit/interface.ts';
import { RegisterWords } from '../primitives/register-space.ts';
import type { Events } from './events.ts';
import { Geometry, pageBytes } from './geometry.ts';
import type { Slot } from './slots.ts';
import type { Translations } from './tables.ts';

export type UnitRegisterName = Exclude<
  keyof ReturnType<typeof memoryManagementUnitRegisters>['registers'],
  number | symbol
>;

export const unitInterrupts = { fault: 1, difference: 2 } as const;

/** Byte address of each register. */
export const unitRegisterAddresses = (parameters: MemoryManagementUnitParameters): ReadonlyMap<string, number> =>
  new Map(memoryManagementUnitRegisters(parameters).placed.map(({ name, address }) => [name, address]));

export class Registers extends RegisterWords<UnitRegisterName> {
  readonly #geometry: Geometry;
  readonly #wide: boolean;
  readonly #farPages: boolean;
  #raised = 0;

  constructor(parameters: MemoryManagementUnitParameters) {
    super(memoryManagementUnitRegisters(parameters).placed, registerAddressWidth);
    this.#geometry = new Geometry(parameters);
    this.#wide = parameters.addressWidth > 32;
    this.#farPages = parameters.virtualWidth > 32;
  }

  override reset(): void {
    super.reset();
    this.#raised = 0;
  }

  #word(name: UnitRegisterName): number {
    return this.words[this.place[name]]!;
  }

  get domain(): number {
    return this.#word('domain');
  }

  get direct(): boolean {
    return this.#word('control') !== 0;
  }

  get timeout(): number {
    return this.#word('timeout');
  }

  /** Where the domain table is, if there is one. */
  get tables(): Translations | undefined {
    const word = this.#word('tables');
    if ((word & 1) === 0) return undefined;
    const frame = (low: UnitRegisterName, high: UnitRegisterName): number =>
      (this.#word(low) + (this.#wide ? this.#word(high) * 2 ** 32 : 0)) / pageBytes;
    const form = (low: number): number => ((word >>> low) & 15) % this.#geometry.forms;
    return {
      enabled: (word >>> 1) & 3,
      frames: [frame('tables_first_low', 'tables_first_high'), frame('tables_second_low', 'tables_second_high')],
      forms: [form(4), form(8)],
    };
  }

  get interrupting(): boolean {
    return (this.#word('interrupt_status') & this.#word('interrupt_enable')) !== 0;
  }

  /** The edge, before the register port writes. */
  take(events: Events): void {
    this.count('hits', events.hits, 32);
    this.count('misses', events.misses, 32);
    this.count('restarts', events.restarts, 32);
    this.count('failovers', events.failovers, 32);
    this.count('differences', events.differences, 32);
    if (events.different !== undefined) this.#differ(events.different.slot, events.different.beat);
    const cleared = this.#word('fault_clear') !== 0;
    this.words[this.place.fault_clear] = 0;
    if (cleared) this.words[this.place.fault]! &= ~1;
    const { readFault, writeFault } = events;
    const slot = readFault ?? writeFault;
    if (slot === undefined) return;
    this.#raised |= unitInterrupts.fault;
    const recorded = (this.#word('fault') & 1) !== 0;
    if (recorded) return;
    if (slot === readFault) this.#record(slot, 0, slot.cause);
    else this.#record(slot, 1, events.writeCause);
  }

  #differ({ request: { id, domain, address } }: Slot, beat: number): void {
    this.#raised |= unitInterrupts.difference;
    if ((this.#word('interrupt_status') & unitInterrupts.difference) !== 0) return;
    this.words[this.place.difference] = beat | (domain << 8) | (id << 16);
    this.#showAddress('difference', address);
  }

  #showAddress(of: 'difference' | 'fault', address: number): void {
    this.words[this.place[`${of}_address_low`]] = address % 2 ** 32;
    if (this.#farPages) this.words[this.place[`${of}_address_high`]] = Math.floor(address / 2 ** 32);
  }

  #record({ request }: Slot, write: number, cause: number): void {
    const { id, domain, address } = request;
    this.words[this.place.fault] = 1 | (write << 1) | (cause << 4) | (domain << 8) | (id << 16);
    this.#showAddress('fault', address);
  }

  /** The edge, after the register port has written: setting wins over clearing. */
  settle(): void {
    this.words[this.place.interrupt_status]! |= this.#raised;
    this.#raised = 0;
  }
}

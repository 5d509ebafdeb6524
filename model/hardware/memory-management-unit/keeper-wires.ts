/** What units tell their keeper in a cycle, and where it answers. Source: `docs/systems/memory-management-unit.md`, "Keeper: ports". */
import { toKeeper } from '../../../rtl/memory-management-unit/interface.ts';
import { type PortLayout, wordOf } from '../primitives/ports.ts';

type Told = (typeof toKeeper)[number];

export class KeeperWires {
  readonly units: number;
  readonly #in: readonly Readonly<Record<Told, number>>[];
  #inputs: Uint32Array = new Uint32Array(0);

  constructor(layout: PortLayout, units: number) {
    this.units = units;
    this.#in = Array.from(
      { length: units },
      (_, unit) =>
        Object.fromEntries(toKeeper.map((name) => [name, wordOf(layout.inputs, `u${unit}_${name}`)])) as Record<
          Told,
          number
        >,
    );
  }

  look(inputs: Uint32Array): void {
    this.#inputs = inputs;
  }

  of(unit: number, name: Told): number {
    return this.#inputs[this.#in[unit]![name]]!;
  }

  /** Some unit tells of an event. */
  get tells(): boolean {
    return this.some('event_error') || this.some('event_failure') || this.some('event_timeout');
  }

  some(name: Told): boolean {
    return this.#in.some((places) => this.#inputs[places[name]] !== 0);
  }

  /** The lowest unit that tells this of the memory, or -1. */
  first(name: 'event_error' | 'event_failure' | 'event_timeout', memory: number): number {
    return this.#in.findIndex((places) => ((this.#inputs[places[name]]! >>> memory) & 1) !== 0);
  }
}

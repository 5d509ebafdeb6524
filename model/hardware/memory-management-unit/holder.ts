/** Which unit has the turn for both memories. Source: `docs/systems/memory-management-unit.md`, "Keeper: cookies, turns, status". */
import type { KeeperWires } from './keeper-wires.ts';

export class Holder {
  holder = 0;
  /** Registers: some other unit asks. */
  readonly contended: boolean[];

  constructor(units: number) {
    this.contended = Array.from({ length: units }, () => false);
  }

  reset(): void {
    this.holder = 0;
    this.contended.fill(false);
  }

  edge(wires: KeeperWires): void {
    const { units } = wires;
    const asks = Array.from({ length: units }, (_, unit) => wires.of(unit, 'turn_request') !== 0);
    this.contended.forEach((_, unit) => {
      this.contended[unit] = asks.some((each, other) => each && other !== unit);
    });
    if (asks[this.holder] === true) return;
    for (let step = 1; step < units; step += 1) {
      const unit = (this.holder + step) % units;
      if (asks[unit] !== true) continue;
      this.holder = unit;
      return;
    }
  }
}

/** Drives the interconnect through a scenario: all managers at once, until each has its answers. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { managerPort, subordinatePort } from '../../../../rtl/interconnect/interface.ts';
import { Axi4Manager } from '../../../axi/manager.ts';
import { Axi4Subordinate } from '../../../axi/subordinate.ts';
import type { Driver } from '../../driver.ts';
import { inputSlot } from '../../ports.ts';
import type { InterconnectScenario } from './scenario.ts';

/** Cycles without any transfer after which the interconnect counts as stuck. */
const despair = 2000;

export class InterconnectDriver implements Driver {
  stuck = false;
  readonly managers: readonly Axi4Manager[];
  readonly subordinates: readonly Axi4Subordinate[];
  private readonly scenario: InterconnectScenario;
  private readonly resetWord: number;
  private cycle = -1;
  private resetLeft: number;
  private resetIndex = 0;
  private trafficCycles = 0;
  private stalled = 0;
  private moved = 0;

  constructor(scenario: InterconnectScenario, layout: PortLayout) {
    this.scenario = scenario;
    this.resetWord = inputSlot(layout, 'aresetn').word;
    this.managers = scenario.managers.map(
      ({ transactions, ...options }, manager) => new Axi4Manager(layout, managerPort(manager), transactions, options),
    );
    this.subordinates = scenario.subordinates.map(
      (behaviour, subordinate) => new Axi4Subordinate(layout, subordinatePort(subordinate), behaviour),
    );
    this.resetLeft = scenario.initialReset;
  }

  next(inputs: Uint32Array, outputs: Uint32Array): boolean {
    this.stuck = this.stalled > despair;
    if (this.stuck || (this.resetLeft === 0 && this.idle)) return false;
    this.cycle += 1;
    const reset = this.scenario.resets[this.resetIndex];
    if (this.resetLeft === 0 && reset !== undefined && this.trafficCycles >= reset.after) {
      this.resetIndex += 1;
      this.trafficCycles = 0;
      this.resetLeft = reset.cycles;
    }
    const all = [...this.managers, ...this.subordinates];
    if (this.resetLeft > 0) {
      this.resetLeft -= 1;
      this.stalled = 0;
      inputs[this.resetWord] = 0;
      for (const each of all) each.reset(inputs);
      return true;
    }
    inputs[this.resetWord] = 1;
    this.trafficCycles += 1;
    for (const each of all) each.drive(inputs, outputs, this.cycle - 1);
    const moved = all.reduce((sum, each) => sum + each.transfers, 0);
    this.stalled = moved === this.moved ? this.stalled + 1 : 0;
    this.moved = moved;
    return true;
  }

  private get idle(): boolean {
    return this.managers.every((each) => each.idle) && this.subordinates.every((each) => each.idle);
  }
}

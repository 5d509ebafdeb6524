/** Drives units and their keeper through a scenario: settings, traffic with everything at once, the rest, and reading back. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { Axi4Manager } from '../../../axi/manager.ts';
import type { Driver } from '../../driver.ts';
import { inputSlot } from '../../ports.ts';
import type { SystemParameters } from './parameters.ts';
import { keeperAddresses, unitAddresses } from './registers.ts';
import { plainTraffic, type Step, type SystemScenario } from './scenario.ts';
import { Software } from './software.ts';
import { TwoMemories } from './two-memories.ts';

type Phase = 'reset' | 'settings' | 'traffic' | 'rest' | 'read back' | 'end';

export class SystemDriver implements Driver {
  stuck = false;
  phase: Phase = 'reset';
  readonly processors: readonly Axi4Manager[];
  readonly memories: TwoMemories;
  readonly software: Software;
  private readonly scenario: SystemScenario;
  private readonly parameters: SystemParameters;
  private readonly resetWord: number;
  private cycle = -1;
  private resetLeft: number;
  private resetIndex = 0;
  private trafficCycles = 0;
  private restLeft: number;
  private stalled = 0;
  private begun = false;

  constructor(scenario: SystemScenario, parameters: SystemParameters, layout: PortLayout) {
    this.scenario = scenario;
    this.parameters = parameters;
    this.resetWord = inputSlot(layout, 'aresetn').word;
    this.processors = Array.from({ length: parameters.units }, (_, unit) => {
      const { transactions, ...options } = scenario.traffic[unit] ?? plainTraffic;
      return new Axi4Manager(layout, `u${unit}_s_axi`, transactions, options);
    });
    this.memories = new TwoMemories(scenario, parameters, layout);
    this.software = new Software(scenario, parameters.units, layout, this.memories);
    this.resetLeft = scenario.initialReset;
    this.restLeft = scenario.rest;
  }

  next(inputs: Uint32Array, outputs: Uint32Array): boolean {
    this.advancePhase();
    if (this.phase === 'end') return false;
    this.cycle += 1;
    if (this.phase === 'reset') {
      this.resetLeft -= 1;
      inputs[this.resetWord] = 0;
      for (const processor of this.processors) processor.reset(inputs);
      this.software.reset(inputs);
      this.memories.reset(inputs);
      return true;
    }
    inputs[this.resetWord] = 1;
    const before = this.progress;
    const traffic = this.phase === 'traffic';
    if (traffic) {
      for (const processor of this.processors) processor.drive(inputs, outputs, this.cycle - 1);
      this.trafficCycles += 1;
    }
    this.software.drive(inputs, outputs, this.phase === 'settings');
    this.memories.drive(inputs, outputs, this.cycle - 1);
    this.stalled = this.progress === before ? this.stalled + 1 : 0;
    return true;
  }

  private get progress(): number {
    const { processors, memories, software } = this;
    return processors.reduce((sum, { transfers }) => sum + transfers, memories.transfers + software.progress);
  }

  /** Every register of every part. */
  private get readings(): readonly Step[] {
    const p = this.parameters;
    const read = (port: number | 'keeper', address: number): Step => ({
      kind: 'access',
      port,
      access: { kind: 'read', address, wait: 0 },
      answered: false,
    });
    return [
      ...this.processors.flatMap((_, unit) => unitAddresses(p).map((address) => read(unit, address))),
      ...keeperAddresses(p).map((address) => read('keeper', address)),
    ];
  }

  private advancePhase(): void {
    const { scenario } = this;
    if (this.phase === 'reset' && this.resetLeft === 0) {
      this.software.pushFirst(scenario.settings);
      this.phase = 'settings';
    }
    if (this.phase === 'settings' && this.software.isSettled) {
      if (!this.begun) this.software.push(scenario.software);
      this.begun = true;
      this.phase = 'traffic';
    }
    if (this.phase === 'traffic') {
      const reset = scenario.resets[this.resetIndex];
      if (reset !== undefined && this.trafficCycles >= reset.after) {
        this.resetIndex += 1;
        this.trafficCycles = 0;
        this.resetLeft = reset.cycles;
        this.phase = 'reset';
      } else if (this.software.idle && this.processors.every(({ idle }) => idle)) this.phase = 'rest';
    }
    if (this.phase === 'rest') {
      if (this.restLeft > 0) {
        this.restLeft -= 1;
        this.stalled = 0;
        return;
      }
      if (scenario.readBack) this.software.push(this.readings);
      this.phase = 'read back';
    }
    if (this.phase === 'read back' && this.software.idle) this.phase = 'end';
    if (this.stalled > scenario.patience) {
      this.stuck = true;
      this.phase = 'end';
    }
  }
}

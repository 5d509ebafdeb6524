/** Drives the gate through a scenario: traffic with accesses beside it, then every page let go, and reading back. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { WriteGateParameters } from '../../../../rtl/write-gate/interface.ts';
import { Axi4Manager } from '../../../axi/manager.ts';
import { Axi4Subordinate } from '../../../axi/subordinate.ts';
import { LiteManager } from '../../axi/lite-manager.ts';
import { always, RunLengths } from '../../axi/run-lengths.ts';
import type { Driver } from '../../driver.ts';
import { inputSlot } from '../../ports.ts';
import { markedPages } from './pages.ts';
import { letGo, registers } from './registers.ts';
import type { WriteGateScenario } from './scenario.ts';
import { write } from './scenarios.ts';

/** Cycles without any transfer after which what is left is held, or stuck. */
const quietCycles = 200;

type Phase = 'reset' | 'clearing' | 'traffic' | 'letting go' | 'read back' | 'end';

export class WriteGateDriver implements Driver {
  stuck = false;
  phase: Phase = 'reset';
  readonly device: Axi4Manager;
  readonly memory: Axi4Subordinate;
  private readonly scenario: WriteGateScenario;
  private readonly p: WriteGateParameters;
  private readonly resetWord: number;
  private readonly port: LiteManager;
  private readonly responses: RunLengths;
  private readonly data: RunLengths;
  private cycle = -1;
  private resetLeft: number;
  private resetIndex = 0;
  private trafficCycles = 0;
  private quiet = 0;
  private accessesPushed = false;

  constructor(scenario: WriteGateScenario, p: WriteGateParameters, layout: PortLayout) {
    this.scenario = scenario;
    this.p = p;
    this.resetWord = inputSlot(layout, 'aresetn').word;
    const { transactions, outstanding, lead, stalls } = scenario;
    this.device = new Axi4Manager(layout, 's_axi', transactions, { outstanding, lead, stalls });
    this.memory = new Axi4Subordinate(layout, 'm_axi', scenario.memory);
    this.port = new LiteManager(layout, 's_axil');
    this.responses = new RunLengths(stalls.registerWriteResponse);
    this.data = new RunLengths(stalls.registerReadData);
    this.resetLeft = scenario.initialReset;
  }

  next(inputs: Uint32Array, outputs: Uint32Array): boolean {
    this.advance();
    if (this.phase === 'end') return false;
    this.cycle += 1;
    const all = [this.device, this.memory];
    if (this.phase === 'reset') {
      this.resetLeft -= 1;
      inputs[this.resetWord] = 0;
      for (const each of [...all, this.port]) each.reset(inputs);
      return true;
    }
    inputs[this.resetWord] = 1;
    const before = this.transfers;
    const traffic = this.phase === 'traffic' || this.phase === 'letting go';
    if (traffic) {
      this.trafficCycles += 1;
      for (const each of all) each.drive(inputs, outputs, this.cycle - 1);
    }
    this.port.drive(inputs, outputs, traffic ? this.responses : always, traffic ? this.data : always);
    this.quiet = this.transfers === before ? this.quiet + 1 : 0;
    return true;
  }

  private get transfers(): number {
    return this.device.transfers + this.memory.transfers + this.port.responses;
  }

  private letGo(): void {
    for (const page of markedPages(this.p)) this.port.push(write(registers.mark, letGo + page));
  }

  private advance(): void {
    if (this.phase === 'reset' && this.resetLeft === 0) {
      // At its beginning nothing is known of the marks.
      this.letGo();
      this.phase = 'clearing';
    }
    if (this.phase === 'clearing' && this.port.idle) {
      if (!this.accessesPushed) for (const access of this.scenario.accesses) this.port.push(access);
      this.accessesPushed = true;
      this.phase = 'traffic';
      this.quiet = 0;
    }
    if (this.phase === 'traffic' || this.phase === 'letting go') {
      const reset = this.scenario.resets[this.resetIndex];
      if (reset !== undefined && this.trafficCycles >= reset.after) {
        this.resetIndex += 1;
        this.trafficCycles = 0;
        this.resetLeft = reset.cycles;
        this.phase = 'reset';
        return;
      }
    }
    const done = this.device.idle && this.memory.idle && this.port.idle;
    if (this.phase === 'traffic' && (done || this.quiet > quietCycles)) {
      this.letGo();
      this.port.push(write(registers.control, 0));
      this.phase = 'letting go';
      this.quiet = 0;
      return;
    }
    if (this.phase === 'letting go') {
      if (!done && this.quiet > quietCycles) {
        this.stuck = true;
        this.phase = 'end';
      } else if (done) {
        for (const address of Object.values(registers)) this.port.push({ kind: 'read', address, wait: 0 });
        this.phase = 'read back';
      }
    }
    if (this.phase === 'read back' && this.port.idle) this.phase = 'end';
  }
}

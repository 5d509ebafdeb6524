/** Drives the path through a scenario: settings, traffic with everything at once, the rest, and reading back. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { MemoryPathParameters } from '../../../../rtl/memory-path/interface.ts';
import { Axi4Manager } from '../../../axi/manager.ts';
import { Axi4Subordinate } from '../../../axi/subordinate.ts';
import type { Transaction } from '../../../axi/transaction.ts';
import { LiteManager } from '../../axi/lite-manager.ts';
import { always, RunLengths } from '../../axi/run-lengths.ts';
import type { Driver } from '../../driver.ts';
import { inputSlot } from '../../ports.ts';
import { readBackAddresses } from './registers.ts';
import { holdScans } from './scans.ts';
import type { MemoryPathScenario } from './scenario.ts';

/** Cycles without any transfer after which the path counts as stuck; fewer where memory may have lost answers. */
const despair = { always: 5000, faulty: 500 } as const;

type Phase = 'reset' | 'settings' | 'traffic' | 'rest' | 'read back' | 'end';

/** The transactions as the processor asks them: with the form in the address, where it is not beside it. */
export const processorTransactions = (
  { transactions }: MemoryPathScenario,
  p: MemoryPathParameters,
): readonly Transaction[] =>
  p.sideband
    ? transactions
    : transactions.map(({ user = 0, ...each }) => ({ ...each, address: each.address + user * 2 ** p.addressWidth }));

export class MemoryPathDriver implements Driver {
  stuck = false;
  phase: Phase = 'reset';
  readonly processor: Axi4Manager;
  readonly memory: Axi4Subordinate;
  private readonly scenario: MemoryPathScenario;
  private readonly parameters: MemoryPathParameters;
  private readonly resetWord: number;
  private readonly tamperWord: number;
  private readonly port: LiteManager;
  private readonly patterns: Readonly<Record<'write' | 'read', RunLengths>>;
  private cycle = -1;
  private resetLeft: number;
  private resetIndex = 0;
  private trafficCycles = 0;
  private restLeft: number;
  private stalled = 0;
  private accessesPushed = false;

  constructor(scenario: MemoryPathScenario, parameters: MemoryPathParameters, layout: PortLayout) {
    this.scenario = scenario;
    this.parameters = parameters;
    this.resetWord = inputSlot(layout, 'aresetn').word;
    this.tamperWord = inputSlot(layout, 'tamper').word;
    const { stalls } = scenario;
    this.processor = new Axi4Manager(layout, 's_axi', processorTransactions(scenario, parameters), {
      stalls: { w: stalls.writeData, b: stalls.writeResponse, r: stalls.readData },
      outstanding: scenario.outstanding,
      lead: scenario.lead,
    });
    this.memory = new Axi4Subordinate(layout, 'm_axi', scenario.memory);
    holdScans(this.memory.memory, scenario, parameters);
    this.port = new LiteManager(layout, 's_axil');
    this.patterns = {
      write: new RunLengths(stalls.registerWriteResponse),
      read: new RunLengths(stalls.registerReadData),
    };
    this.resetLeft = scenario.initialReset;
    this.restLeft = scenario.rest;
  }

  next(inputs: Uint32Array, outputs: Uint32Array): boolean {
    this.advancePhase();
    if (this.phase === 'end') return false;
    this.cycle += 1;
    inputs[this.tamperWord] = 0;
    if (this.phase === 'reset') {
      this.resetLeft -= 1;
      inputs[this.resetWord] = 0;
      this.processor.reset(inputs);
      this.port.reset(inputs);
      this.memory.reset(inputs);
      return true;
    }
    inputs[this.resetWord] = 1;
    const traffic = this.phase === 'traffic';
    const progress = (): number => this.processor.transfers + this.memory.transfers + this.port.responses;
    const before = progress();
    if (traffic) {
      this.processor.drive(inputs, outputs, this.cycle - 1);
      inputs[this.tamperWord] = this.tampers() ? 1 : 0;
      this.trafficCycles += 1;
    }
    const { patterns } = this;
    this.port.drive(inputs, outputs, traffic ? patterns.write : always, traffic ? patterns.read : always);
    this.memory.drive(inputs, outputs, this.cycle - 1);
    this.stalled = progress() === before ? this.stalled + 1 : 0;
    return true;
  }

  private tampers(): boolean {
    return this.scenario.tampers.some(
      ({ after, cycles }) => this.trafficCycles >= after && this.trafficCycles < after + cycles,
    );
  }

  private advancePhase(): void {
    if (this.phase === 'reset' && this.resetLeft === 0) {
      for (const each of this.scenario.settings) this.port.push(each);
      this.phase = 'settings';
    }
    if (this.phase === 'settings' && this.port.idle) {
      if (!this.accessesPushed) for (const access of this.scenario.accesses) this.port.push(access);
      this.accessesPushed = true;
      this.phase = 'traffic';
    }
    if (this.phase === 'traffic') {
      const reset = this.scenario.resets[this.resetIndex];
      if (reset !== undefined && this.trafficCycles >= reset.after) {
        this.resetIndex += 1;
        this.trafficCycles = 0;
        this.resetLeft = reset.cycles;
        this.phase = 'reset';
      } else if (this.processor.idle && this.port.idle && this.memory.idle) this.phase = 'rest';
    }
    if (this.phase === 'rest') {
      if (this.restLeft > 0) {
        this.restLeft -= 1;
        this.stalled = 0;
        return;
      }
      if (this.scenario.readBack) {
        for (const address of readBackAddresses(this.parameters)) this.port.push({ kind: 'read', address, wait: 0 });
      }
      this.phase = 'read back';
    }
    if (this.phase === 'read back' && this.port.idle) this.phase = 'end';
    if (this.stalled > (this.scenario.memory.faults.length > 0 ? despair.faulty : despair.always)) {
      this.stuck = true;
      this.phase = 'end';
    }
  }
}

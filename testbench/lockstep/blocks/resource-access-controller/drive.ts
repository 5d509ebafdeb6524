/** Drives the controller through a scenario: settings, traffic with everything at once, the rest, and reading back. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { ResourceAccessControllerParameters } from '../../../../rtl/resource-access-controller/interface.ts';
import { Axi4Manager } from '../../../axi/manager.ts';
import { type LiteAccess, LiteManager } from '../../axi/lite-manager.ts';
import { always, RunLengths } from '../../axi/run-lengths.ts';
import type { Driver } from '../../driver.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { Device } from './device.ts';
import { guaranteesOf } from './guarantees.ts';
import { write } from './programmes.ts';
import { readBackAddresses, registers } from './registers.ts';
import type { RacScenario } from './scenario.ts';

/** Cycles without a transfer of the processor, though it waits, after which software gives up on whatever has no timeout. */
const patience = 2500;
/** The timeout that it sets then. */
const impatience = 20;
/** Such cycles after which the controller counts as stuck. */
const despair = 4 * patience;

type Phase = 'reset' | 'settings' | 'traffic' | 'rest' | 'read back' | 'end';

export class RacDriver implements Driver {
  stuck = false;
  phase: Phase = 'reset';
  readonly devices: readonly Device[];
  private readonly scenario: RacScenario;
  private readonly parameters: ResourceAccessControllerParameters;
  private readonly resetWord: number;
  private readonly interruptWord: number;
  private readonly irqWord: number;
  readonly processor: Axi4Manager;
  private cycle = -1;
  private readonly port: LiteManager;
  private readonly patterns: Readonly<Record<'write' | 'read', RunLengths>>;
  private resetLeft: number;
  private resetIndex = 0;
  /** Not begun yet. */
  private readonly accesses: LiteAccess[];
  private trafficCycles = 0;
  private restLeft: number;
  private stalled = 0;
  private raised = 0;
  private interruptIndex = 0;
  private interruptLeft: number;

  constructor(scenario: RacScenario, parameters: ResourceAccessControllerParameters, layout: PortLayout) {
    this.scenario = scenario;
    this.parameters = parameters;
    this.resetWord = inputSlot(layout, 'aresetn').word;
    this.interruptWord = inputSlot(layout, 'device_interrupt').word;
    this.irqWord = outputSlot(layout, 'irq').word;
    const { writeData: w, writeResponse: b, readData: r } = scenario.stalls;
    this.processor = new Axi4Manager(layout, 's_axi', scenario.transactions, {
      stalls: { w, b, r },
      outstanding: scenario.outstanding,
      lead: scenario.lead,
    });
    this.devices = scenario.devices.map((script, port) => new Device(layout, port, script));
    this.port = new LiteManager(layout, 's_axil');
    const { stalls } = scenario;
    this.patterns = {
      write: new RunLengths(stalls.registerWriteResponse),
      read: new RunLengths(stalls.registerReadData),
    };
    this.resetLeft = scenario.initialReset;
    this.restLeft = scenario.rest;
    this.interruptLeft = scenario.interrupts[0]?.cycles ?? 0;
    this.accesses = [...scenario.accesses];
  }

  next(inputs: Uint32Array, outputs: Uint32Array): boolean {
    this.advancePhase();
    if (this.phase === 'end') return false;
    this.cycle += 1;
    inputs[this.interruptWord] = this.nextInterrupts();
    if (this.phase === 'reset') {
      this.resetLeft -= 1;
      inputs[this.resetWord] = 0;
      this.processor.reset(inputs);
      this.port.reset(inputs);
      for (const device of this.devices) device.reset(inputs);
      return true;
    }
    inputs[this.resetWord] = 1;
    const traffic = this.phase === 'traffic';
    const { patterns } = this;
    // What software does to recover is no progress of the traffic.
    const progress = (): number => this.processor.transfers + (traffic ? 0 : this.port.responses);
    const before = progress();
    if (traffic) this.processor.drive(inputs, outputs, this.cycle - 1);
    this.port.drive(inputs, outputs, traffic ? patterns.write : always, traffic ? patterns.read : always);
    for (const device of this.devices) device.drive(inputs, outputs);
    this.stalled = progress() === before ? this.stalled + 1 : 0;
    if (traffic) {
      this.trafficCycles += 1;
      this.recover((outputs[this.irqWord] ?? 0) !== 0);
    }
    return true;
  }

  private advancePhase(): void {
    if (this.phase === 'reset' && this.resetLeft === 0) {
      for (const each of this.scenario.settings) this.port.push(each);
      this.phase = 'settings';
    }
    if (this.phase === 'settings' && this.port.idle) {
      for (const access of this.accesses.splice(0)) this.port.push(access);
      this.phase = 'traffic';
    }
    if (this.phase === 'traffic') {
      const reset = this.scenario.resets[this.resetIndex];
      if (this.processor.idle && this.port.idle) this.phase = 'rest';
      else if (reset !== undefined && this.trafficCycles >= reset.after) {
        this.resetIndex += 1;
        this.trafficCycles = 0;
        this.resetLeft = reset.cycles;
        this.phase = 'reset';
      } else if (this.stalled > 0 && this.stalled % patience === 0) this.rescue();
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
    if (this.stalled > despair) {
      this.stuck = true;
      this.phase = 'end';
    }
  }

  /** Where no timeout was programmed a device may hang for ever: software sets one. */
  private rescue(): void {
    const timeout = Math.min(impatience, 2 ** this.parameters.timerWidth - 1);
    const { resources } = guaranteesOf(this.scenario, this.parameters);
    for (const [resource, safe] of resources.entries()) {
      if (!safe) this.port.push(write(registers.timeout + 4 * resource, timeout));
    }
  }

  private recover(irq: boolean): void {
    const { recovery } = this.scenario;
    if (recovery === null) return;
    this.raised = irq && this.port.idle ? this.raised + 1 : 0;
    if (this.raised <= recovery.delay || this.processor.idle) return;
    this.raised = 0;
    const all = 0xffff_ffff;
    for (const address of [registers.interruptStatus, registers.portIsolated, registers.log, registers.logAddressLow]) {
      this.port.push({ kind: 'read', address, wait: 0 });
    }
    this.port.push(write(registers.interruptStatus, 3));
    if (recovery.clears) this.port.push(write(registers.logClear, 1));
    // What has been reset comes back first: the rest, still isolated, is reset then.
    if (recovery.readmits) {
      this.port.push(write(registers.portReadmit, all));
      this.port.push(write(registers.resourceReadmit, all));
    }
    if (recovery.resets) this.port.push(write(registers.portReset, all, 3));
  }

  private nextInterrupts(): number {
    const { interrupts } = this.scenario;
    if (interrupts.length === 0) return 0;
    if (this.interruptLeft === 0) {
      this.interruptIndex = (this.interruptIndex + 1) % interrupts.length;
      this.interruptLeft = interrupts[this.interruptIndex]?.cycles ?? 1;
    }
    this.interruptLeft -= 1;
    return interrupts[this.interruptIndex]?.mask ?? 0;
  }
}

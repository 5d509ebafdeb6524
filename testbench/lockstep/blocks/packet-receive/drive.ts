/** Drives the engine through a scenario: settings, chains with everything at once, the rest, and reading back. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { PacketReceiveParameters } from '../../../../rtl/packet-receive/interface.ts';
import { Axi4Subordinate } from '../../../axi/subordinate.ts';
import { LiteManager } from '../../axi/lite-manager.ts';
import { always, RunLengths } from '../../axi/run-lengths.ts';
import type { Driver } from '../../driver.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { ChainSource } from './chain-source.ts';
import { readBackAddresses, registers } from './registers.ts';
import type { PacketReceiveScenario } from './scenario.ts';

/** Cycles without any transfer after which all that came counts as done, or as stuck. */
const quietCycles = 200;

type Phase = 'reset' | 'settings' | 'traffic' | 'drain' | 'rest' | 'read back' | 'end';

export class PacketReceiveDriver implements Driver {
  stuck = false;
  phase: Phase = 'reset';
  readonly memory: Axi4Subordinate;
  readonly source: ChainSource;
  private readonly scenario: PacketReceiveScenario;
  private readonly clients: number;
  private readonly resetWord: number;
  private readonly port: LiteManager;
  private readonly patterns: Readonly<Record<'source' | 'record' | 'write' | 'read', RunLengths>>;
  private cycle = -1;
  private resetLeft: number;
  private resetIndex = 0;
  private trafficCycles = 0;
  private restLeft: number;
  private quiet = 0;
  private accessesPushed = false;
  private readonly readData: Readonly<Record<'ready' | 'valid' | 'data', number>>;
  /** What was read last, the client that follows, and whether its index was read. */
  private lastRead = 0;
  private follower = 0;
  private asked = false;

  constructor(scenario: PacketReceiveScenario, parameters: PacketReceiveParameters, layout: PortLayout) {
    this.scenario = scenario;
    this.clients = parameters.clients;
    this.resetWord = inputSlot(layout, 'aresetn').word;
    this.memory = new Axi4Subordinate(layout, 'm_axi', scenario.memory);
    this.source = new ChainSource(layout, scenario.chains, parameters);
    this.port = new LiteManager(layout, 's_axil');
    const { source, record, registerWriteResponse, registerReadData } = scenario.stalls;
    this.patterns = {
      source: new RunLengths(source),
      record: new RunLengths(record),
      write: new RunLengths(registerWriteResponse),
      read: new RunLengths(registerReadData),
    };
    this.readData = {
      ready: inputSlot(layout, 's_axil_rready').word,
      valid: outputSlot(layout, 's_axil_rvalid').word,
      data: outputSlot(layout, 's_axil_rdata').word,
    };
    this.resetLeft = scenario.initialReset;
    this.restLeft = scenario.rest;
  }

  next(inputs: Uint32Array, outputs: Uint32Array): boolean {
    const { ready, valid, data } = this.readData;
    if (inputs[ready] !== 0 && outputs[valid] !== 0) this.lastRead = outputs[data] ?? 0;
    this.advancePhase();
    if (this.phase === 'end') return false;
    this.cycle += 1;
    if (this.phase === 'reset') {
      this.resetLeft -= 1;
      inputs[this.resetWord] = 0;
      this.source.reset(inputs);
      this.port.reset(inputs);
      this.memory.reset(inputs);
      this.asked = false;
      return true;
    }
    inputs[this.resetWord] = 1;
    const { patterns } = this;
    const traffic = this.phase === 'traffic';
    const before = this.transfers;
    if (traffic) {
      this.source.drive(inputs, outputs, patterns.source, patterns.record);
      this.trafficCycles += 1;
      if (this.scenario.follow && this.port.idle && !this.source.idle) this.follow();
    }
    this.port.drive(inputs, outputs, traffic ? patterns.write : always, traffic ? patterns.read : always);
    this.memory.drive(inputs, outputs, this.cycle - 1);
    this.quiet = this.transfers === before ? this.quiet + 1 : 0;
    return true;
  }

  /** A client takes note of all that is in its ring; then the next does. */
  private follow(): void {
    const offset = 4 * this.follower;
    if (this.asked) {
      const index = this.lastRead & 0xffff;
      this.port.push({
        kind: 'write',
        address: registers.consumer + offset,
        data: index,
        strobes: 15,
        wait: 0,
        dataWait: 0,
      });
      this.follower = (this.follower + 1) % this.clients;
    } else this.port.push({ kind: 'read', address: registers.producer + offset, wait: 0 });
    this.asked = !this.asked;
  }

  private get transfers(): number {
    return this.source.transfers + this.memory.transfers + this.port.responses;
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
        return;
      }
      if (this.source.idle && this.port.idle) this.phase = 'drain';
      else if (this.quiet > quietCycles) {
        this.stuck = true;
        this.phase = 'end';
        return;
      }
    }
    if (this.phase === 'drain' && this.quiet > quietCycles) this.phase = 'rest';
    if (this.phase === 'rest') {
      if (this.restLeft > 0) {
        this.restLeft -= 1;
        return;
      }
      for (const address of readBackAddresses(this.clients)) this.port.push({ kind: 'read', address, wait: 0 });
      this.phase = 'read back';
    }
    if (this.phase === 'read back' && this.port.idle) this.phase = 'end';
  }
}

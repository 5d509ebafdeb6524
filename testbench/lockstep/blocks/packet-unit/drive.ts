/** Drives the unit through a scenario: settings, traffic with everything at once, the rest, and reading back. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { ChannelSink } from '../../axi/channel.ts';
import { LiteManager } from '../../axi/lite-manager.ts';
import { always, RunLengths } from '../../axi/run-lengths.ts';
import type { Driver } from '../../driver.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { FrameSource } from './frame-source.ts';
import { readBackAddresses } from './registers.ts';
import type { PacketUnitScenario } from './scenario.ts';

/** Cycles without a transfer anywhere after which the unit counts as drained: longer than any chain takes from end to end. */
const quietCycles = 80;
/** Cycles without a transfer, though there is work, after which the unit counts as stuck. */
const patience = 5000;

type Phase = 'reset' | 'settings' | 'traffic' | 'drain' | 'rest' | 'read back' | 'end';

export interface PacketUnitDriver extends Driver {
  /** Whether the run ended because nothing moved any more. */
  readonly stuck: boolean;
  /** In which part of the scenario the unit is. */
  readonly phase: Phase;
}

class ScenarioDriver implements PacketUnitDriver {
  stuck = false;
  phase: Phase = 'reset';
  private readonly scenario: PacketUnitScenario;
  private readonly clients: number;
  private readonly resetWord: number;
  private readonly acceptingWord: number;
  private readonly outputValid: number;
  private readonly chainValid: number;
  private readonly source: FrameSource;
  private readonly output: ChannelSink;
  private readonly chain: ChannelSink;
  private readonly port: LiteManager;
  private readonly patterns: Readonly<Record<keyof PacketUnitScenario['stalls'], RunLengths>>;
  private resetLeft: number;
  private afterReset: 'settings' | 'traffic' = 'settings';
  private resetIndex = 0;
  private trafficCycles = 0;
  private restLeft: number;
  /** Cycles without a transfer and without anything offered by the unit. */
  private quiet = 0;
  /** Cycles without a transfer. */
  private stalled = 0;
  private acceptingIndex = 0;
  private acceptingLeft: number;

  constructor(scenario: PacketUnitScenario, layout: PortLayout) {
    this.scenario = scenario;
    this.clients = inputSlot(layout, 'accepting').width;
    this.resetWord = inputSlot(layout, 'aresetn').word;
    this.acceptingWord = inputSlot(layout, 'accepting').word;
    this.outputValid = outputSlot(layout, 'm_axis_tvalid').word;
    this.chainValid = outputSlot(layout, 'm_axis_chain_tvalid').word;
    this.source = new FrameSource(layout, scenario.frames);
    this.output = new ChannelSink(layout, { valid: 'm_axis_tvalid', ready: 'm_axis_tready', payload: [] });
    this.chain = new ChannelSink(layout, { valid: 'm_axis_chain_tvalid', ready: 'm_axis_chain_tready', payload: [] });
    this.port = new LiteManager(layout, 's_axil');
    const { source, output, chain, writeResponse, readResponse } = scenario.stalls;
    this.patterns = {
      source: new RunLengths(source),
      output: new RunLengths(output),
      chain: new RunLengths(chain),
      writeResponse: new RunLengths(writeResponse),
      readResponse: new RunLengths(readResponse),
    };
    this.resetLeft = scenario.initialReset;
    this.restLeft = scenario.rest;
    this.acceptingLeft = scenario.accepting[0]?.cycles ?? 0;
    for (const write of scenario.settings) this.port.push(write);
  }

  next(inputs: Uint32Array, outputs: Uint32Array): boolean {
    this.advancePhase();
    if (this.phase === 'end') return false;
    inputs[this.acceptingWord] = this.nextAccepting();
    if (this.phase === 'reset') {
      this.resetLeft -= 1;
      inputs[this.resetWord] = 0;
      this.source.reset(inputs);
      this.output.reset(inputs);
      this.chain.reset(inputs);
      this.port.reset(inputs);
      return true;
    }
    inputs[this.resetWord] = 1;
    const traffic = this.phase === 'traffic';
    const { patterns } = this;
    const before = this.transfers();
    this.source.drive(inputs, outputs, traffic, patterns.source);
    this.output.drive(inputs, outputs, traffic ? patterns.output : always);
    this.chain.drive(inputs, outputs, traffic ? patterns.chain : always);
    this.port.drive(
      inputs,
      outputs,
      traffic ? patterns.writeResponse : always,
      traffic ? patterns.readResponse : always,
    );
    this.quiet =
      this.transfers() === before && outputs[this.outputValid] === 0 && outputs[this.chainValid] === 0
        ? this.quiet + 1
        : 0;
    this.stalled = this.transfers() === before ? this.stalled + 1 : 0;
    if (traffic) this.trafficCycles += 1;
    return true;
  }

  private transfers(): number {
    return this.source.accepted + this.output.taken + this.chain.taken + this.port.responses;
  }

  private advancePhase(): void {
    if (this.stalled > patience) {
      this.stuck = true;
      this.phase = 'end';
      return;
    }
    if (this.phase === 'reset' && this.resetLeft === 0) this.phase = this.afterReset;
    if (this.phase === 'settings' && this.port.idle) {
      for (const access of this.scenario.accesses) this.port.push(access);
      this.phase = 'traffic';
    }
    if (this.phase === 'traffic') {
      const reset = this.scenario.resets[this.resetIndex];
      if (this.source.done && this.port.idle) {
        this.phase = 'drain';
        this.quiet = 0;
      } else if (reset !== undefined && this.trafficCycles >= reset.after) {
        this.resetIndex += 1;
        this.trafficCycles = 0;
        this.resetLeft = reset.cycles;
        this.afterReset = 'traffic';
        this.phase = reset.cycles > 0 ? 'reset' : 'traffic';
      }
    }
    if (this.phase === 'drain' && this.quiet >= quietCycles) this.phase = 'rest';
    if (this.phase === 'rest') {
      if (this.restLeft > 0) {
        this.restLeft -= 1;
        this.stalled = 0;
        return;
      }
      if (this.quiet < quietCycles) return;
      if (this.scenario.readBack) {
        for (const address of readBackAddresses(this.clients)) this.port.push({ kind: 'read', address, wait: 0 });
      }
      this.phase = 'read back';
    }
    if (this.phase === 'read back' && this.port.idle) this.phase = 'end';
  }

  private nextAccepting(): number {
    const { accepting } = this.scenario;
    if (accepting.length === 0) return 2 ** this.clients - 1;
    for (let tries = 0; this.acceptingLeft === 0 && tries <= accepting.length; tries += 1) {
      this.acceptingIndex = (this.acceptingIndex + 1) % accepting.length;
      this.acceptingLeft = accepting[this.acceptingIndex]?.cycles ?? 0;
    }
    if (this.acceptingLeft > 0) this.acceptingLeft -= 1;
    return (accepting[this.acceptingIndex]?.mask ?? 0) & (2 ** this.clients - 1);
  }
}

export const drivePacketUnit = (scenario: PacketUnitScenario, layout: PortLayout): PacketUnitDriver =>
  new ScenarioDriver(scenario, layout);

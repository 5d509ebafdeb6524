/** The cycle-accurate model of the packet hash unit. Source: `docs/systems/packet-unit.md`. */
import {
  frameUserWidth,
  type PacketUnitParameters,
  type PacketUnitParameterValues,
  packetUnitParameters,
  packetUnitPortList,
} from '../../../rtl/packet-unit/interface.ts';
import { Buffer } from '../primitives/buffer.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import { Queue } from '../primitives/queue.ts';
import { RegisterPort } from '../primitives/register-port.ts';
import type { Restful } from '../primitives/rest.ts';
import { Aggregator, unresolvedLimit } from './aggregator.ts';
import {
  copyWords,
  createBeat,
  createChainRecord,
  createFrameEvent,
  createHashedChain,
  createItem,
  createTag,
  type OutputBeat,
} from './entries.ts';
import { HashEngine } from './hash-engine.ts';
import { Parser } from './parser.ts';
import { place, Registers } from './registers.ts';
import { Resolver } from './resolver.ts';
import { Streamer } from './streamer.ts';

/** A model of the unit, driven by records of input words and answering with records of output words. */
export interface PacketUnitModel extends Restful {
  readonly name: 'model';
  readonly parameters: PacketUnitParameters;
  /** Where each port lies in the records. */
  readonly layout: PortLayout;
  /** Brings the state after power-up: that after reset, and the indirection table's first content. */
  reset(): void;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. The outputs depend on the state only. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

class Model implements PacketUnitModel {
  readonly name = 'model';
  readonly parameters: PacketUnitParameters;
  readonly layout: PortLayout;
  readonly #in;
  readonly #out;
  readonly #input;
  readonly #frames;
  readonly #events = new Buffer(2, createFrameEvent);
  readonly #items = new Buffer(8, createItem);
  readonly #clients = new Buffer(unresolvedLimit, createHashedChain);
  readonly #tags = new Buffer(2, createTag);
  readonly #records = new Buffer(2, createChainRecord);
  readonly #output;
  readonly #registers: Registers;
  readonly #port: RegisterPort;
  readonly #parser = new Parser();
  readonly #engine: HashEngine;
  readonly #aggregator: Aggregator;
  readonly #resolver = new Resolver();
  readonly #streamer: Streamer;

  constructor(parameters: PacketUnitParameters) {
    this.parameters = parameters;
    this.layout = layPorts(packetUnitPortList(parameters));
    const input = (name: string): number => wordOf(this.layout.inputs, name);
    const output = (name: string): number => wordOf(this.layout.outputs, name);
    this.#in = {
      aresetn: input('aresetn'),
      tdata: input('s_axis_tdata'),
      tkeep: input('s_axis_tkeep'),
      tlast: input('s_axis_tlast'),
      tvalid: input('s_axis_tvalid'),
      outputReady: input('m_axis_tready'),
      chainReady: input('m_axis_chain_tready'),
      accepting: input('accepting'),
    };
    this.#out = {
      tready: output('s_axis_tready'),
      tdata: output('m_axis_tdata'),
      tkeep: output('m_axis_tkeep'),
      tlast: output('m_axis_tlast'),
      tdest: output('m_axis_tdest'),
      tuser: output('m_axis_tuser'),
      tvalid: output('m_axis_tvalid'),
      chainData: output('m_axis_chain_tdata'),
      chainValid: output('m_axis_chain_tvalid'),
    };
    const beat = createBeat(parameters.dataWidth);
    const userWords = Math.ceil(frameUserWidth(parameters) / 32);
    this.#input = new Buffer(2, beat);
    this.#frames = new Queue(parameters.frameBeats, beat);
    this.#output = new Buffer(2, (): OutputBeat => ({ ...beat(), destination: 0, user: new Uint32Array(userWords) }));
    this.#registers = new Registers(parameters);
    this.#port = new RegisterPort(this.#registers, this.layout, 's_axil');
    this.#engine = new HashEngine(parameters, this.#registers);
    this.#aggregator = new Aggregator(this.#registers, this.#engine);
    this.#streamer = new Streamer(parameters, this.#registers);
    this.reset();
  }

  reset(): void {
    this.#resetState();
    this.#registers.powerUp();
  }

  /** What an edge does while `aresetn` is low. */
  #resetState(): void {
    this.#input.reset();
    this.#frames.reset();
    this.#events.reset();
    this.#items.reset();
    this.#clients.reset();
    this.#tags.reset();
    this.#records.reset();
    this.#output.reset();
    this.#parser.reset();
    this.#engine.reset();
    this.#aggregator.reset();
    this.#resolver.reset();
    this.#streamer.reset();
    this.#port.reset();
    this.#registers.reset();
  }

  step(inputs: Uint32Array, outputs: Uint32Array): void {
    this.show(outputs);
    if (inputs[this.#in.aresetn] !== 0) {
      this.#advance(inputs);
    } else {
      // The table is a memory: a write that executes in the first cycle of a reset is made.
      this.#port.stepWrite(inputs);
      this.#resetState();
    }
  }

  rest(): number {
    const buffers = [this.#input, this.#events, this.#items, this.#clients, this.#tags, this.#records, this.#output];
    const works =
      !this.#port.idle ||
      this.#parser.busy ||
      this.#engine.busy ||
      this.#streamer.counts ||
      !this.#frames.empty ||
      buffers.some(({ valid }) => valid);
    return works ? 0 : this.#aggregator.rest();
  }

  skip(cycles: number): void {
    this.#aggregator.skip(cycles);
  }

  show(outputs: Uint32Array): void {
    const out = this.#out;
    const beat = this.#output.front;
    outputs[out.tready] = Number(this.#input.ready);
    copyWords(beat.data, 0, outputs, out.tdata, beat.data.length);
    copyWords(beat.keep, 0, outputs, out.tkeep, beat.keep.length);
    outputs[out.tlast] = beat.last;
    outputs[out.tdest] = beat.destination;
    copyWords(beat.user, 0, outputs, out.tuser, beat.user.length);
    outputs[out.tvalid] = Number(this.#output.valid);
    copyWords(this.#records.front, 0, outputs, out.chainData, 4);
    outputs[out.chainValid] = Number(this.#records.valid);
    this.#port.drive(outputs);
  }

  /**
   * Buffers change at the end. What else one part tells another goes from the later in this order to the earlier, or is a register
   * that is read before and written after; so each sees the state of the cycle's start.
   */
  #advance(inputs: Uint32Array): void {
    const at = this.#in;
    const accepting = inputs[at.accepting]!;
    this.#registers.words[place.accepting] = accepting;
    this.#port.stepRead(inputs);
    if (this.#output.valid && inputs[at.outputReady] !== 0) this.#output.pop();
    if (this.#records.valid && inputs[at.chainReady] !== 0) this.#records.pop();
    this.#streamer.step(this.#frames, this.#tags, this.#output);
    const resolved = this.#resolver.step(this.#items, this.#clients, this.#records, this.#tags, accepting);
    this.#engine.step(this.#clients);
    const arriving = this.#input.valid || this.#parser.busy;
    this.#aggregator.step(this.#events, this.#items, arriving, resolved);
    this.#parser.step(this.#input, this.#frames, this.#events);
    if (inputs[at.tvalid] !== 0 && this.#input.ready) this.#acceptBeat(inputs);
    this.#port.stepWrite(inputs);
    this.#edge();
  }

  #acceptBeat(inputs: Uint32Array): void {
    const at = this.#in;
    const beat = this.#input.push();
    copyWords(inputs, at.tdata, beat.data, 0, beat.data.length);
    copyWords(inputs, at.tkeep, beat.keep, 0, beat.keep.length);
    beat.last = inputs[at.tlast]!;
  }

  #edge(): void {
    this.#input.edge();
    this.#frames.edge();
    this.#events.edge();
    this.#items.edge();
    this.#clients.edge();
    this.#tags.edge();
    this.#records.edge();
    this.#output.edge();
  }
}

/**
 * @param parameters those not given take their defaults.
 * @throws ParameterError that names the parameter, its value and what is allowed.
 */
export const createPacketUnitModel = (parameters: PacketUnitParameterValues = {}): PacketUnitModel =>
  new Model(packetUnitParameters(parameters));

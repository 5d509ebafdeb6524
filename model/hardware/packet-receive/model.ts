/** The cycle-accurate model of the packet receive engine. Source: `docs/systems/receive-engine.md`. */
import {
  type PacketReceiveParameters,
  type PacketReceiveParameterValues,
  packetReceiveParameters,
  packetReceivePortList,
} from '../../../rtl/packet-receive/interface.ts';
import { OutputRegister, placeChannel } from '../primitives/channels.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import { RegisterPort } from '../primitives/register-port.ts';
import type { Restful } from '../primitives/rest.ts';
import { Filling } from './filling.ts';
import { Registers, stoppedBit } from './registers.ts';
import { Rings } from './rings.ts';
import { Writer } from './writer.ts';

/** A model of the engine, driven by records of input words and answering with records of output words. */
export interface PacketReceiveModel extends Restful {
  readonly name: 'model';
  readonly parameters: PacketReceiveParameters;
  /** Where each port lies in the records. */
  readonly layout: PortLayout;
  /** Brings the state after reset. */
  reset(): void;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. The outputs depend on the state only. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

class Model implements PacketReceiveModel {
  readonly name = 'model';
  readonly parameters: PacketReceiveParameters;
  readonly layout: PortLayout;
  readonly #at;
  readonly #image: Uint32Array;
  readonly #registers: Registers;
  readonly #port: RegisterPort;
  readonly #filling: Filling;
  readonly #rings: Rings;
  readonly #writer: Writer;
  #failed = false;

  constructor(parameters: PacketReceiveParameters) {
    this.parameters = parameters;
    const layout = layPorts(packetReceivePortList(parameters));
    this.layout = layout;
    const input = (name: string): number => wordOf(layout.inputs, name);
    const output = (name: string): number => wordOf(layout.outputs, name);
    this.#at = {
      aresetn: input('aresetn'),
      bvalid: input('m_axi_bvalid'),
      bresp: input('m_axi_bresp'),
      awvalid: output('m_axi_awvalid'),
      wvalid: output('m_axi_wvalid'),
      bready: output('m_axi_bready'),
      rready: output('m_axi_rready'),
      accepting: output('accepting'),
      clientInterrupt: output('client_interrupt'),
      irq: output('irq'),
    };
    this.#image = new Uint32Array(layout.outputWords);
    this.#registers = new Registers(parameters);
    this.#port = new RegisterPort(this.#registers, layout, 's_axil');
    this.#filling = new Filling(parameters, layout, this.#registers);
    this.#rings = new Rings(this.#registers);
    const channel = (name: string, first: string) =>
      new OutputRegister(this.#image, placeChannel(layout, 'outputs', name, first));
    this.#writer = new Writer(parameters, this.#filling, this.#rings, this.#registers, {
      requests: channel('m_axi_aw', 'id'),
      data: channel('m_axi_w', 'data'),
    });
    this.reset();
  }

  reset(): void {
    this.#image.fill(0);
    this.#registers.reset();
    this.#port.reset();
    this.#filling.reset();
    this.#rings.reset();
    this.#writer.reset();
    this.#failed = false;
  }

  show(outputs: Uint32Array): void {
    outputs.set(this.#image);
    this.#filling.show(outputs);
    this.#port.drive(outputs);
    const { done } = this.#writer;
    outputs[this.#at.bready] = Number(done.valid && !done.front.chain);
    outputs[this.#at.rready] = 1;
  }

  rest(): number {
    const works =
      !this.#port.idle ||
      !this.#filling.idle ||
      !this.#writer.atRest ||
      this.#rings.moderates ||
      this.#image[this.#at.awvalid] !== 0 ||
      this.#image[this.#at.wvalid] !== 0;
    return works ? 0 : Number.POSITIVE_INFINITY;
  }

  skip(): void {}

  step(inputs: Uint32Array, outputs: Uint32Array): void {
    this.show(outputs);
    if (inputs[this.#at.aresetn] === 0) {
      this.reset();
      return;
    }
    this.#cycle(inputs);
  }

  #cycle(inputs: Uint32Array): void {
    const registers = this.#registers;
    const rings = this.#rings;
    const image = this.#image;
    registers.set('ring_stopped', 0, rings.stoppedMask);
    this.#port.stepRead(inputs);
    const active = registers.of('interrupt_status') & registers.of('interrupt_enable');
    image[this.#at.accepting] = rings.roomMask;
    image[this.#at.clientInterrupt] = active & (2 ** this.parameters.clients - 1);
    image[this.#at.irq] = Number(active !== 0);

    const idle = this.#writer.idle;
    this.#filling.look();
    this.#filling.step(inputs);
    // The completion changes rings in the same cycle in which the writer looks at them.
    const completed = this.#complete(inputs);
    const restarted = registers.of('ring_restart');
    this.#writer.step(inputs);
    const raised = rings.moderate(completed.done);
    let stops = 0;
    if (completed.end >= 0) {
      if (completed.bad) {
        rings.stopped[completed.end] = 1;
        stops = stoppedBit;
      } else if (rings.stopped[completed.end] === 0) rings.deliver(completed.end);
    }
    if (idle) rings.restart(restarted);
    registers.set('ring_restart', 0, 0);
    this.#filling.edge();
    this.#writer.done.edge();
    this.#port.stepWrite(inputs);
    registers.set('interrupt_status', 0, (registers.of('interrupt_status') | raised | stops) >>> 0);
  }

  /** What the head of DONE gives: the client whose entry ends, whether it was refused, and those whose chain is done. */
  #complete(inputs: Uint32Array): { readonly end: number; readonly bad: boolean; readonly done: number } {
    const { done } = this.#writer;
    const nothing = { end: -1, bad: false, done: 0 };
    if (!done.valid) return nothing;
    if (done.front.chain) return { ...nothing, done: this.#rings.done(done.pop().mask) };
    if (inputs[this.#at.bvalid] === 0) return nothing;
    const { end, mask } = done.pop();
    const bad = this.#failed || (inputs[this.#at.bresp]! & 2) !== 0;
    this.#failed = bad && !end;
    return end ? { end: 31 - Math.clz32(mask), bad, done: 0 } : nothing;
  }
}

/**
 * @param parameters those not given take their defaults.
 * @throws ParameterError that names the parameter, its value and what is allowed.
 */
export const createPacketReceiveModel = (parameters: PacketReceiveParameterValues = {}): PacketReceiveModel =>
  new Model(packetReceiveParameters(parameters));

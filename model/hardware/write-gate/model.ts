/** The cycle-accurate model of the write gate. Source: `docs/systems/write-gate.md`. */
import {
  registerAddressWidth,
  type WriteGateParameters,
  type WriteGateParameterValues,
  writeGateParameters,
  writeGatePortList,
  writeGateRegisters,
} from '../../../rtl/write-gate/interface.ts';
import { placeChannel } from '../primitives/channels.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import { RegisterPort } from '../primitives/register-port.ts';
import { RegisterWords } from '../primitives/register-space.ts';
import type { Restful } from '../primitives/rest.ts';
import { Passage } from './passage.ts';
import { Requests, type Settings } from './requests.ts';

/** A model of the gate, driven by records of input words and answering with records of output words. */
export interface WriteGateModel extends Restful {
  readonly name: 'model';
  readonly parameters: WriteGateParameters;
  /** Where each port lies in the records. */
  readonly layout: PortLayout;
  /** Brings the state after reset; the marks stay. */
  reset(): void;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. The outputs depend on the state only. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

type RegisterName = Exclude<keyof ReturnType<typeof writeGateRegisters>['registers'], number | symbol>;

/** Bits of the registers, as the page lists them. */
const heldBit = 1;
const busyBit = 2;
const pageLow = 8;
const enableBit = 1;
const stopBit = 2;
const holdBit = 1 << 24;
const letGoBit = 1 << 25;

class Model implements WriteGateModel {
  readonly name = 'model';
  readonly parameters: WriteGateParameters;
  readonly layout: PortLayout;
  readonly #image: Uint32Array;
  readonly #resetWord: number;
  readonly #interruptWord: number;
  readonly #lastWord: number;
  readonly #registers: RegisterWords<RegisterName>;
  readonly #port: RegisterPort;
  readonly #requests: Requests;
  readonly #reads: Passage;
  readonly #readData: Passage;
  readonly #answers: Passage;
  readonly #data: Passage;
  /** Filled anew in each cycle. */
  readonly #asked: Settings = { enable: false, stop: false, changes: false, page: 0, marked: false };

  constructor(parameters: WriteGateParameters) {
    this.parameters = parameters;
    const layout = layPorts(writeGatePortList(parameters));
    this.layout = layout;
    this.#image = new Uint32Array(layout.outputWords);
    this.#resetWord = wordOf(layout.inputs, 'aresetn');
    this.#interruptWord = wordOf(layout.outputs, 'irq');
    this.#registers = new RegisterWords(writeGateRegisters(parameters).placed, registerAddressWidth);
    this.#port = new RegisterPort(this.#registers, layout, 's_axil');
    this.#requests = new Requests(parameters, layout, this.#image);
    const passage = (from: string, to: string, channel: string, first: string): Passage =>
      new Passage(
        this.#image,
        placeChannel(layout, 'inputs', `${from}_${channel}`, first),
        placeChannel(layout, 'outputs', `${to}_${channel}`, first),
      );
    this.#reads = passage('s_axi', 'm_axi', 'ar', 'id');
    this.#readData = passage('m_axi', 's_axi', 'r', 'id');
    this.#answers = passage('m_axi', 's_axi', 'b', 'id');
    this.#data = passage('s_axi', 'm_axi', 'w', 'data');
    this.#lastWord = wordOf(layout.outputs, 'm_axi_wlast');
    this.reset();
  }

  reset(): void {
    this.#image.fill(0);
    this.#registers.reset();
    this.#port.reset();
    this.#requests.reset();
    for (const passage of [this.#reads, this.#readData, this.#answers, this.#data]) passage.reset();
  }

  show(outputs: Uint32Array): void {
    outputs.set(this.#image);
    this.#port.drive(outputs);
  }

  step(inputs: Uint32Array, outputs: Uint32Array): void {
    this.show(outputs);
    if (inputs[this.#resetWord] === 0) {
      this.#requests.mark(this.#settings());
      this.reset();
      return;
    }
    this.#cycle(inputs);
  }

  rest(): number {
    const passing = !this.#reads.empty || !this.#readData.empty || !this.#answers.empty;
    const sending = !this.#data.empty && this.#requests.due > 0;
    const asked = !this.#port.idle || this.#word('mark') !== 0;
    const stays = this.#requests.stays((this.#word('control') & stopBit) !== 0);
    return !passing && !sending && !asked && stays ? Number.POSITIVE_INFINITY : 0;
  }

  skip(cycles: number): void {
    if (this.#requests.held) this.#registers.count('held_cycles', cycles, 32);
  }

  #word(name: RegisterName): number {
    return this.#registers.words[this.#registers.place[name]]!;
  }

  #put(name: RegisterName, value: number): void {
    this.#registers.words[this.#registers.place[name]] = value;
  }

  #settings(): Settings {
    const settings = this.#asked;
    const control = this.#word('control');
    const mark = this.#word('mark');
    settings.enable = (control & enableBit) !== 0;
    settings.stop = (control & stopBit) !== 0;
    settings.changes = (mark & (holdBit | letGoBit)) !== 0;
    settings.page = mark & (2 ** this.parameters.pageWidth - 1);
    settings.marked = (mark & holdBit) !== 0;
    return settings;
  }

  #cycle(inputs: Uint32Array): void {
    const settings = this.#settings();
    const requests = this.#requests;
    requests.decide(inputs, settings);
    const { held, begins } = requests;

    // As a READ of this cycle sees it.
    if (this.#port.mayRead) {
      const busy = requests.unanswered > 0 ? busyBit : 0;
      this.#put('status', Number(held) * heldBit + busy + requests.page * 2 ** pageLow);
    }
    this.#port.stepRead(inputs);
    const interrupt = this.#word('interrupt_status') & this.#word('interrupt_enable');

    const sends = requests.due > 0 && this.#data.pops(inputs);
    const ended = sends && this.#image[this.#lastWord] !== 0;
    const answered = this.#answers.pushes(inputs);
    this.#data.edge(inputs, this.#data.pushes(inputs), sends);
    this.#pass(this.#reads, inputs);
    this.#pass(this.#readData, inputs);
    this.#pass(this.#answers, inputs);
    requests.edge(inputs, settings, ended, answered);
    this.#data.show(requests.due > 0);

    if (held) this.#registers.count('held_cycles', 1, 32);
    if (begins) this.#registers.count('holds', 1, 32);
    this.#put('mark', 0);
    this.#port.stepWrite(inputs);
    if (held) this.#put('interrupt_status', this.#word('interrupt_status') | heldBit);
    this.#image[this.#interruptWord] = interrupt;
  }

  #pass(passage: Passage, inputs: Uint32Array): void {
    passage.edge(inputs, passage.pushes(inputs), passage.pops(inputs));
    passage.show(true);
  }
}

/**
 * @param parameters those not given take their defaults.
 * @throws ParameterError that names the parameter, its value and what is allowed.
 */
export const createWriteGateModel = (parameters: WriteGateParameterValues = {}): WriteGateModel =>
  new Model(writeGateParameters(parameters));

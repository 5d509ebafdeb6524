/** The cycle-accurate model of the write gate. Source: `docs/systems/write-gate.md`. */
import {
  registerAddressWidth,
  type WriteGateParameters,
  type WriteGateParameterValues,
  writeGateParameters,
  writeGatePortList,
  writeGateRegisters,
} from '../../../rtl/write-gate/interface.ts';
import { HeldBeat, OutputRegister, placeChannel } from '../primitives/channels.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import { RegisterPort } from '../primitives/register-port.ts';
import { RegisterWords } from '../primitives/register-space.ts';
import { EmptyChannels, type Restful } from '../primitives/rest.ts';
import { Passage } from './passage.ts';

type RegisterName = Exclude<keyof ReturnType<typeof writeGateRegisters>['registers'], number | symbol>;

/** Bits of registers, as the page gives them. */
const holdBit = 1 << 24;
const letGoBit = 1 << 25;
const enableBit = 1;
const stopBit = 2;

/** A model of the gate, driven by records of input words and answering with records of output words. */
export interface WriteGateModel extends Restful {
  readonly name: 'model';
  readonly parameters: WriteGateParameters;
  /** Where each port lies in the records. */
  readonly layout: PortLayout;
  /** Brings the state after reset. */
  reset(): void;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. The outputs depend on the state only. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

class Model implements WriteGateModel {
  readonly name = 'model';
  readonly parameters: WriteGateParameters;
  readonly layout: PortLayout;
  readonly #image: Uint32Array;
  readonly #at;
  readonly #registers: RegisterWords<RegisterName>;
  readonly #port: RegisterPort;
  readonly #channels: EmptyChannels;
  readonly #request: HeldBeat;
  readonly #out: OutputRegister;
  readonly #data: Passage;
  readonly #answers: Passage;
  readonly #others: readonly Passage[];
  /** One a page. Not of the state that a reset clears. */
  readonly #marks: Uint8Array;
  #looked = false;
  #found = false;
  #told = false;
  #due = 0;
  #unanswered = 0;

  constructor(parameters: WriteGateParameters) {
    this.parameters = parameters;
    const layout = layPorts(writeGatePortList(parameters));
    this.layout = layout;
    const image = new Uint32Array(layout.outputWords);
    this.#image = image;
    const input = (name: string): number => wordOf(layout.inputs, name);
    this.#at = {
      aresetn: input('aresetn'),
      memoryReady: input('m_axi_wready'),
      memoryAnswers: input('m_axi_bvalid'),
      last: wordOf(layout.outputs, 'm_axi_wlast'),
      dataValid: wordOf(layout.outputs, 'm_axi_wvalid'),
      irq: wordOf(layout.outputs, 'irq'),
    };
    this.#registers = new RegisterWords(writeGateRegisters(parameters).placed, registerAddressWidth);
    this.#port = new RegisterPort(this.#registers, layout, 's_axil');
    this.#channels = new EmptyChannels(layout);
    this.#marks = new Uint8Array(2 ** parameters.pageWidth);
    this.#request = new HeldBeat(image, placeChannel(layout, 'inputs', 's_axi_aw', 'id'));
    this.#out = new OutputRegister(image, placeChannel(layout, 'outputs', 'm_axi_aw', 'id'));
    const passage = (from: string, to: string, first: string): Passage =>
      new Passage(image, placeChannel(layout, 'inputs', from, first), placeChannel(layout, 'outputs', to, first));
    this.#data = passage('s_axi_w', 'm_axi_w', 'data');
    this.#answers = passage('m_axi_b', 's_axi_b', 'id');
    this.#others = [passage('s_axi_ar', 'm_axi_ar', 'id'), passage('m_axi_r', 's_axi_r', 'id')];
    this.reset();
  }

  get #passages(): readonly Passage[] {
    return [this.#data, this.#answers, ...this.#others];
  }

  reset(): void {
    this.#image.fill(0);
    this.#registers.reset();
    this.#port.reset();
    this.#request.reset();
    this.#out.reset();
    for (const passage of this.#passages) passage.reset();
    this.#looked = false;
    this.#found = false;
    this.#told = false;
    this.#due = 0;
    this.#unanswered = 0;
  }

  show(outputs: Uint32Array): void {
    outputs.set(this.#image);
    // Data wait for their request.
    if (this.#due === 0) outputs[this.#at.dataValid] = 0;
    this.#port.drive(outputs);
  }

  step(inputs: Uint32Array, outputs: Uint32Array): void {
    this.show(outputs);
    const mark = this.#word('mark');
    if (inputs[this.#at.aresetn] === 0) {
      this.#change(mark);
      this.reset();
      return;
    }
    this.#cycle(inputs, mark);
  }

  rest(): number {
    const still = this.#port.idle && this.#request.full === 0 && this.#channels.in(this.#image);
    return still && this.#word('mark') === 0 ? Number.POSITIVE_INFINITY : 0;
  }

  skip(): void {}

  #word(name: RegisterName): number {
    return this.#registers.words[this.#registers.place[name]]!;
  }

  #put(name: RegisterName, value: number): void {
    this.#registers.words[this.#registers.place[name]] = value;
  }

  #change(mark: number): void {
    if ((mark & (holdBit | letGoBit)) !== 0)
      this.#marks[mark & (2 ** this.parameters.pageWidth - 1)] = (mark & holdBit) === 0 ? 0 : 1;
  }

  /** The address of the candidate from the page up. */
  get #page(): number {
    const high = this.parameters.addressWidth > 32 ? this.#request.word(2) * 2 ** 20 : 0;
    return high + (this.#request.word(1) >>> 12);
  }

  #cycle(inputs: Uint32Array, mark: number): void {
    const { pageWidth, outstanding } = this.parameters;
    const request = this.#request;
    request.look(inputs);
    const control = this.#word('control');
    const full = request.full !== 0;
    const pages = 2 ** pageWidth;
    const ready = full && this.#looked;
    const held = ready && this.#page < pages && this.#found && (control & enableBit) !== 0;
    const passes =
      ready && !held && (control & stopBit) === 0 && this.#unanswered < outstanding && this.#out.free(inputs);

    if (this.#port.mayRead) {
      const shown = full ? this.#page % pages : 0;
      this.#put('status', (Number(held) | (Number(this.#unanswered > 0) << 1) | (shown << 8)) >>> 0);
    }
    this.#port.stepRead(inputs);
    const raised = this.#word('interrupt_status') & this.#word('interrupt_enable');

    const gone = this.#due > 0 && this.#data.valid && inputs[this.#at.memoryReady] !== 0;
    const ends = gone && this.#image[this.#at.last] !== 0;
    const answered = inputs[this.#at.memoryAnswers] !== 0 && this.#answers.ready && this.#unanswered > 0;

    // The edge.
    this.#data.edge(inputs, this.#due > 0);
    this.#answers.edge(inputs, true);
    for (const passage of this.#others) passage.edge(inputs, true);
    const changes = (mark & (holdBit | letGoBit)) !== 0;
    this.#looked = request.has && !changes && !passes;
    this.#found = this.#marks[this.#page % pages]! !== 0;
    this.#change(mark);
    this.#put('mark', 0);
    if (held && !this.#told) this.#registers.count('holds', 1, 32);
    if (held) this.#registers.count('held_cycles', 1, 32);
    this.#told = (held || this.#told) && !passes;
    if (passes) this.#out.load(request.held, 0);
    else if (this.#out.taken(inputs)) this.#out.empty();
    if (passes) request.empty();
    else if (request.has) request.keep();
    this.#due += Number(passes) - Number(ends);
    this.#unanswered += Number(passes) - Number(answered);
    this.#port.stepWrite(inputs);
    if (held) this.#put('interrupt_status', this.#word('interrupt_status') | 1);
    this.#image[this.#at.irq] = Number(raised !== 0);
  }
}

/**
 * @param parameters those not given take their defaults.
 * @throws ParameterError that names the parameter, its value and what is allowed.
 */
export const createWriteGateModel = (parameters: WriteGateParameterValues = {}): WriteGateModel =>
  new Model(writeGateParameters(parameters));

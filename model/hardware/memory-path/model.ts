/** The cycle-accurate model of the memory path. Source: `docs/systems/memory-path.md`. */
import {
  type MemoryPathParameters,
  type MemoryPathParameterValues,
  memoryIdWidth,
  memoryPathParameters,
  memoryPathPortList,
} from '../../../rtl/memory-path/interface.ts';
import { HeldBeat, placeChannel } from '../primitives/channels.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import { RegisterPort } from '../primitives/register-port.ts';
import { EmptyChannels, type Restful } from '../primitives/rest.ts';
import { Answers } from './answers.ts';
import { Deliveries } from './deliveries.ts';
import { Geometry } from './geometry.ts';
import { Keys } from './keys.ts';
import { ClearedRegister } from './output.ts';
import { Reads } from './reads.ts';
import { interruptBit, Registers } from './registers.ts';
import { Scanner } from './scanner.ts';
import { Sealing } from './sealing.ts';
import { purposes, ReadSlots, tweakStates } from './slots.ts';
import { Tweaks } from './tweaks.ts';
import { Writes } from './writes.ts';

/** A model of the path, driven by records of input words and answering with records of output words. */
export interface MemoryPathModel extends Restful {
  readonly name: 'model';
  readonly parameters: MemoryPathParameters;
  /** Where each port lies in the records. */
  readonly layout: PortLayout;
  /** Brings the state after reset. */
  reset(): void;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. The outputs depend on the state only. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

/** The user signal of a request, held along with it. */
class HeldUser {
  value = 0;
  readonly #beat: HeldBeat;
  readonly #word: number;

  constructor(beat: HeldBeat, word: number) {
    this.#beat = beat;
    this.#word = word;
  }

  look(inputs: Uint32Array): void {
    if (this.#beat.full === 0) this.value = inputs[this.#word]!;
  }
}

class Model implements MemoryPathModel {
  readonly name = 'model';
  readonly parameters: MemoryPathParameters;
  readonly layout: PortLayout;
  readonly #at;
  /** The outputs, but those of the register port; the payloads of the output registers live in it. */
  readonly #image: Uint32Array;
  readonly #registers: Registers;
  readonly #port: RegisterPort;
  readonly #keys: Keys;
  readonly #slots: ReadSlots;
  readonly #scanner: Scanner;
  readonly #reads: Reads;
  readonly #deliveries: Deliveries;
  readonly #tweaks: Tweaks;
  readonly #writes: Writes;
  readonly #sealing: Sealing;
  readonly #answers: Answers;
  readonly #incoming: readonly HeldBeat[];
  readonly #outgoing: ClearedRegister[] = [];
  readonly #readRequest: HeldBeat;
  readonly #users: readonly HeldUser[];
  readonly #channels: EmptyChannels;
  /** Cycles since reset. */
  #now = 0;

  constructor(parameters: MemoryPathParameters) {
    this.parameters = parameters;
    const layout = layPorts(memoryPathPortList(parameters));
    this.layout = layout;
    this.#channels = new EmptyChannels(layout);
    this.#at = {
      aresetn: wordOf(layout.inputs, 'aresetn'),
      tamper: wordOf(layout.inputs, 'tamper'),
      irq: wordOf(layout.outputs, 'irq'),
    };
    const image = new Uint32Array(layout.outputWords);
    this.#image = image;
    const ownIdentifier = 2 ** (memoryIdWidth(parameters) - 1);
    const geometry = new Geometry(parameters, ownIdentifier);
    const held = (channel: string, first: string) =>
      new HeldBeat(image, placeChannel(layout, 'inputs', channel, first));
    const output = (channel: string, first: string): ClearedRegister => {
      const register = new ClearedRegister(image, placeChannel(layout, 'outputs', channel, first));
      this.#outgoing.push(register);
      return register;
    };
    const writeRequest = held('s_axi_aw', 'id');
    const writeData = held('s_axi_w', 'data');
    const readRequest = held('s_axi_ar', 'id');
    const readData = held('m_axi_r', 'id');
    const writeResponse = held('m_axi_b', 'id');
    this.#readRequest = readRequest;
    this.#incoming = [writeRequest, writeData, readRequest, readData, writeResponse];
    const user = (beat: HeldBeat, name: string): HeldUser | undefined =>
      parameters.sideband ? new HeldUser(beat, wordOf(layout.inputs, name)) : undefined;
    const writeUser = user(writeRequest, 's_axi_awuser');
    const readUser = user(readRequest, 's_axi_aruser');
    this.#users = [writeUser, readUser].filter((each) => each !== undefined);
    const memoryWrites = output('m_axi_aw', 'id');
    const memoryData = output('m_axi_w', 'data');

    this.#registers = new Registers(parameters);
    this.#port = new RegisterPort(this.#registers, layout, 's_axil');
    this.#keys = new Keys(this.#registers, parameters);
    this.#slots = new ReadSlots(parameters.reads);
    this.#scanner = new Scanner(this.#registers, this.#keys, parameters);
    this.#reads = new Reads(
      readRequest,
      () => readUser?.value,
      output('m_axi_ar', 'id'),
      this.#slots,
      this.#keys,
      this.#scanner,
      geometry,
    );
    this.#deliveries = new Deliveries(
      readData,
      output('s_axi_r', 'id'),
      this.#slots,
      this.#keys,
      this.#scanner,
      geometry,
      parameters,
    );
    this.#tweaks = new Tweaks(this.#keys, parameters);
    this.#writes = new Writes(
      writeRequest,
      () => writeUser?.value,
      writeData,
      memoryWrites,
      memoryData,
      this.#keys,
      geometry,
      parameters,
    );
    this.#sealing = new Sealing(this.#writes, memoryWrites, memoryData, this.#keys, geometry, parameters);
    this.#answers = new Answers(writeResponse, output('s_axi_b', 'id'), this.#writes, this.#sealing, ownIdentifier);
    this.reset();
  }

  reset(): void {
    this.#image.fill(0);
    for (const beat of this.#incoming) beat.reset();
    for (const register of this.#outgoing) register.reset();
    this.#registers.reset();
    this.#port.reset();
    this.#keys.reset();
    this.#slots.reset();
    this.#scanner.reset();
    this.#reads.reset();
    this.#deliveries.reset();
    this.#tweaks.reset();
    this.#writes.reset();
    this.#sealing.reset();
    this.#answers.reset();
    this.#now = 0;
  }

  show(outputs: Uint32Array): void {
    outputs.set(this.#image);
    this.#port.drive(outputs);
  }

  step(inputs: Uint32Array, outputs: Uint32Array): void {
    this.show(outputs);
    if (inputs[this.#at.aresetn] === 0) {
      this.reset();
      return;
    }
    this.#port.stepRead(inputs);
    this.#decide(inputs);
    this.#edge(inputs);
    this.#now += 1;
  }

  rest(): number {
    const works =
      !this.#port.idle ||
      !this.#keys.idle ||
      this.#scanner.active ||
      this.#reads.cutter.active ||
      this.#slots.some(() => true) ||
      this.#writes.busy ||
      !this.#channels.in(this.#image);
    return works ? 0 : Number.POSITIVE_INFINITY;
  }

  skip(cycles: number): void {
    this.#now += cycles;
  }

  /** Everything that this cycle's values decide, before anything changes. */
  #decide(inputs: Uint32Array): void {
    for (const user of this.#users) user.look(inputs);
    for (const beat of this.#incoming) beat.look(inputs);
    this.#deliveries.decide(inputs, this.#now);
    this.#answers.decide(inputs);
    this.#sealing.decide(inputs, this.#now);
    this.#reads.decide(inputs, this.#sealing.merge !== undefined, this.#writes.currentKey);
    const read = this.#slots.oldest((slot) => slot.class > 0 && slot.tweakState === tweakStates.notAsked);
    const write = this.#writes.pieces.oldest((piece) => piece.valid && piece.tweakState === tweakStates.notAsked);
    this.#tweaks.decide(
      read && { asker: read, channel: read.class },
      write && { asker: write, channel: write.channel },
      this.#now,
    );
  }

  #edge(inputs: Uint32Array): void {
    const tamper = inputs[this.#at.tamper] !== 0;
    this.#image[this.#at.irq] = Number(this.#registers.interrupting);
    const { committing } = this.#keys;
    const inUse = committing !== undefined && this.#inUse(committing);
    const wasActive = this.#scanner.active;
    this.#scanner.edge(this.#slots.some((slot) => slot.purpose === purposes.scan));
    this.#tweaks.edge(this.#now);
    const decrypted = this.#deliveries.edge(inputs, this.#now, this.#sealing);
    const { merge } = this.#sealing;
    const { moved, refused } = this.#reads.edge(inputs, merge);
    if (this.#readRequest.has) {
      if (moved) this.#readRequest.empty();
      else this.#readRequest.keep();
    }
    this.#answers.edge(inputs);
    const refusals = Number(refused) + Number(this.#writes.refuses);
    const { mergeWins } = this.#reads;
    const encrypted = this.#sealing.edge(inputs, this.#now, mergeWins);
    this.#writes.edge();
    this.#registers.count('refused', refusals, 32);
    this.#registers.count('merged', Number(mergeWins), 32);
    this.#registers.count('decrypted', Number(decrypted), 48);
    this.#registers.count('encrypted', Number(encrypted), 48);
    this.#scanner.command(wasActive, tamper);
    this.#keys.edge(tamper, inUse);
    if (tamper) this.#poison();
    this.#port.stepWrite(inputs);
    this.#keys.settle();
    this.#registers.settle();
  }

  #inUse(key: number): boolean {
    const { cutter } = this.#reads;
    return (
      (cutter.active && cutter.key === key) ||
      this.#slots.some((slot) => slot.class > 0 && slot.key === key) ||
      this.#writes.uses(key) ||
      this.#scanner.uses(key)
    );
  }

  #poison(): void {
    this.#slots.poison();
    this.#reads.cutter.poisoned = true;
    this.#writes.poison();
    this.#registers.interrupt(interruptBit.tamper);
  }
}

/**
 * @param parameters those not given take their defaults.
 * @throws ParameterError that names the parameter, its value and what is allowed.
 */
export const createMemoryPathModel = (parameters: MemoryPathParameterValues = {}): MemoryPathModel =>
  new Model(memoryPathParameters(parameters));

/** The cycle-accurate model of the interconnect. Source: `docs/systems/interconnect.md`. */
import {
  type InterconnectParameters,
  type InterconnectParameterValues,
  interconnectParameters,
  interconnectPortList,
  managerPort,
  regionsOf,
  subordinatePort,
} from '../../../rtl/interconnect/interface.ts';
import { HeldBeat, OutputRegister, placeChannel } from '../primitives/channels.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import { EmptyChannels, type Restful } from '../primitives/rest.ts';
import { LocalRead, LocalWrite } from './local.ts';
import { Requests } from './requests.ts';
import { Responses } from './responses.ts';
import { Slots } from './slots.ts';
import { WriteData } from './write-data.ts';

/** A model of the interconnect, driven by records of input words and answering with records of output words. */
export interface InterconnectModel extends Restful {
  readonly name: 'model';
  readonly parameters: InterconnectParameters;
  /** Where each port lies in the records. */
  readonly layout: PortLayout;
  /** Brings the state after reset. */
  reset(): void;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. The outputs depend on the state only. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

class Model implements InterconnectModel {
  readonly name = 'model';
  readonly parameters: InterconnectParameters;
  readonly layout: PortLayout;
  readonly #resetWord: number;
  /** The outputs: the payloads of the output registers live in it. */
  readonly #image: Uint32Array;
  readonly #reads: Requests;
  readonly #writes: Requests;
  readonly #writeData: WriteData;
  readonly #readData: Responses;
  readonly #writeResponses: Responses;
  readonly #localReads: readonly LocalRead[];
  readonly #localWrites: readonly LocalWrite[];
  readonly #channels: EmptyChannels;

  constructor(parameters: InterconnectParameters) {
    this.parameters = parameters;
    const layout = layPorts(interconnectPortList(parameters));
    this.layout = layout;
    this.#channels = new EmptyChannels(layout);
    this.#resetWord = wordOf(layout.inputs, 'aresetn');
    const image = new Uint32Array(layout.outputWords);
    this.#image = image;
    const { managers, subordinates, outstanding } = parameters;
    const each = <T>(count: number, make: (index: number) => T): T[] =>
      Array.from({ length: count }, (_, index) => make(index));
    const incoming = (port: string, channel: string, first: string) =>
      new HeldBeat(image, placeChannel(layout, 'inputs', `${port}_${channel}`, first));
    const outgoing = (port: string, channel: string, first: string) =>
      new OutputRegister(image, placeChannel(layout, 'outputs', `${port}_${channel}`, first));
    const shape = { ...parameters, regions: regionsOf(parameters) };
    const readSlots = each(managers, () => new Slots(outstanding));
    const writeSlots = each(managers, () => new Slots(outstanding));
    this.#localReads = each(managers, () => new LocalRead());
    this.#localWrites = each(managers, () => new LocalWrite());
    const requests = (channel: 'ar' | 'aw', slots: readonly Slots[]) =>
      new Requests(
        each(managers, (manager) => incoming(managerPort(manager), channel, 'id')),
        each(subordinates, (subordinate) => outgoing(subordinatePort(subordinate), channel, 'id')),
        slots,
        shape,
      );
    this.#reads = requests('ar', readSlots);
    this.#writes = requests('aw', writeSlots);
    this.#writeData = new WriteData(
      each(managers, (manager) => incoming(managerPort(manager), 'w', 'data')),
      each(subordinates, (subordinate) => outgoing(subordinatePort(subordinate), 'w', 'data')),
      this.#localWrites,
    );
    const responses = (channel: 'r' | 'b', locals: readonly (LocalRead | LocalWrite)[], slots: readonly Slots[]) =>
      new Responses(
        each(subordinates, (subordinate) => incoming(subordinatePort(subordinate), channel, 'id')),
        each(managers, (manager) => outgoing(managerPort(manager), channel, 'id')),
        locals,
        slots,
        { idWidth: parameters.idWidth, reads: channel === 'r' },
      );
    this.#readData = responses('r', this.#localReads, readSlots);
    this.#writeResponses = responses('b', this.#localWrites, writeSlots);
    this.reset();
  }

  reset(): void {
    this.#image.fill(0);
    for (const part of [this.#reads, this.#writes, this.#writeData, this.#readData, this.#writeResponses]) part.reset();
  }

  show(outputs: Uint32Array): void {
    outputs.set(this.#image);
  }

  step(inputs: Uint32Array, outputs: Uint32Array): void {
    this.show(outputs);
    if (inputs[this.#resetWord] === 0) {
      this.reset();
      return;
    }
    this.#decide(inputs);
    this.#edge(inputs);
  }

  rest(): number {
    const local = this.#localReads.some(({ offers }) => offers) || this.#localWrites.some(({ offers }) => offers);
    return !local && this.#channels.in(this.#image) ? Number.POSITIVE_INFINITY : 0;
  }

  skip(): void {}

  /** Everything that this cycle's values decide, before anything changes. */
  #decide(inputs: Uint32Array): void {
    const local = this.parameters.subordinates;
    const data = this.#writeData;
    this.#readData.decide(inputs);
    this.#writeResponses.decide(inputs);
    data.decide(inputs);
    this.#reads.decide(
      inputs,
      (manager, target) => target !== local || !this.#localReads[manager]!.active,
      () => true,
    );
    this.#writes.decide(
      inputs,
      (manager, target) => data.freeOf(manager) && (target !== local || !this.#localWrites[manager]!.active),
      (subordinate) => data.freeFor(subordinate),
    );
  }

  #edge(inputs: Uint32Array): void {
    const { managers, subordinates: local } = this.parameters;
    const [reads, writes] = [this.#reads, this.#writes];
    this.#readData.edge(inputs);
    this.#writeResponses.edge(inputs);
    this.#writeData.edge(inputs);
    reads.edge(inputs);
    writes.edge(inputs);
    for (let manager = 0; manager < managers; manager += 1) {
      if (reads.slotOf[manager]! >= 0 && reads.targets[manager] === local)
        this.#localReads[manager]!.begin(reads.id(manager), reads.len(manager));
      if (writes.slotOf[manager]! < 0) continue;
      const target = writes.targets[manager]!;
      this.#writeData.begin(manager, target);
      if (target === local) this.#localWrites[manager]!.begin(writes.id(manager));
    }
    reads.settle();
    writes.settle();
  }
}

/**
 * @param parameters those not given take their defaults.
 * @throws ParameterError that names the parameter, its value and what is allowed.
 */
export const createInterconnectModel = (parameters: InterconnectParameterValues = {}): InterconnectModel =>
  new Model(interconnectParameters(parameters));

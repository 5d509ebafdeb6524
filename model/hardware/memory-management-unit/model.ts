/** The cycle-accurate model of a memory management unit. Source: `docs/systems/memory-management-unit.md`. */
import {
  type MemoryManagementUnitParameters,
  type MemoryManagementUnitParameterValues,
  memoryIdWidth,
  memoryManagementUnitParameters,
  memoryManagementUnitPortList,
} from '../../../rtl/memory-management-unit/interface.ts';
import { HeldBeat, placeChannel } from '../primitives/channels.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import { RegisterPort } from '../primitives/register-port.ts';
import { EmptyChannels, type Restful } from '../primitives/rest.ts';
import { Answers } from './answers.ts';
import { Check } from './check.ts';
import { Deliveries } from './deliveries.ts';
import { Events } from './events.ts';
import { Geometry, setOf } from './geometry.ts';
import { Lookups } from './lookups.ts';
import { MemoryPort, RememberingRegister } from './memory-port.ts';
import { ReadSlots } from './read-slots.ts';
import { Registers } from './registers.ts';
import { HeldRequest } from './requests.ts';
import { Timers } from './timers.ts';
import { Tlb } from './tlb.ts';
import { Turns } from './turns.ts';
import { Walker } from './walker.ts';
import { Wires } from './wires.ts';
import { WriteSlots } from './write-slots.ts';
import { Writes } from './writes.ts';

/** A model, driven by records of input words and answering with records of output words. */
export interface MemoryManagementUnitModel extends Restful {
  readonly name: 'model';
  readonly parameters: MemoryManagementUnitParameters;
  /** Where each port lies in the records. */
  readonly layout: PortLayout;
  /** Brings the state after reset. */
  reset(): void;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

const outputs = [
  'cookie_index',
  'bump_busy',
  'turn_request',
  'event_error',
  'event_failure',
  'event_timeout',
  'claim_busy',
  'irq',
] as const;

type Places = Readonly<Record<(typeof outputs)[number], number>>;

class Model implements MemoryManagementUnitModel {
  readonly name = 'model';
  readonly parameters: MemoryManagementUnitParameters;
  readonly layout: PortLayout;
  readonly #reset: number;
  readonly #at: Places;
  /** The outputs, but those of the register port; the payloads of the output registers live in it. */
  readonly #image: Uint32Array;
  readonly #wires: Wires;
  readonly #registers: Registers;
  readonly #port: RegisterPort;
  readonly #events = new Events();
  readonly #check = new Check();
  readonly #ports: readonly [MemoryPort, MemoryPort];
  readonly #tlb: Tlb;
  readonly #reads: ReadSlots;
  readonly #writes: WriteSlots;
  readonly #heldRead: HeldRequest;
  readonly #heldWrite: HeldRequest;
  readonly #heldData: HeldBeat;
  readonly #outgoing: readonly RememberingRegister[];
  readonly #walker: Walker;
  readonly #lookups: Lookups;
  readonly #deliveries: Deliveries;
  readonly #data: Writes;
  readonly #answers: Answers;
  readonly #turns: Turns;
  readonly #timers: Timers;
  readonly #channels: EmptyChannels;
  #told = { error: 0, failure: 0, timeout: 0 };
  #interrupt = false;

  constructor(parameters: MemoryManagementUnitParameters) {
    this.parameters = parameters;
    const layout = layPorts(memoryManagementUnitPortList(parameters));
    this.layout = layout;
    this.#channels = new EmptyChannels(layout);
    this.#reset = wordOf(layout.inputs, 'aresetn');
    this.#at = Object.fromEntries(outputs.map((name) => [name, wordOf(layout.outputs, name)])) as Places;
    const image = new Uint32Array(layout.outputWords);
    this.#image = image;
    const geometry = new Geometry(parameters);
    const walkerIdentifier = 2 ** (memoryIdWidth(parameters) - 1);
    this.#wires = new Wires(layout);
    this.#registers = new Registers(parameters);
    this.#port = new RegisterPort(this.#registers, layout, 's_axil');
    const port = (memory: 0 | 1) => new MemoryPort(memory, image, layout);
    const ports = [port(0), port(1)] as const;
    this.#ports = ports;
    this.#tlb = new Tlb(parameters.entries);
    this.#reads = new ReadSlots(parameters.reads);
    this.#writes = new WriteSlots(parameters.writes);
    const held = (channel: string, first: string) =>
      new HeldBeat(image, placeChannel(layout, 'inputs', `s_axi_${channel}`, first));
    const output = (channel: string) =>
      new RememberingRegister(image, placeChannel(layout, 'outputs', `s_axi_${channel}`, 'id'));
    const request = (channel: string) =>
      new HeldRequest(
        held(channel, 'id'),
        parameters.virtualWidth > 32 ? 2 : 1,
        parameters.sideband ? wordOf(layout.inputs, `s_axi_${channel}user`) : undefined,
      );
    this.#heldRead = request('ar');
    this.#heldWrite = request('aw');
    this.#heldData = held('w', 'data');
    const readData = output('r');
    const answer = output('b');
    this.#outgoing = [readData, answer];
    this.#walker = new Walker(parameters, geometry, this.#registers, ports, this.#tlb, this.#check, this.#events);
    this.#lookups = new Lookups({
      heldRead: this.#heldRead,
      heldWrite: this.#heldWrite,
      reads: this.#reads,
      writes: this.#writes,
      ports,
      tlb: this.#tlb,
      walker: this.#walker,
      geometry,
      events: this.#events,
    });
    this.#deliveries = new Deliveries(
      ports,
      readData,
      this.#reads,
      this.#walker,
      this.#check,
      geometry,
      this.#events,
      walkerIdentifier,
      parameters.timerWidth,
    );
    this.#data = new Writes(this.#writes, this.#heldData, ports, this.#check, geometry, parameters.timerWidth);
    this.#answers = new Answers(this.#writes, this.#data, ports, answer, this.#events, walkerIdentifier);
    this.#turns = new Turns(this.#reads, this.#writes);
    this.#timers = new Timers({
      ports,
      reads: this.#reads,
      writes: this.#writes,
      walker: this.#walker,
      deliveries: this.#deliveries,
      events: this.#events,
      timerWidth: parameters.timerWidth,
    });
    this.reset();
  }

  reset(): void {
    this.#image.fill(0);
    for (const beat of [this.#heldRead.beat, this.#heldWrite.beat, this.#heldData]) beat.reset();
    for (const port of this.#ports) port.reset();
    for (const register of this.#outgoing) register.reset();
    this.#registers.reset();
    this.#port.reset();
    this.#check.reset();
    this.#tlb.reset();
    this.#reads.reset();
    this.#writes.reset();
    this.#walker.reset();
    this.#lookups.reset();
    this.#deliveries.reset();
    this.#data.reset();
    this.#turns.reset();
    this.#timers.reset();
    this.#told = { error: 0, failure: 0, timeout: 0 };
    this.#interrupt = false;
  }

  show(record: Uint32Array): void {
    const image = this.#image;
    const at = this.#at;
    image[at.cookie_index] = this.#check.cookieIndex;
    image[at.bump_busy] = Number(this.#writes.leaving);
    image[at.turn_request] = Number(this.#turns.request);
    image[at.event_error] = this.#told.error;
    image[at.event_failure] = this.#told.failure;
    image[at.event_timeout] = this.#told.timeout;
    image[at.claim_busy] = Number(this.#turns.claimBusy);
    image[at.irq] = Number(this.#interrupt);
    record.set(image);
    this.#port.drive(record);
  }

  step(inputs: Uint32Array, record: Uint32Array): void {
    this.show(record);
    if (inputs[this.#reset] === 0) {
      this.reset();
      return;
    }
    this.#port.stepRead(inputs);
    this.#decide(inputs);
    this.#edge(inputs);
  }

  rest(): number {
    const works =
      !this.#port.idle ||
      !this.#walker.atRest ||
      this.#reads.some(() => true) ||
      this.#writes.some(() => true) ||
      !this.#channels.in(this.#image);
    return works ? 0 : Number.POSITIVE_INFINITY;
  }

  skip(cycles: number): void {
    this.#turns.skip(cycles);
    this.#timers.skip(cycles);
  }

  /** Everything that this cycle's values decide, before anything changes. */
  #decide(inputs: Uint32Array): void {
    const wires = this.#wires;
    this.#events.clear();
    wires.look(inputs);
    this.#heldRead.look(inputs, this.#registers.domain);
    this.#heldWrite.look(inputs, this.#registers.domain);
    this.#heldData.look(inputs);
    for (const { r } of this.#ports) r.look(inputs);
    const allowed = this.#turns.allowed(wires, this.#lookups.compareWanted);
    const { timeout } = this.#registers;
    this.#check.decide(wires.cookie);
    this.#walker.decide(inputs, wires);
    this.#deliveries.decide(inputs, wires, timeout);
    this.#lookups.decide(inputs, wires, allowed === 'reads', this.#deliveries.stopped);
    this.#data.decide(inputs, wires, allowed === 'writes', timeout);
    this.#answers.decide(inputs, wires);
  }

  #edge(inputs: Uint32Array): void {
    const wires = this.#wires;
    this.#timers.edge(inputs, wires, this.#registers.timeout, this.#turns.open);
    this.#turns.edge(wires, this.#lookups.compareWanted);
    this.#interrupt = this.#registers.interrupting;
    for (const port of this.#ports) port.settle(inputs);
    for (const register of this.#outgoing) register.settle(inputs);
    const { place, full } = this.#tlb;
    this.#reads.bump(wires);
    if (this.#deliveries.stopped) this.#reads.stop();
    this.#data.revoke(wires);
    this.#compare();
    const { walkerBeat } = this.#deliveries;
    if (wires.bumpFlush) this.#tlb.flush();
    this.#walker.edge(wires, walkerBeat, place, full);
    this.#deliveries.edge();
    this.#reads.fail(wires);
    this.#answers.edge(wires);
    this.#data.edge();
    this.#check.edge(this.#lookups.edge());
    this.#reads.settle();
    for (const port of this.#ports) if ((wires.portClear & setOf(port.memory)) !== 0) port.clear();
    const { error, failure, timeout } = this.#events;
    this.#told = { error, failure, timeout };
    this.#registers.take(this.#events);
    this.#port.stepWrite(inputs);
    this.#registers.settle();
  }

  /** What a comparison does, but to writes. */
  #compare(): void {
    const { equal, different } = this.#check;
    // A slot in state again is not checked; neither, though unseen, is one that enters anew at this edge.
    if (equal !== undefined && this.#inUse(equal.slot)) equal.slot.checked = true;
    if (different === undefined) return;
    this.#events.restarts += 1;
    this.#tlb.drop(different.number);
    const read = this.#reads.slots.find((slot) => slot === different.slot);
    if (read !== undefined && this.#inUse(read)) this.#reads.sendAgain(read);
  }

  /** State again is 0 in both rings. */
  #inUse({ state }: { readonly state: number }): boolean {
    return state !== 0;
  }
}

/**
 * @param parameters those not given take their defaults.
 * @throws ParameterError that names the parameter, its value and what is allowed.
 */
export const createMemoryManagementUnitModel = (
  parameters: MemoryManagementUnitParameterValues = {},
): MemoryManagementUnitModel => new Model(memoryManagementUnitParameters(parameters));

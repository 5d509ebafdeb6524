/** The cycle-accurate model of the resource access controller. Source: `docs/systems/resource-access-controller.md`. */
import {
  type ResourceAccessControllerParameters,
  type ResourceAccessControllerParameterValues,
  resourceAccessControllerParameters,
  resourceAccessControllerPortList,
} from '../../../rtl/resource-access-controller/interface.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import { RegisterPort } from '../primitives/register-port.ts';
import { EmptyChannels, type Restful } from '../primitives/rest.ts';
import { FaultFinder } from './fault-finder.ts';
import { Isolation } from './isolation.ts';
import { makeParts, type Parts, resetParts } from './parts.ts';
import { interruptBit, Registers } from './registers.ts';
import type { Requests } from './requests.ts';
import { lowest } from './slots.ts';

/** A model of the controller, driven by records of input words and answering with records of output words. */
export interface ResourceAccessControllerModel extends Restful {
  readonly name: 'model';
  readonly parameters: ResourceAccessControllerParameters;
  /** Where each port lies in the records. */
  readonly layout: PortLayout;
  /** Brings the state after reset. */
  reset(): void;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. The outputs depend on the state only. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

class Model implements ResourceAccessControllerModel {
  readonly name = 'model';
  readonly parameters: ResourceAccessControllerParameters;
  readonly layout: PortLayout;
  readonly #at;
  /** The outputs, but those of the register port; the payloads of the output registers live in it. */
  readonly #image: Uint32Array;
  readonly #registers: Registers;
  readonly #port: RegisterPort;
  readonly #parts: Parts;
  readonly #finder: FaultFinder;
  readonly #isolation: Isolation;
  /** A mask of resources. */
  #faulted = 0;
  readonly #channels: EmptyChannels;

  constructor(parameters: ResourceAccessControllerParameters) {
    this.parameters = parameters;
    const layout = layPorts(resourceAccessControllerPortList(parameters));
    this.layout = layout;
    this.#channels = new EmptyChannels(layout);
    this.#at = {
      aresetn: wordOf(layout.inputs, 'aresetn'),
      deviceInterrupt: wordOf(layout.inputs, 'device_interrupt'),
      resourceInterrupt: wordOf(layout.outputs, 'resource_interrupt'),
      irq: wordOf(layout.outputs, 'irq'),
    };
    const image = new Uint32Array(layout.outputWords);
    this.#image = image;
    this.#registers = new Registers(parameters);
    this.#port = new RegisterPort(this.#registers, layout, 's_axil');
    this.#parts = makeParts(parameters, layout, image, this.#registers);
    this.#finder = new FaultFinder(this.#parts);
    this.#isolation = new Isolation(this.#parts, layout, image);
    this.reset();
  }

  reset(): void {
    this.#image.fill(0);
    this.#port.reset();
    resetParts(this.#parts);
    this.#isolation.reset();
    this.#faulted = 0;
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
    this.#isolation.look();
    if (this.#port.mayRead) this.#showState(inputs);
    this.#port.stepRead(inputs);
    this.#decide(inputs);
    this.#edge(inputs, this.#finder.find(inputs, this.#isolation.isolated));
  }

  rest(): number {
    const { readSlots, writeSlots, writeData, faults } = this.#parts;
    const works =
      !this.#port.idle ||
      (readSlots.valid | writeSlots.valid) !== 0 ||
      writeData.active ||
      !faults.idle ||
      !this.#channels.in(this.#image);
    return works ? 0 : Number.POSITIVE_INFINITY;
  }

  skip(cycles: number): void {
    const { words, place } = this.#registers;
    this.#registers.countCycles(cycles);
    this.#parts.readAges.skip(cycles, words, place.timeout);
    this.#parts.writeAges.skip(cycles, words, place.timeout);
  }

  /** What is computed only when software may read it. */
  #showState(inputs: Uint32Array): void {
    const { words, place } = this.#registers;
    words[place.port_isolated] = this.#isolation.isolated;
    words[place.port_drained] = this.#isolation.drained;
    words[place.port_reset_state] = this.#isolation.handshakes(inputs);
    words[place.resource_faulted] = this.#faulted;
    words[place.resource_busy] = this.#parts.reads.busy | this.#parts.writes.busy;
  }

  /** Everything that this cycle's values decide, before anything changes. */
  #decide(inputs: Uint32Array): void {
    const { isolated } = this.#isolation;
    let readFree = 0;
    let writeFree = 0;
    for (let index = 0; index < this.#parts.ports.length; index += 1) {
      const { read, write } = this.#parts.ports[index]!;
      const apart = ((isolated >>> index) & 1) !== 0;
      if (read.request.free(inputs)) readFree |= 1 << index;
      if (write.request.free(inputs)) writeFree |= 1 << index;
      read.look(inputs, apart);
      write.look(inputs, apart);
      if (!apart) this.#match(index, inputs);
    }
    this.#parts.readResponses.choose(inputs, isolated, this.#faulted);
    this.#parts.writeResponses.choose(inputs, isolated, this.#faulted);
    this.#parts.reads.look(inputs);
    this.#parts.reads.decide(isolated, this.#faulted, readFree);
    this.#parts.writes.look(inputs);
    if (!this.#parts.writeData.active) this.#parts.writes.decide(isolated, this.#faulted, writeFree);
    this.#parts.writeData.decide(inputs, this.#parts.writes, isolated);
  }

  #match(index: number, inputs: Uint32Array): void {
    const port = this.#parts.ports[index]!;
    const { read, write } = port;
    if (read.beat.has) {
      const { ofPort, local, front } = this.#parts.readSlots;
      read.match(ofPort[index]! & ~local & front & ~read.request.pending(inputs));
    }
    if (write.beat.has) {
      const { ofPort, local, front, delivered } = this.#parts.writeSlots;
      const data = delivered | port.delivers(inputs);
      write.match(ofPort[index]! & ~local & front & data & ~write.request.pending(inputs));
    }
  }

  #edge(inputs: Uint32Array, found: number): void {
    const { words, place } = this.#registers;
    const image = this.#image;
    const { isolated } = this.#isolation;
    image[this.#at.resourceInterrupt] = inputs[this.#at.deviceInterrupt]! & ~this.#faulted;
    image[this.#at.irq] = Number((words[place.interrupt_status]! & words[place.interrupt_enable]!) !== 0);
    const faults = this.#parts.faults;
    const returned = this.#returned();
    const readDone = this.#parts.readResponses.edge(inputs);
    const writeDone = this.#parts.writeResponses.edge(inputs);
    this.#edgeOfPorts(inputs);
    if (isolated !== 0) {
      this.#parts.readSlots.localize(isolated);
      this.#parts.writeSlots.localize(isolated);
    }
    if (readDone >= 0) this.#parts.readSlots.complete(readDone);
    if (writeDone >= 0) this.#parts.writeSlots.complete(writeDone);
    this.#enter();
    const ready = this.#isolation.edge(inputs, found, this.#finder.spoils);
    this.#faulted = (this.#faulted & ~returned) | faults.faulted;
    faults.edge(words[place.log_clear] !== 0);
    words[place.log_clear] = 0;
    words[place.port_reset] = 0;
    words[place.port_readmit] = 0;
    words[place.port_isolate] = 0;
    words[place.resource_readmit] = 0;
    this.#registers.countCycle();
    this.#port.stepWrite(inputs);
    words[place.interrupt_status]! |= (faults.any ? interruptBit.fault : 0) | (ready ? interruptBit.ready : 0);
  }

  /** The resources that a pulse ends the faking of. */
  #returned(): number {
    const { words, place } = this.#registers;
    const { readSlots, writeSlots, faults } = this.#parts;
    const asked = words[place.resource_readmit]! & ~faults.faulted;
    if (asked === 0) return 0;
    const returned = asked & ~(readSlots.resourcesAtDevices | writeSlots.resourcesAtDevices);
    for (let rest = returned; rest !== 0; rest &= rest - 1) words[place.errors + lowest(rest)] = 0;
    return returned;
  }

  /** The edge of each port's registers, but for what they are loaded with; and of its held beats. */
  #edgeOfPorts(inputs: Uint32Array): void {
    const { ports, readResponses, writeResponses, writeSlots } = this.#parts;
    const { isolated, first } = this.#isolation;
    for (let index = 0; index < ports.length; index += 1) {
      const port = ports[index]!;
      if (((first >>> index) & 1) !== 0) {
        port.takeDown(index);
      } else if (((isolated >>> index) & 1) !== 0) {
        port.swallow(inputs);
      } else {
        writeSlots.delivered |= port.delivers(inputs);
        port.read.settle(readResponses.source === index);
        port.write.settle(writeResponses.source === index);
      }
      port.edge(inputs);
    }
  }

  /** Requests enter, and write data moves. */
  #enter(): void {
    const reads = this.#parts.reads;
    const writes = this.#parts.writes;
    this.#send(writes, true);
    this.#send(reads, false);
    this.#parts.writeData.edge(writes);
    reads.settle();
    writes.settle();
  }

  #send(requests: Requests, write: boolean): void {
    requests.edge(write);
    if (requests.slot < 0 || requests.route < 0) return;
    const { decoded, beat } = requests;
    const port = this.#parts.ports[requests.route]!;
    const side = write ? port.write : port.read;
    const { request } = side;
    request.load(beat.source, beat.from);
    const { at } = request.place;
    this.#image[at + 1] = decoded.deviceLow;
    if (this.parameters.addressWidth > 32) this.#image[at + 2] = decoded.deviceHigh;
    request.slot = requests.slot;
    port.suspect = decoded.resource;
    port.suspected = true;
  }
}

/**
 * @param parameters those not given take their defaults.
 * @throws ParameterError that names the parameter, its value and what is allowed.
 */
export const createResourceAccessControllerModel = (
  parameters: ResourceAccessControllerParameterValues = {},
): ResourceAccessControllerModel => new Model(resourceAccessControllerParameters(parameters));

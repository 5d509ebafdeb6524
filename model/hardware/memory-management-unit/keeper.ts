/** The cycle-accurate model of a keeper of two memories. Source: `docs/systems/memory-management-unit.md`. */
import {
  type MemoryKeeperParameters,
  type MemoryKeeperParameterValues,
  memoryKeeperParameters,
  memoryKeeperPortList,
} from '../../../rtl/memory-management-unit/interface.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import { RegisterPort } from '../primitives/register-port.ts';
import { EmptyChannels, type Restful } from '../primitives/rest.ts';
import { Cookies } from './cookies.ts';
import { Engine } from './engine.ts';
import { Geometry } from './geometry.ts';
import { Holder } from './holder.ts';
import { KeeperPort } from './keeper-port.ts';
import { KeeperRegisters } from './keeper-registers.ts';
import { KeeperWires } from './keeper-wires.ts';
import { MemoryStatus } from './memory-status.ts';

/** A model, driven by records of input words and answering with records of output words. */
export interface MemoryKeeperModel extends Restful {
  readonly name: 'model';
  readonly parameters: MemoryKeeperParameters;
  /** Where each port lies in the records. */
  readonly layout: PortLayout;
  /** Brings the state after reset. */
  reset(): void;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

const statusBits = { ready: 1 << 16, copying: 1 << 17, copyFailed: 1 << 18 } as const;

class Model implements MemoryKeeperModel {
  readonly name = 'model';
  readonly parameters: MemoryKeeperParameters;
  readonly layout: PortLayout;
  readonly #inputs: Uint32Array;
  readonly #in: Readonly<Record<'aresetn' | 'acknowledge' | 'bready', number>>;
  readonly #out: (name: string) => number;
  readonly #image: Uint32Array;
  readonly #wires: KeeperWires;
  readonly #registers: KeeperRegisters;
  readonly #port: RegisterPort;
  readonly #ports: readonly KeeperPort[];
  readonly #cookies: Cookies;
  readonly #holder: Holder;
  readonly #status: MemoryStatus;
  readonly #engine: Engine;
  readonly #channels: EmptyChannels;
  #cycle = 0;
  #interrupt = false;

  constructor(parameters: MemoryKeeperParameters) {
    this.parameters = parameters;
    const layout = layPorts(memoryKeeperPortList(parameters));
    this.layout = layout;
    this.#channels = new EmptyChannels(layout);
    this.#inputs = new Uint32Array(layout.inputWords);
    this.#in = {
      aresetn: wordOf(layout.inputs, 'aresetn'),
      acknowledge: wordOf(layout.inputs, 'reset_acknowledge'),
      bready: wordOf(layout.inputs, 's_axil_bready'),
    };
    const places = new Map(layout.outputs.map(({ name, word }) => [name, word]));
    this.#out = (name) => places.get(name)!;
    const image = new Uint32Array(layout.outputWords);
    this.#image = image;
    const { units, cookieWidth, cookieIndexWidth } = parameters;
    this.#wires = new KeeperWires(layout, units);
    this.#registers = new KeeperRegisters(parameters);
    this.#port = new RegisterPort(this.#registers, layout, 's_axil');
    this.#ports = [new KeeperPort(0, image, layout), new KeeperPort(1, image, layout)];
    this.#cookies = new Cookies(this.#registers, units, cookieWidth, cookieIndexWidth);
    this.#holder = new Holder(units);
    this.#status = new MemoryStatus(this.#registers);
    this.#engine = new Engine(this.#registers, this.#ports, new Geometry(parameters));
    this.reset();
  }

  reset(): void {
    this.#image.fill(0);
    for (const port of this.#ports) port.reset();
    this.#registers.reset();
    this.#port.reset();
    this.#cookies.reset();
    this.#holder.reset();
    this.#status.reset();
    this.#engine.reset();
    this.#cycle = 0;
    this.#interrupt = false;
  }

  show(record: Uint32Array): void {
    const set = (name: string, value: number | boolean): void => {
      this.#image[this.#out(name)] = Number(value);
    };
    for (let unit = 0; unit < this.parameters.units; unit += 1) {
      set(`u${unit}_cookie_value`, this.#cookies.values[unit]!);
      set(`u${unit}_turn`, this.#holder.holder === unit);
      set(`u${unit}_turn_contended`, this.#holder.contended[unit]!);
    }
    set('bump', this.#cookies.bump);
    set('bump_index', this.#cookies.index);
    set('bump_flush', this.#cookies.flush);
    set('failed', this.#status.failed);
    set('restoring', this.#status.restoring);
    set('port_clear', this.#status.portClear);
    set('reset_request', this.#status.resetRequest);
    const { claim, target, claimFrame } = this.#engine;
    set('claim', claim);
    set('claim_memory', target);
    set('claim_frame', claimFrame % 2 ** 32);
    if (this.parameters.addressWidth > 44) this.#image[this.#out('claim_frame') + 1] = Math.floor(claimFrame / 2 ** 32);
    set('irq', this.#interrupt);
    record.set(this.#image);
    this.#port.drive(record);
    if (this.#cookies.holdsAnswer) record[this.#out('s_axil_bvalid')] = 0;
  }

  step(given: Uint32Array, record: Uint32Array): void {
    this.show(record);
    if (given[this.#in.aresetn] === 0) {
      this.reset();
      return;
    }
    const inputs = this.#inputs;
    inputs.set(given);
    if (this.#cookies.holdsAnswer) inputs[this.#in.bready] = 0;
    this.#showRegisters();
    this.#port.stepRead(inputs);
    this.#wires.look(inputs);
    this.#engine.decide(inputs, this.#status.failed);
    this.#status.decide(this.#wires, this.#engine);
    this.#edge(inputs);
  }

  rest(): number {
    const works =
      !this.#port.idle ||
      !this.#cookies.idle ||
      this.#engine.copying ||
      this.#engine.lineRefused !== 0 ||
      this.#status.phase.some((phase) => phase !== 0) ||
      this.#wires.tells ||
      !this.#channels.in(this.#image);
    return works ? 0 : Number.POSITIVE_INFINITY;
  }

  skip(cycles: number): void {
    this.#cycle = (this.#cycle + cycles) % 2 ** 32;
  }

  /** What software reads is that of the cycle. */
  #showRegisters(): void {
    const { copying, failedCopy, pagesDone } = this.#engine;
    const bit = (holds: boolean, value: number): number => (holds ? value : 0);
    this.#status.show(
      bit(this.#cookies.ready, statusBits.ready) |
        bit(copying, statusBits.copying) |
        bit(failedCopy, statusBits.copyFailed),
    );
    this.#registers.show('pages_done', pagesDone);
    this.#registers.show('cycle', this.#cycle);
  }

  #edge(inputs: Uint32Array): void {
    const { copying } = this.#engine;
    const copies = copying || this.#engine.begins(this.#status);
    this.#interrupt = this.#registers.interrupting;
    this.#engine.edge(inputs, this.#wires, this.#status);
    this.#status.edge(inputs[this.#in.acknowledge]!, this.#cycle, copies);
    this.#cookies.edge(this.#wires);
    this.#holder.edge(this.#wires);
    this.#cycle = (this.#cycle + 1) % 2 ** 32;
    this.#registers.endPulses();
    this.#port.stepWrite(inputs);
    this.#registers.settle();
  }
}

/**
 * @param parameters those not given take their defaults.
 * @throws ParameterError that names the parameter, its value and what is allowed.
 */
export const createMemoryKeeperModel = (parameters: MemoryKeeperParameterValues = {}): MemoryKeeperModel =>
  new Model(memoryKeeperParameters(parameters));

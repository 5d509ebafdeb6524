/** The machine of the models of its blocks, wired. Source: `docs/systems/platform.md`, "The parts". */
import { toAll, toKeeper, toOne } from '../../../rtl/memory-management-unit/interface.ts';
import {
  blockParameters,
  bridgeWindow,
  deviceNames,
  firstUnitWindow,
  interruptLines,
  type PlatformParameters,
  platformPortList,
  windows,
} from '../../../rtl/platform/interface.ts';
import { createInterconnectModel } from '../interconnect/index.ts';
import { createMemoryKeeperModel, createMemoryManagementUnitModel } from '../memory-management-unit/index.ts';
import { createMemoryPathModel } from '../memory-path/index.ts';
import { createPacketReceiveModel } from '../packet-receive/index.ts';
import { createPacketUnitModel } from '../packet-unit/index.ts';
import { layPorts, type PortLayout, wordOf } from '../primitives/ports.ts';
import { createResourceAccessControllerModel } from '../resource-access-controller/index.ts';
import { createWriteGateModel } from '../write-gate/index.ts';
import type { Machine } from './machine.ts';
import { RegisterBridge } from './register-bridge.ts';
import { type Ends, endsOf, type Part, Placed, Wires } from './wiring.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

class ModelMachine implements Machine {
  readonly layout: PortLayout;
  readonly #parts: readonly Placed[];
  readonly #wires = new Wires();
  /** The machine's own records, as its parts see them. */
  readonly #inputs: Uint32Array;
  readonly #outputs: Uint32Array;
  readonly #fronts: readonly Placed[];
  readonly #units: readonly Placed[];
  readonly #network: Placed;
  readonly #keeper: Placed;
  readonly #sides: readonly Placed[];
  readonly #paths: readonly Placed[];
  readonly #controller: Placed;
  readonly #devices: Placed;
  readonly #bridge: Placed;
  readonly #packets: Placed;
  readonly #receiver: Placed;
  readonly #gate: Placed;
  #running = 0;

  constructor(p: PlatformParameters, maySleep: boolean) {
    const place = (part: Part): Placed => new Placed(part, maySleep);
    const layout = layPorts(platformPortList(p));
    this.layout = layout;
    this.#inputs = new Uint32Array(layout.inputWords);
    this.#outputs = new Uint32Array(layout.outputWords);
    const blocks = blockParameters(p);
    const processors = range(p.processors);
    this.#fronts = processors.map(() => place(createInterconnectModel(blocks.front)));
    this.#devices = place(createInterconnectModel(blocks.devices));
    this.#units = processors.map(() => place(createMemoryManagementUnitModel(blocks.unit)));
    this.#network = place(createMemoryManagementUnitModel(blocks.network));
    this.#keeper = place(createMemoryKeeperModel(blocks.keeper));
    this.#sides = range(2).map(() => place(createInterconnectModel(blocks.side)));
    this.#paths = range(2).map(() => place(createMemoryPathModel(blocks.path)));
    this.#controller = place(createResourceAccessControllerModel(blocks.controller));
    this.#bridge = place(new RegisterBridge(p));
    this.#packets = place(createPacketUnitModel(blocks.packets));
    this.#receiver = place(createPacketReceiveModel(blocks.receiver));
    this.#gate = place(createWriteGateModel(blocks.gate));
    this.#parts = [
      ...[...this.#fronts, this.#devices, ...this.#units, this.#network, this.#keeper],
      ...[...this.#sides, ...this.#paths, this.#controller, this.#bridge, this.#packets, this.#receiver, this.#gate],
    ];
    this.#connectFronts();
    this.#connectMemories();
    this.#connectDevices();
    this.#connectRegisters();
    this.#connectPackets();
    this.#connectInterrupts();
  }

  /** The machine's own ports, seen from inside. */
  get #edge(): Ends {
    return {
      out: { slots: this.layout.inputs, record: this.#inputs, owner: undefined },
      in: { slots: this.layout.outputs, record: this.#outputs, owner: undefined },
    };
  }

  #connectFronts(): void {
    const edge = this.#edge;
    for (const [processor, front] of this.#fronts.entries()) {
      const unit = this.#units[processor]!;
      this.#wires.axi(edge, `p${processor}_axi`, endsOf(front), 's0_axi', ['awaddr', 'araddr']);
      this.#wires.axi(endsOf(front), 'm0_axi', endsOf(unit), 's_axi');
      this.#wires.axi(endsOf(front), 'm1_axi', endsOf(this.#devices), `s${processor}_axi`);
      for (const channel of ['aw', 'ar']) {
        const outer = (signal: string): number => wordOf(this.layout.inputs, `p${processor}_axi_${channel}${signal}`);
        const [address, prot, user] = [outer('addr'), outer('prot'), outer('user')];
        const front0 = wordOf(front.part.layout.inputs, `s0_axi_${channel}addr`);
        const outgoing = wordOf(front.part.layout.outputs, `m0_axi_${channel}addr`);
        const unitUser = wordOf(unit.part.layout.inputs, `s_axi_${channel}user`);
        this.#wires.join(edge.out, () => {
          const inputs = this.#inputs;
          const high = inputs[address + 1]!;
          const privileged = inputs[prot]! & 1;
          front.put(front0, inputs[address]!);
          front.put(front0 + 1, (high & 0x7f) | (inputs[user]! << 7) | (privileged << 11) | ((high >>> 7) << 12));
        });
        this.#wires.join(endsOf(front).out, () => unit.put(unitUser, (front.outputs[outgoing + 1]! >>> 7) & 15));
      }
    }
  }

  #connectMemories(): void {
    const wires = this.#wires;
    const keeper = endsOf(this.#keeper);
    const units = [...this.#units, this.#network];
    for (const [number, unit] of units.entries()) {
      const ends = endsOf(unit);
      for (const name of toKeeper) wires.connect(ends.out, name, keeper.in, `u${number}_${name}`);
      for (const name of toOne) wires.connect(keeper.out, `u${number}_${name}`, ends.in, name);
      for (const name of toAll) wires.connect(keeper.out, name, ends.in);
    }
    const edge = this.#edge;
    const request = wordOf(this.#keeper.part.layout.outputs, 'reset_request');
    for (const [memory, side] of this.#sides.entries()) {
      for (const [number, unit] of [...units, this.#keeper].entries())
        wires.axi(endsOf(unit), `m${memory}_axi`, endsOf(side), `s${number}_axi`);
      const path = this.#paths[memory]!;
      wires.axi(endsOf(side), 'm0_axi', endsOf(path), 's_axi');
      wires.axi(endsOf(path), 'm_axi', edge, `m${memory}_axi`);
      wires.connect(edge.out, 'tamper', endsOf(path).in);
      wires.join(keeper.out, () => {
        const runs = ((this.#keeper.outputs[request]! >>> memory) & 1) ^ 1;
        side.put(side.resetWord, this.#inputs[0]! & runs);
        path.put(path.resetWord, this.#inputs[0]! & runs);
      });
    }
    wires.connect(keeper.out, 'reset_request', edge.in, 'memory_reset_request');
    wires.connect(edge.out, 'memory_reset_acknowledge', keeper.in, 'reset_acknowledge');
  }

  #connectDevices(): void {
    const wires = this.#wires;
    const edge = this.#edge;
    const controller = endsOf(this.#controller);
    wires.axi(endsOf(this.#devices), 'm0_axi', controller, 's_axi');
    wires.axi(endsOf(this.#devices), 'm1_axi', endsOf(this.#bridge), 's_axi');
    for (const port of range(deviceNames.length)) wires.axi(controller, `m${port}_axi`, edge, `d${port}_axi`);
    wires.connect(edge.out, 'device_interrupt', controller.in);
    wires.connect(controller.out, 'reset_request', edge.in, 'device_reset_request');
    wires.connect(edge.out, 'device_reset_acknowledge', controller.in, 'reset_acknowledge');
  }

  #connectRegisters(): void {
    const bridge = endsOf(this.#bridge);
    const at = (window: number, placed: Placed): void => this.#wires.lite(bridge, bridgeWindow(window), endsOf(placed));
    at(windows.keeper, this.#keeper);
    at(windows.network, this.#network);
    at(windows.path0, this.#paths[0]!);
    at(windows.path1, this.#paths[1]!);
    at(windows.controller, this.#controller);
    at(windows.packets, this.#packets);
    at(windows.receiver, this.#receiver);
    at(windows.gate, this.#gate);
    for (const [processor, unit] of this.#units.entries()) at(firstUnitWindow + processor, unit);
    const unavailable = wordOf(this.#bridge.part.layout.inputs, 'unavailable');
    const request = wordOf(this.#keeper.part.layout.outputs, 'reset_request');
    this.#wires.join(endsOf(this.#keeper).out, () =>
      this.#bridge.put(unavailable, this.#keeper.outputs[request]! << windows.path0),
    );
  }

  #connectPackets(): void {
    const packets = endsOf(this.#packets);
    for (const name of ['tdata', 'tkeep', 'tlast', 'tvalid'])
      this.#wires.connect(this.#edge.out, `network_axis_${name}`, packets.in, `s_axis_${name}`);
    this.#wires.connect(packets.out, 's_axis_tready', this.#edge.in, 'network_axis_tready');
    const receiver = endsOf(this.#receiver);
    for (const name of ['tdata', 'tkeep', 'tlast', 'tdest', 'tuser', 'tvalid', 'chain_tdata', 'chain_tvalid'])
      this.#wires.connect(packets.out, `m_axis_${name}`, receiver.in, `s_axis_${name}`);
    for (const name of ['tready', 'chain_tready'])
      this.#wires.connect(receiver.out, `s_axis_${name}`, packets.in, `m_axis_${name}`);
    this.#wires.connect(receiver.out, 'accepting', packets.in);
    this.#wires.axi(receiver, 'm_axi', endsOf(this.#gate), 's_axi');
    this.#wires.axi(endsOf(this.#gate), 'm_axi', endsOf(this.#network), 's_axi');
  }

  #connectInterrupts(): void {
    const to = wordOf(this.layout.outputs, 'interrupt');
    const line = (placed: Placed, name: string, bit: number, width = 1): void => {
      const word = wordOf(placed.part.layout.outputs, name);
      const mask = (2 ** width - 1) << bit;
      this.#wires.join(endsOf(placed).out, () => {
        this.#outputs[to] = (this.#outputs[to]! & ~mask) | (placed.outputs[word]! << bit);
      });
    };
    line(this.#keeper, 'irq', interruptLines.keeper);
    line(this.#network, 'irq', interruptLines.network);
    line(this.#paths[0]!, 'irq', interruptLines.path0);
    line(this.#paths[1]!, 'irq', interruptLines.path1);
    line(this.#controller, 'irq', interruptLines.controller);
    line(this.#receiver, 'irq', interruptLines.receiver);
    line(this.#gate, 'irq', interruptLines.gate);
    for (const [processor, unit] of this.#units.entries()) line(unit, 'irq', interruptLines.unit0 + processor);
    line(this.#controller, 'resource_interrupt', interruptLines.disk0, deviceNames.length);
  }

  step(inputs: Uint32Array, outputs: Uint32Array): void {
    this.#inputs.set(inputs);
    if (inputs[0] !== this.#running) this.#reset(inputs[0]!);
    this.#wires.copyFrom(this.#inputs);
    for (const placed of this.#parts) if (placed.fresh) this.#wires.copyFrom(placed.outputs);
    outputs.set(this.#outputs);
    for (const placed of this.#parts) placed.step();
  }

  /** The machine's reset changes. */
  #reset(running: number): void {
    this.#running = running;
    for (const placed of this.#parts) {
      placed.put(placed.resetWord, running);
      // What is wired by more than a copy looks at the reset as well.
      placed.fresh = true;
    }
  }

  rest(): number {
    let cycles = Number.POSITIVE_INFINITY;
    for (const { sleepsFor } of this.#parts) cycles = Math.min(cycles, sleepsFor);
    return cycles;
  }

  skip(cycles: number): void {
    for (const placed of this.#parts) placed.passOver(cycles);
  }
}

/**
 * The machine of models.
 *
 * @param maySleep whether blocks in which nothing happens are passed over; what comes out is the same
 */
export const createModelMachine = (p: PlatformParameters, maySleep = true): Machine => new ModelMachine(p, maySleep);

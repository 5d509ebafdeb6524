/** Everything that stands outside the machine, put together. Source: `docs/systems/platform.md`, "What is outside" and "Faults". */
import {
  type DeviceName,
  deviceNames,
  diskBlockBytes,
  type PlatformParameters,
} from '../../../rtl/platform/interface.ts';
import { type PortLayout, wordOf } from '../primitives/ports.ts';
import type { Fault, ResolvedOptions } from './interface.ts';
import { Bytes } from './outside/bytes.ts';
import { Console } from './outside/console.ts';
import type { Device } from './outside/device.ts';
import { Disk } from './outside/disk.ts';
import { FrameFeed } from './outside/frame-feed.ts';
import { Memory } from './outside/memory.ts';
import { NetworkPort } from './outside/network-port.ts';
import { ProcessorPort } from './outside/processor-port.ts';
import { Timer } from './outside/timer.ts';

/** Told when somebody outside the machine changes what a memory or disk holds. */
export type MediumChanged = (medium: 'memory' | 'disk', index: 0 | 1, address: number, data: Uint8Array) => void;

export class Surroundings {
  readonly processors: readonly ProcessorPort[];
  readonly memories: readonly [Memory, Memory];
  readonly disks: readonly [Disk, Disk];
  readonly console: Console;
  readonly network: readonly [NetworkPort, NetworkPort];
  readonly #devices: readonly Device<string>[];
  readonly #feed: FrameFeed;
  readonly #at;
  #tamper = false;
  /** As the machine saw them in the last cycle. */
  #driven = { memories: 0, devices: 0, interrupts: 0 };
  #tampered = false;

  constructor(layout: PortLayout, p: PlatformParameters, options: ResolvedOptions, changed: MediumChanged) {
    const { dataWidth } = p;
    this.processors = Array.from(
      { length: p.processors },
      (_, processor) => new ProcessorPort(layout, `p${processor}_axi`),
    );
    const content = (medium: 'memory' | 'disk', index: 0 | 1, bytes: number): Bytes =>
      new Bytes(bytes, (address, data) => changed(medium, index, address, data));
    const memory = (index: 0 | 1): Memory =>
      new Memory(layout, `m${index}_axi`, {
        dataWidth,
        latency: options.memoryLatency,
        content: content('memory', index, options.memoryBytes),
      });
    this.memories = [memory(0), memory(1)];
    const prefix = (device: DeviceName): string => `d${deviceNames.indexOf(device)}_axi`;
    const disk = (index: 0 | 1): Disk =>
      new Disk(layout, prefix(`disk${index}`), {
        dataWidth,
        sectorCycles: options.sectorCycles,
        medium: content('disk', index, options.diskBlocks * diskBlockBytes),
      });
    this.disks = [disk(0), disk(1)];
    this.console = new Console(layout, prefix('console'), dataWidth);
    const timer = new Timer(layout, prefix('timer'), dataWidth);
    this.network = [
      new NetworkPort(layout, prefix('network0'), dataWidth),
      new NetworkPort(layout, prefix('network1'), dataWidth),
    ];
    this.#devices = [...this.disks, this.console, timer, ...this.network];
    this.#feed = new FrameFeed(layout, dataWidth, this.network);
    const input = (name: string): number => wordOf(layout.inputs, name);
    const output = (name: string): number => wordOf(layout.outputs, name);
    this.#at = {
      deviceInterrupt: input('device_interrupt'),
      deviceAcknowledge: input('device_reset_acknowledge'),
      memoryAcknowledge: input('memory_reset_acknowledge'),
      tamper: input('tamper'),
      deviceReset: output('device_reset_request'),
      memoryReset: output('memory_reset_request'),
    };
  }

  /** Lets a fault happen, before the cycle is driven. Cutting the power is the platform's. */
  happen(fault: Fault): void {
    switch (fault.kind) {
      case 'memory-lost':
        this.memories[fault.memory].lose(fault.how ?? 'hangs');
        return;
      case 'memory-replaced':
        this.memories[fault.memory].replace();
        return;
      case 'line-lost':
        this.memories[fault.memory].loseLine(fault.address);
        return;
      case 'bit-flip': {
        const { content } = this.memories[fault.memory];
        const [byte = 0] = content.read(fault.address, 1);
        content.put(fault.address, Uint8Array.of(byte ^ (1 << fault.bit)));
        return;
      }
      case 'device-hang':
        this.#device(fault.device).fail('hangs');
        return;
      case 'device-error':
        this.#device(fault.device).fail('errs');
        return;
      case 'device-lost':
        this.#device(fault.device).fail('lost');
        return;
      case 'device-babble':
        this.#device(fault.device).fail('babbles', fault.seed);
        return;
      case 'device-replaced':
        this.#device(fault.device).replace();
        return;
      case 'link':
        this.network[fault.device === 'network0' ? 0 : 1].setLink(fault.up);
        return;
      case 'tamper':
        this.#tamper = true;
        return;
      case 'power-cut':
        return;
      default:
        fault satisfies never;
    }
  }

  #device(name: DeviceName): Device<string> {
    return this.#devices[deviceNames.indexOf(name)]!;
  }

  /** The wires that are not part of a channel, as the state has them. */
  #levels(): { readonly memories: number; readonly devices: number; readonly interrupts: number } {
    let memories = 0;
    for (let index = 0; index < this.memories.length; index += 1)
      memories |= Number(this.memories[index]!.acknowledges) << index;
    let devices = 0;
    let interrupts = 0;
    for (let index = 0; index < this.#devices.length; index += 1) {
      const device = this.#devices[index]!;
      devices |= Number(device.acknowledges) << index;
      interrupts |= Number(device.interrupts) << index;
    }
    return { memories, devices, interrupts };
  }

  /** Sets the machine's inputs of the cycle. */
  drive(inputs: Uint32Array, cycle: number): void {
    for (const processor of this.processors) processor.drive(inputs);
    for (const memory of this.memories) memory.drive(inputs, cycle);
    for (const device of this.#devices) device.drive(inputs, cycle);
    this.#feed.drive(inputs);
    const levels = this.#levels();
    this.#driven = levels;
    inputs[this.#at.memoryAcknowledge] = levels.memories;
    inputs[this.#at.deviceAcknowledge] = levels.devices;
    inputs[this.#at.deviceInterrupt] = levels.interrupts;
    inputs[this.#at.tamper] = Number(this.#tamper);
    this.#tampered = this.#tamper;
    this.#tamper = false;
  }

  /** Sees the machine's outputs of the cycle. */
  observe(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    const memoryReset = outputs[this.#at.memoryReset]!;
    const deviceReset = outputs[this.#at.deviceReset]!;
    for (const [index, memory] of this.memories.entries())
      memory.observe(inputs, outputs, ((memoryReset >>> index) & 1) !== 0, cycle);
    for (let index = 0; index < this.#devices.length; index += 1)
      this.#devices[index]!.observe(inputs, outputs, ((deviceReset >>> index) & 1) !== 0, cycle);
    this.#feed.observe(outputs);
    for (const processor of this.processors) processor.observe(inputs, outputs);
  }

  /** The next cycle in which something happens outside by itself; the present one when something is under way. */
  nextEvent(cycle: number): number {
    const levels = this.#levels();
    const busy =
      this.#tampered ||
      levels.memories !== this.#driven.memories ||
      levels.devices !== this.#driven.devices ||
      levels.interrupts !== this.#driven.interrupts ||
      this.processors.some(({ open }) => open > 0) ||
      this.memories.some(({ idle }) => !idle) ||
      this.#devices.some(({ idle }) => !idle) ||
      !this.#feed.idle;
    return busy
      ? cycle
      : this.#devices.reduce((least, { nextEvent }) => Math.min(least, nextEvent), Number.POSITIVE_INFINITY);
  }
}

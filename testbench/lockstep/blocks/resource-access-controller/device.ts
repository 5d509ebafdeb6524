/** A device behind a port: an AXI4 memory with its faults, and the handshake that resets it. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { Axi4Subordinate } from '../../../axi/subordinate.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import type { DeviceScript } from './scenario.ts';

/** A time at which every fault is over. */
const cured = 2 ** 40;

export class Device {
  readonly subordinate: Axi4Subordinate;
  readonly script: DeviceScript;
  private readonly port: number;
  private readonly requestWord: number;
  private readonly acknowledgeWord: number;
  private cycle = 0;
  private state: 'runs' | 'requested' | 'held' = 'runs';
  private wait = 0;

  constructor(layout: PortLayout, port: number, script: DeviceScript) {
    this.port = port;
    this.script = script;
    this.subordinate = new Axi4Subordinate(layout, `m${port}_axi`, script.behaviour);
    this.requestWord = outputSlot(layout, 'reset_request').word;
    this.acknowledgeWord = inputSlot(layout, 'reset_acknowledge').word;
  }

  drive(inputs: Uint32Array, outputs: Uint32Array): void {
    this.cycle += 1;
    this.handshake(inputs, (((outputs[this.requestWord] ?? 0) >>> this.port) & 1) === 1);
    if (this.state === 'held') this.subordinate.reset(inputs);
    else this.subordinate.drive(inputs, outputs, this.cycle);
  }

  /** The whole system is in reset: the memory alone keeps what it holds. */
  reset(inputs: Uint32Array): void {
    this.state = 'runs';
    this.acknowledge(inputs, false);
    this.subordinate.reset(inputs);
  }

  private handshake(inputs: Uint32Array, requested: boolean): void {
    if (this.state === 'runs' && requested && this.script.acknowledge !== null) {
      this.state = 'requested';
      this.wait = this.script.acknowledge;
    }
    if (this.state === 'requested') {
      if (this.wait > 0) this.wait -= 1;
      else {
        this.state = 'held';
        this.wait = this.script.release;
        this.acknowledge(inputs, true);
      }
    } else if (this.state === 'held' && !requested) {
      if (this.wait > 0) this.wait -= 1;
      else {
        this.state = 'runs';
        this.cycle = this.script.relapses ? 0 : cured;
        this.acknowledge(inputs, false);
      }
    }
  }

  private acknowledge(inputs: Uint32Array, value: boolean): void {
    const bit = 1 << this.port;
    const word = inputs[this.acknowledgeWord] ?? 0;
    inputs[this.acknowledgeWord] = (value ? word | bit : word & ~bit) >>> 0;
  }
}

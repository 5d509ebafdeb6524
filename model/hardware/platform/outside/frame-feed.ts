/** Feeds frames of the network ports to the machine, whole, by turns. Source: `docs/systems/platform.md`. */
import { type PortLayout, wordOf } from '../../primitives/ports.ts';
import type { NetworkPort } from './network-port.ts';

export class FrameFeed {
  readonly #ports: readonly NetworkPort[];
  readonly #beatBytes: number;
  readonly #at;
  #frame: Uint8Array | undefined;
  #fed = 0;
  #last: number;

  constructor(layout: PortLayout, dataWidth: number, ports: readonly NetworkPort[]) {
    this.#ports = ports;
    this.#beatBytes = dataWidth / 8;
    this.#last = ports.length - 1;
    this.#at = {
      tdata: wordOf(layout.inputs, 'network_axis_tdata'),
      tkeep: wordOf(layout.inputs, 'network_axis_tkeep'),
      tlast: wordOf(layout.inputs, 'network_axis_tlast'),
      tvalid: wordOf(layout.inputs, 'network_axis_tvalid'),
      tready: wordOf(layout.outputs, 'network_axis_tready'),
    };
  }

  get idle(): boolean {
    return this.#frame === undefined && this.#ports.every(({ frames }) => frames.length === 0);
  }

  drive(inputs: Uint32Array): void {
    const at = this.#at;
    const frame = this.#frame;
    inputs[at.tvalid] = Number(frame !== undefined);
    if (frame === undefined) return;
    const bytes = Math.min(this.#beatBytes, frame.length - this.#fed);
    for (let word = 0; word < this.#beatBytes / 4; word += 1) {
      let value = 0;
      for (let byte = 0; byte < 4; byte += 1) value |= (frame[this.#fed + 4 * word + byte] ?? 0) << (8 * byte);
      inputs[at.tdata + word] = value;
    }
    inputs[at.tkeep] = 2 ** bytes - 1;
    inputs[at.tlast] = Number(this.#fed + bytes === frame.length);
  }

  observe(outputs: Uint32Array): void {
    if (this.#frame !== undefined) {
      if (outputs[this.#at.tready] === 0) return;
      this.#fed += this.#beatBytes;
      if (this.#fed < this.#frame.length) return;
      this.#frame = undefined;
    }
    for (let turn = 1; turn <= this.#ports.length; turn += 1) {
      const port = (this.#last + turn) % this.#ports.length;
      const frame = this.#ports[port]!.frames.shift();
      if (frame === undefined) continue;
      this.#frame = frame;
      this.#fed = 0;
      this.#last = port;
      return;
    }
  }
}

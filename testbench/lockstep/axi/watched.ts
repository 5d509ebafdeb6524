import type { PortLayout, PortSlot } from '../../../rtl/hdl/port-layout.ts';
import { readAddress } from '../../axi/words.ts';

export type Channel = 'aw' | 'w' | 'b' | 'ar' | 'r';

/** One channel at one port: where its signals are, whichever record they are in. */
export class Watched {
  readonly payload: readonly PortSlot[];
  readonly addressSlot: PortSlot | undefined;
  private readonly fromInputs: boolean;
  private readonly valid: number;
  private readonly ready: number;

  constructor(layout: PortLayout, port: string, channel: Channel) {
    const start = `${port}_${channel}`;
    this.fromInputs = layout.inputs.some(({ name }) => name === `${start}valid`);
    const [sent, back] = this.fromInputs ? [layout.inputs, layout.outputs] : [layout.outputs, layout.inputs];
    const own = sent.filter(({ name }) => name.startsWith(start));
    this.payload = own.filter(({ name }) => name !== `${start}valid`);
    this.addressSlot = own.find(({ name }) => name === `${start}addr`);
    this.valid = own.find(({ name }) => name === `${start}valid`)?.word ?? -1;
    this.ready = back.find(({ name }) => name === `${start}ready`)?.word ?? -1;
  }

  passes(inputs: Uint32Array, outputs: Uint32Array): boolean {
    const [sent, back] = this.fromInputs ? [inputs, outputs] : [outputs, inputs];
    return sent[this.valid] !== 0 && back[this.ready] !== 0;
  }

  /** The words of the payload, the identifier (where there is one) first. */
  read(inputs: Uint32Array, outputs: Uint32Array): number[] {
    const record = this.fromInputs ? inputs : outputs;
    return this.payload.flatMap(({ word, words }) => [...record.subarray(word, word + words)]);
  }

  address(inputs: Uint32Array, outputs: Uint32Array): number {
    return this.addressSlot === undefined ? 0 : readAddress(this.fromInputs ? inputs : outputs, this.addressSlot);
  }
}

/** Where the signals of one AXI4 interface lie in the records of inputs and outputs. */
import type { PortLayout, PortSlot } from '../../rtl/hdl/port-layout.ts';
import { inputSlot, outputSlot } from '../lockstep/ports.ts';

export type Side = 'input' | 'output';

const slotOf = (layout: PortLayout, side: Side, name: string): PortSlot =>
  side === 'input' ? inputSlot(layout, name) : outputSlot(layout, name);

/** An address channel: each field's first word. */
export interface AddressWords {
  readonly valid: number;
  readonly ready: number;
  readonly id: number;
  readonly address: PortSlot;
  readonly length: number;
  readonly size: number;
  readonly burst: number;
  readonly lock: number;
  readonly cache: number;
  readonly prot: number;
  readonly qos: number;
  readonly region: number;
  /** Where the interface has a user signal. */
  readonly user: number | undefined;
}

export interface Axi4Words {
  readonly aw: AddressWords;
  readonly ar: AddressWords;
  readonly w: {
    readonly valid: number;
    readonly ready: number;
    readonly data: PortSlot;
    readonly strobes: PortSlot;
    readonly last: number;
  };
  readonly b: { readonly valid: number; readonly ready: number; readonly id: number; readonly response: number };
  readonly r: {
    readonly valid: number;
    readonly ready: number;
    readonly id: number;
    readonly data: PortSlot;
    readonly response: number;
    readonly last: number;
  };
  readonly dataWords: number;
  readonly busBytes: number;
  readonly idMask: number;
}

/** @param requests in which record the manager's signals are: 'input' where the block is the subordinate. */
export const axi4Words = (layout: PortLayout, prefix: string, requests: Side): Axi4Words => {
  const back: Side = requests === 'input' ? 'output' : 'input';
  const forth = (name: string): PortSlot => slotOf(layout, requests, `${prefix}_${name}`);
  const returned = (name: string): PortSlot => slotOf(layout, back, `${prefix}_${name}`);
  const address = (channel: 'aw' | 'ar'): AddressWords => ({
    valid: forth(`${channel}valid`).word,
    ready: returned(`${channel}ready`).word,
    id: forth(`${channel}id`).word,
    address: forth(`${channel}addr`),
    length: forth(`${channel}len`).word,
    size: forth(`${channel}size`).word,
    burst: forth(`${channel}burst`).word,
    lock: forth(`${channel}lock`).word,
    cache: forth(`${channel}cache`).word,
    prot: forth(`${channel}prot`).word,
    qos: forth(`${channel}qos`).word,
    region: forth(`${channel}region`).word,
    user: layout[requests === 'input' ? 'inputs' : 'outputs'].find(({ name }) => name === `${prefix}_${channel}user`)
      ?.word,
  });
  const data = forth('wdata');
  return {
    aw: address('aw'),
    ar: address('ar'),
    w: {
      valid: forth('wvalid').word,
      ready: returned('wready').word,
      data,
      strobes: forth('wstrb'),
      last: forth('wlast').word,
    },
    b: {
      valid: returned('bvalid').word,
      ready: forth('bready').word,
      id: returned('bid').word,
      response: returned('bresp').word,
    },
    r: {
      valid: returned('rvalid').word,
      ready: forth('rready').word,
      id: returned('rid').word,
      data: returned('rdata'),
      response: returned('rresp').word,
      last: returned('rlast').word,
    },
    dataWords: data.words,
    busBytes: data.width / 8,
    idMask: 2 ** returned('bid').width - 1,
  };
};

/** Reads an address of one or two words; it is below 2^53. */
export const readAddress = (record: Uint32Array, slot: PortSlot): number =>
  (record[slot.word] ?? 0) + (slot.words > 1 ? (record[slot.word + 1] ?? 0) * 2 ** 32 : 0);

export const writeAddress = (record: Uint32Array, slot: PortSlot, address: number): void => {
  record[slot.word] = address % 2 ** 32;
  if (slot.words > 1) record[slot.word + 1] = Math.floor(address / 2 ** 32);
};

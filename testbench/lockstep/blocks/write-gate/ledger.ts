/** What is judged through the ports alone: everything passes in order and unchanged, and no write to a page that software has marked. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import type { WriteGateParameters } from '../../../../rtl/write-gate/interface.ts';
import { type Channel, Watched } from '../../axi/watched.ts';
import type { Scoreboard } from '../../driver.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { pageBytes } from './pages.ts';
import { enable, hold, letGo, registers } from './registers.ts';

/** Channels and the sides that they come from and go to. */
const ways: readonly (readonly [Channel, from: string, to: string])[] = [
  ['aw', 's_axi', 'm_axi'],
  ['w', 's_axi', 'm_axi'],
  ['ar', 's_axi', 'm_axi'],
  ['b', 'm_axi', 's_axi'],
  ['r', 'm_axi', 's_axi'],
];

interface Way {
  readonly channel: Channel;
  readonly from: Watched;
  readonly to: Watched;
  readonly between: number[][];
}

/** The writes at the register port, of which one is answered after the other. */
class Commands {
  private readonly addresses: number[] = [];
  private readonly data: number[] = [];
  private readonly at: Readonly<Record<string, number>>;

  constructor(layout: PortLayout) {
    const input = (name: string): number => inputSlot(layout, `s_axil_${name}`).word;
    const output = (name: string): number => outputSlot(layout, `s_axil_${name}`).word;
    this.at = {
      ...{ awaddr: input('awaddr'), awvalid: input('awvalid'), awready: output('awready') },
      ...{ wdata: input('wdata'), wvalid: input('wvalid'), wready: output('wready') },
      ...{ bvalid: output('bvalid'), bready: input('bready') },
    };
  }

  clear(): void {
    this.addresses.length = 0;
    this.data.length = 0;
  }

  /** Calls with each write whose address and data have come, and with each that is answered. */
  cycle(inputs: Uint32Array, outputs: Uint32Array, come: (address: number, data: number) => void): number[] | null {
    const { at } = this;
    if (inputs[at.awvalid!] !== 0 && outputs[at.awready!] !== 0) this.addresses.push(inputs[at.awaddr!]!);
    if (inputs[at.wvalid!] !== 0 && outputs[at.wready!] !== 0) this.data.push(inputs[at.wdata!]!);
    const [address, data] = [this.addresses[0], this.data[0]];
    if (address !== undefined && data !== undefined) come(address, data);
    if (outputs[at.bvalid!] === 0 || inputs[at.bready!] === 0) return null;
    return [this.addresses.shift()!, this.data.shift()!];
  }
}

export class Ledger implements Scoreboard {
  readonly name = 'ledger';
  private readonly resetWord: number;
  private readonly ways: readonly Way[];
  private readonly commands: Commands;
  private readonly pages: number;
  private readonly offer: { readonly valid: number; readonly ready: number };
  /** Pages that must be held: marked by a command that was answered, with nothing said to the contrary since. */
  private readonly marked = new Set<number>();
  private soon: number | null = null;
  private enabled = false;
  /** The request on `m_axi` was there in the cycle before. */
  private offered = false;

  constructor(p: WriteGateParameters, layout: PortLayout) {
    this.resetWord = inputSlot(layout, 'aresetn').word;
    this.pages = 2 ** p.pageWidth;
    this.commands = new Commands(layout);
    this.offer = {
      valid: outputSlot(layout, 'm_axi_awvalid').word,
      ready: inputSlot(layout, 'm_axi_awready').word,
    };
    this.ways = ways.map(([channel, from, to]) => ({
      channel,
      from: new Watched(layout, from, channel),
      to: new Watched(layout, to, channel),
      between: [],
    }));
  }

  cycle(inputs: Uint32Array, outputs: Uint32Array): string | null {
    if (inputs[this.resetWord] === 0) {
      for (const { between } of this.ways) between.length = 0;
      this.commands.clear();
      this.marked.clear();
      this.soon = null;
      this.enabled = false;
      this.offered = false;
      return null;
    }
    const offers = outputs[this.offer.valid] !== 0;
    if (offers && !this.offered && this.enabled) {
      const page = Math.floor(this.ways[0]!.to.address(inputs, outputs) / pageBytes);
      if (page < this.pages && this.marked.has(page)) return `a write to page ${page} passes, which is marked`;
    }
    this.offered = offers && inputs[this.offer.ready] === 0;
    this.command(inputs, outputs);
    for (const { channel, from, to, between } of this.ways) {
      if (to.passes(inputs, outputs)) {
        const passed = to.read(inputs, outputs).join(' ');
        const expected = between.shift()?.join(' ');
        if (passed !== expected) return `${channel} goes on as [${passed}]; it came as [${expected}]`;
      }
      if (from.passes(inputs, outputs)) between.push(from.read(inputs, outputs));
    }
    return null;
  }

  end(): string | null {
    const left = this.ways.find(({ between }) => between.length > 0);
    return left === undefined ? null : `something of ${left.channel} is left in the gate at the end`;
  }

  private command(inputs: Uint32Array, outputs: Uint32Array): void {
    // A request may pass in the very cycle of the answer, and is seen in the next.
    if (this.soon !== null) this.marked.add(this.soon);
    this.soon = null;
    // What is taken back counts from the moment at which it is said, what is asked for from the answer on.
    const answered = this.commands.cycle(inputs, outputs, (address, data) => {
      if (address === registers.mark && (data & hold) === 0 && (data & letGo) !== 0) {
        this.marked.delete(data % 2 ** 20);
        if (this.soon === data % 2 ** 20) this.soon = null;
      }
      if (address === registers.control && (data & enable) === 0) this.enabled = false;
    });
    if (answered === null) return;
    const [address, data] = answered as [number, number];
    if (address === registers.mark && (data & hold) !== 0) this.soon = data % 2 ** 20;
    if (address === registers.control && (data & enable) !== 0) this.enabled = true;
  }
}

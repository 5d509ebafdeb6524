/** The rules of AXI4-Lite watched on the records of ports, cycle by cycle (Arm IHI 0022, B1): plain code, written apart from the properties in hardware. */
import type { PortLayout, PortSlot } from '../../rtl/hdl/port-layout.ts';
import { type AxiLiteRuleName, axiLiteRules, ruleText } from '../../rtl/parts/axi/rules.ts';
import type { Scoreboard } from '../lockstep/driver.ts';
import { inputSlot, outputSlot } from '../lockstep/ports.ts';
import { ChannelChecker } from './checker-channel.ts';
import type { Side } from './words.ts';

export interface LiteCheckerOptions {
  /** In which record the manager's signals are: 'input' where the block is the subordinate. */
  readonly requests: Side;
  /** Whose rules; default both. */
  readonly keeper?: 'manager' | 'subordinate';
  /** Default 64. */
  readonly maxOutstanding?: number;
}

const rulesByName = new Map<string, (typeof axiLiteRules)[number]>(axiLiteRules.map((rule) => [rule.name, rule]));
const exokay = 1;

export class AxiLiteChecker implements Scoreboard {
  readonly name: string;
  /** The rules that the last cycle broke, in the order in which they were found. */
  readonly broken: AxiLiteRuleName[] = [];
  private readonly prefix: string;
  private readonly options: LiteCheckerOptions;
  private readonly most: number;
  private readonly resetWord: number;
  private readonly channels: readonly ChannelChecker[];
  private readonly words: Readonly<Record<'valid' | 'ready', Readonly<Record<'aw' | 'w' | 'b' | 'ar' | 'r', number>>>>;
  private readonly responses: { readonly b: number; readonly r: number };
  /** Taken and not answered: write addresses, words of write data, reads. */
  private addresses = 0;
  private data = 0;
  private reads = 0;
  private wasReset = true;

  constructor(layout: PortLayout, prefix: string, options: LiteCheckerOptions) {
    this.name = `AXI4-Lite rules of ${prefix}`;
    this.prefix = prefix;
    this.options = options;
    this.most = options.maxOutstanding ?? 64;
    this.resetWord = inputSlot(layout, 'aresetn').word;
    const forth = options.requests === 'input' ? inputSlot : outputSlot;
    const back = options.requests === 'input' ? outputSlot : inputSlot;
    const slot = (side: typeof forth, signal: string): PortSlot => side(layout, `${prefix}_${signal}`);
    const channels = {
      aw: { from: forth, to: back, payload: ['awaddr', 'awprot'] },
      w: { from: forth, to: back, payload: ['wdata', 'wstrb'] },
      b: { from: back, to: forth, payload: ['bresp'] },
      ar: { from: forth, to: back, payload: ['araddr', 'arprot'] },
      r: { from: back, to: forth, payload: ['rdata', 'rresp'] },
    } as const;
    const names = ['aw', 'w', 'b', 'ar', 'r'] as const;
    const valid = { aw: 0, w: 0, b: 0, ar: 0, r: 0 };
    const ready = { ...valid };
    this.channels = names.map((name) => {
      const { from, to, payload } = channels[name];
      valid[name] = slot(from, `${name}valid`).word;
      ready[name] = slot(to, `${name}ready`).word;
      const slots = payload.map((signal) => slot(from, signal));
      return new ChannelChecker(name, valid[name], ready[name], slots, (rule) => this.broken.push(rule));
    });
    this.words = { valid, ready };
    this.responses = { b: slot(back, 'bresp').word, r: slot(back, 'rresp').word };
  }

  cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number): string | null {
    this.broken.length = 0;
    const forth = this.options.requests === 'input' ? inputs : outputs;
    const back = this.options.requests === 'input' ? outputs : inputs;
    const resetting = inputs[this.resetWord] === 0;
    for (const channel of this.channels) {
      if (resetting) channel.reset(forth, back, this.wasReset);
      else channel.cycle(forth, back, this.wasReset);
    }
    this.wasReset = resetting;
    if (resetting) {
      this.addresses = 0;
      this.data = 0;
      this.reads = 0;
    } else {
      this.write(forth, back);
      this.read(forth, back);
    }
    for (const name of this.broken) {
      const rule = rulesByName.get(name);
      if (rule === undefined || (this.options.keeper !== undefined && rule.keeper !== this.options.keeper)) continue;
      return `cycle ${cycle}, ${this.prefix}: ${ruleText(rule)}`;
    }
    return null;
  }

  /** An answer of this cycle belongs to what was taken before it, so it is judged before the requests of this cycle. */
  private write(forth: Uint32Array, back: Uint32Array): void {
    const { valid, ready } = this.words;
    if (back[valid.b] !== 0) {
      if (this.addresses === 0) this.broken.push('b_after_address');
      if (this.data === 0) this.broken.push('b_after_data');
      if (back[this.responses.b] === exokay) this.broken.push('b_exclusive');
    }
    const answered = back[valid.b] !== 0 && forth[ready.b] !== 0;
    this.addresses = this.count(
      this.addresses,
      forth[valid.aw] !== 0 && back[ready.aw] !== 0,
      answered,
      'capacity_writes',
    );
    this.data = this.count(this.data, forth[valid.w] !== 0 && back[ready.w] !== 0, answered, 'capacity_data');
  }

  private read(forth: Uint32Array, back: Uint32Array): void {
    const { valid, ready } = this.words;
    if (back[valid.r] !== 0) {
      if (this.reads === 0) this.broken.push('r_after_address');
      if (back[this.responses.r] === exokay) this.broken.push('r_exclusive');
    }
    const answered = back[valid.r] !== 0 && forth[ready.r] !== 0;
    this.reads = this.count(this.reads, forth[valid.ar] !== 0 && back[ready.ar] !== 0, answered, 'capacity_reads');
  }

  private count(owed: number, asked: boolean, answered: boolean, limit: AxiLiteRuleName): number {
    if (asked && answered) return owed;
    if (answered) return Math.max(0, owed - 1);
    if (!asked) return owed;
    if (owed < this.most) return owed + 1;
    this.broken.push(limit);
    return owed;
  }
}

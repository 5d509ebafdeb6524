/**
 * The rules of AXI4 watched on the records of ports, cycle by cycle (Arm IHI 0022): plain code, written apart from the properties in hardware, and with
 * them only by the names of the rules. Counts and queues are typed arrays: nothing is made while it runs.
 */
import type { PortLayout, PortSlot } from '../../rtl/hdl/port-layout.ts';
import { type Axi4RuleName, axi4Rules, ruleText } from '../../rtl/parts/axi/rules.ts';
import type { Scoreboard } from '../lockstep/driver.ts';
import { AddressChecker } from './checker-address.ts';
import { ChannelChecker } from './checker-channel.ts';
import { ExclusiveChecker } from './checker-exclusives.ts';
import { ReadChecker } from './checker-reads.ts';
import { WriteChecker } from './checker-writes.ts';
import { type Axi4Words, axi4Words, type Side } from './words.ts';

export interface CheckerOptions {
  /** In which record the manager's signals are: 'input' where the block is the subordinate. */
  readonly requests: Side;
  /** Whose rules; default both. */
  readonly keeper?: 'manager' | 'subordinate';
  /** Default 64. */
  readonly maxOutstanding?: number;
  /** Beats of write data before AWVALID of their burst; default 256. */
  readonly dataAhead?: number;
  /** Identifiers whose last exclusive read is kept until the exclusive write; default 64. */
  readonly exclusiveReads?: number;
}

/** Told of every rule that a cycle breaks. */
export type Report = (rule: Axi4RuleName) => void;

const rulesByName = new Map<string, (typeof axi4Rules)[number]>(axi4Rules.map((rule) => [rule.name, rule]));

export class Axi4Checker implements Scoreboard {
  readonly name: string;
  /** The rules that the last cycle broke, recommendations too, in the order in which they were found. */
  readonly broken: Axi4RuleName[] = [];
  private readonly prefix: string;
  private readonly resetWord: number;
  private readonly requestsAreInputs: boolean;
  private readonly keeper: string | null;
  private readonly channels: readonly ChannelChecker[];
  private readonly addresses: readonly AddressChecker[];
  private readonly writes: WriteChecker;
  private readonly reads: ReadChecker;
  private readonly exclusives: ExclusiveChecker;
  private wasReset = true;

  constructor(layout: PortLayout, prefix: string, options: CheckerOptions) {
    this.name = `AXI4 rules of ${prefix}`;
    this.prefix = prefix;
    this.requestsAreInputs = options.requests === 'input';
    this.keeper = options.keeper ?? null;
    const words = axi4Words(layout, prefix, options.requests);
    const report: Report = (rule) => this.broken.push(rule);
    const reset = layout.inputs.find(({ name }) => name === 'aresetn');
    if (reset === undefined) throw new Error("the layout has no input 'aresetn'");
    this.resetWord = reset.word;
    this.channels = channelsOf(layout, prefix, words, report);
    this.addresses = [
      new AddressChecker('aw', words.aw, words.busBytes, report),
      new AddressChecker('ar', words.ar, words.busBytes, report),
    ];
    const maxOutstanding = options.maxOutstanding ?? 64;
    this.writes = new WriteChecker(words, maxOutstanding, options.dataAhead ?? 256, report);
    this.reads = new ReadChecker(words, maxOutstanding, report);
    this.exclusives = new ExclusiveChecker(words, options.exclusiveReads ?? 64, this.reads, report);
  }

  cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number): string | null {
    this.broken.length = 0;
    const forth = this.requestsAreInputs ? inputs : outputs;
    const back = this.requestsAreInputs ? outputs : inputs;
    if (inputs[this.resetWord] === 0) {
      // The first cycle of a reset may still show what was before it.
      for (const channel of this.channels) channel.reset(forth, back, this.wasReset);
      this.writes.reset();
      this.reads.reset();
      this.exclusives.reset();
      this.wasReset = true;
      return this.verdict(cycle);
    }
    for (const channel of this.channels) channel.cycle(forth, back, this.wasReset);
    for (const channel of this.addresses) channel.cycle(forth);
    this.writes.cycle(forth, back);
    this.exclusives.cycle(forth, back);
    this.reads.cycle(forth, back);
    this.wasReset = false;
    return this.verdict(cycle);
  }

  private verdict(cycle: number): string | null {
    for (const rule of this.broken) {
      const entry = rulesByName.get(rule);
      if (entry === undefined || entry.kind === 'recommendation') continue;
      if (this.keeper !== null && entry.keeper !== this.keeper) continue;
      return `cycle ${cycle}, ${this.prefix}: ${ruleText(entry)}`;
    }
    return null;
  }
}

const channelsOf = (layout: PortLayout, prefix: string, words: Axi4Words, report: Report): ChannelChecker[] => {
  const all: readonly PortSlot[] = [...layout.inputs, ...layout.outputs];
  return (['aw', 'w', 'b', 'ar', 'r'] as const).map((channel) => {
    const { valid, ready } = words[channel];
    const start = `${prefix}_${channel}`;
    const others = new Set([`${start}valid`, `${start}ready`]);
    const payload = all.filter(({ name }) => name.startsWith(start) && !others.has(name));
    return new ChannelChecker(channel, valid, ready, payload, report);
  });
};

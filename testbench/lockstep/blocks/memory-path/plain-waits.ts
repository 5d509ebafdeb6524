/** How long plain requests wait for what is not theirs: never for a scan to end. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import {
  commitCycles,
  lineBytes,
  type MemoryPathParameters,
  memoryIdWidth,
} from '../../../../rtl/memory-path/interface.ts';
import type { Scoreboard } from '../../driver.ts';
import { inputSlot, outputSlot } from '../../ports.ts';

/** For every cycle in which a channel goes, random ones stop for six at most. */
const slowest = 7;
/** What ciphers and their pipelines take at most before something moves again, with one round in hardware. */
const pipelines = 300;
/** Cycles for each slot that clearing takes; a second tampering begins it anew. */
const clearings = 2 * 16;

/**
 * Cycles that a plain request may wait in which the path moves nothing but scans, and neither memory nor processor owes anything: those of a commit, of a
 * clearing, and of the lines that a scan was owed when it was stopped.
 */
export const longestWait = (p: MemoryPathParameters): number =>
  commitCycles + clearings * p.keySlots + slowest * p.reads * (lineBytes / (p.dataWidth / 8)) + pipelines;

const channels = ['aw', 'w', 'b', 'ar', 'r'] as const;
type Channel = (typeof channels)[number];
type Bus = 's_axi' | 'm_axi';

/** Watches both edges of the path. */
export class PlainWaits implements Scoreboard {
  readonly name = 'waits of plain requests';
  readonly #p: MemoryPathParameters;
  readonly #reset: number;
  readonly #words;
  readonly #at: Readonly<Record<'arId' | 'rId' | 'rLast' | 'awLength', number>>;
  readonly #forms: Readonly<Record<'aw' | 'ar', (inputs: Uint32Array) => number>>;
  readonly #scan: number;
  #inputs: Uint32Array = new Uint32Array();
  #outputs: Uint32Array = new Uint32Array();
  /** Reads and writes that memory owes, without those of scans, and beats of data that the processor owes. */
  #reads = 0;
  #writes = 0;
  #data = 0;
  readonly #waited = { aw: 0, ar: 0 };

  constructor(layout: PortLayout, p: MemoryPathParameters) {
    this.#p = p;
    this.#reset = inputSlot(layout, 'aresetn').word;
    const ports = (bus: Bus, channel: Channel) => {
      const comesIn = (channel === 'b' || channel === 'r') === (bus === 'm_axi');
      const [valid, ready] = [`${bus}_${channel}valid`, `${bus}_${channel}ready`];
      return comesIn
        ? { comesIn, valid: inputSlot(layout, valid).word, ready: outputSlot(layout, ready).word }
        : { comesIn, valid: outputSlot(layout, valid).word, ready: inputSlot(layout, ready).word };
    };
    const all = (bus: Bus) =>
      Object.fromEntries(channels.map((channel) => [channel, ports(bus, channel)])) as Record<
        Channel,
        ReturnType<typeof ports>
      >;
    this.#words = { s_axi: all('s_axi'), m_axi: all('m_axi') };
    this.#at = {
      arId: outputSlot(layout, 'm_axi_arid').word,
      rId: inputSlot(layout, 'm_axi_rid').word,
      rLast: inputSlot(layout, 'm_axi_rlast').word,
      awLength: inputSlot(layout, 's_axi_awlen').word,
    };
    const formOf = (channel: 'aw' | 'ar') => {
      if (p.sideband) {
        const { word } = inputSlot(layout, `s_axi_${channel}user`);
        return (inputs: Uint32Array): number => inputs[word] as number;
      }
      const { word } = inputSlot(layout, `s_axi_${channel}addr`);
      return (inputs: Uint32Array): number => {
        const high = p.addressWidth + p.select > 32 ? (inputs[word + 1] as number) : 0;
        return Math.floor((high * 2 ** 32 + (inputs[word] as number)) / 2 ** p.addressWidth);
      };
    };
    this.#forms = { aw: formOf('aw'), ar: formOf('ar') };
    this.#scan = 2 ** (memoryIdWidth(p) - 1) + 1;
  }

  #is(bus: Bus, channel: Channel, signal: 'valid' | 'ready'): boolean {
    const ports = this.#words[bus][channel];
    return (ports.comesIn === (signal === 'valid') ? this.#inputs : this.#outputs)[ports[signal]] !== 0;
  }

  #passes(bus: Bus, channel: Channel): boolean {
    return this.#is(bus, channel, 'valid') && this.#is(bus, channel, 'ready');
  }

  #stalls(bus: Bus, channel: Channel): boolean {
    return this.#is(bus, channel, 'valid') && !this.#is(bus, channel, 'ready');
  }

  cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number): string | null {
    this.#inputs = inputs;
    this.#outputs = outputs;
    if (inputs[this.#reset] === 0) {
      this.#reads = 0;
      this.#writes = 0;
      this.#data = 0;
      this.#waited.aw = 0;
      this.#waited.ar = 0;
      return null;
    }
    const owed =
      this.#reads > 0 || this.#writes > 0 || (this.#data > 0 && !this.#is('s_axi', 'w', 'valid')) || this.#held();
    const moved = this.#count();
    for (const channel of ['aw', 'ar'] as const) {
      const waits = this.#stalls('s_axi', channel) && this.#forms[channel](inputs) === 0;
      if (!waits || moved) this.#waited[channel] = 0;
      else if (!owed) this.#waited[channel] += 1;
      if (this.#waited[channel] > longestWait(this.#p)) {
        return `cycle ${cycle}: a plain request on s_axi_${channel} has waited for ${this.#waited[channel]} cycles in which nothing but scans moved`;
      }
    }
    return null;
  }

  /** Whether the path waits for a channel to be taken. */
  #held(): boolean {
    return (
      (['r', 'b'] as const).some((channel) => this.#stalls('s_axi', channel)) ||
      (['ar', 'aw', 'w'] as const).some((channel) => this.#stalls('m_axi', channel))
    );
  }

  /** Counts what passes, and says whether anything did but scans and requests of the processor. */
  #count(): boolean {
    const { arId, rId, rLast, awLength } = this.#at;
    let moved = (['r', 'b', 'w'] as const).some((channel) => this.#passes('s_axi', channel));
    if (this.#passes('s_axi', 'aw')) this.#data += (this.#inputs[awLength] as number) + 1;
    if (this.#passes('s_axi', 'w')) this.#data -= 1;
    if (this.#passes('m_axi', 'ar') && this.#outputs[arId] !== this.#scan) {
      this.#reads += 1;
      moved = true;
    }
    if (this.#passes('m_axi', 'r') && this.#inputs[rId] !== this.#scan) {
      if (this.#inputs[rLast] !== 0) this.#reads -= 1;
      moved = true;
    }
    if (this.#passes('m_axi', 'aw')) this.#writes += 1;
    if (this.#passes('m_axi', 'b')) this.#writes -= 1;
    return moved || (['aw', 'w', 'b'] as const).some((channel) => this.#passes('m_axi', channel));
  }
}

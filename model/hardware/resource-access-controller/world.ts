/** A whole system around the controller, drawn at random, for tests. */
import { expect } from 'vitest';
import type { Surroundings } from '../primitives/stepped-driver.ts';
import type { ResourceAccessControllerModel } from './model.ts';

/** Where the entries begin. */
export const base = 0x1000_0000;
/** Cycles. */
export const timeout = 20;
/** Beats of a burst. */
const longest = 4;

/** Mulberry32: a full word for each call. */
const randomWords = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  };
};

interface Waiting {
  readonly beats: number;
  readonly since: number;
}

/** What a device owes. */
interface DeviceRead {
  readonly id: number;
  left: number;
}

interface DeviceWrite {
  readonly id: number;
  /** The device has all its data. */
  whole: boolean;
}

/** A processor that keeps the rules, devices that keep them or not, and the scoreboard between the processor and the controller. */
export class World implements Surroundings {
  completed = 0;
  slowest = 0;
  faults = 0;
  readonly #word: () => number;
  readonly #at = new Map<string, number>();
  readonly #model: ResourceAccessControllerModel;
  readonly #patient: boolean;
  readonly #madness: number;
  readonly #held = new Map<string, number[]>();
  readonly #reads = new Map<number, Waiting[]>();
  readonly #readBeats = new Map<number, number>();
  /** By identifier: the numbers of the writes, in order. */
  readonly #writes = new Map<number, { readonly number: number; readonly since: number }[]>();
  /** Lengths of writes whose data is still to be sent, those not yet asked for included. */
  readonly #lengths: number[] = [];
  #lengthOffered = false;
  #beat = 0;
  #asked = 0;
  #sent = 0;
  readonly #deviceReads: DeviceRead[][] = [];
  readonly #deviceWrites: DeviceWrite[][] = [];
  /** Of each device: data that it has all of before the address. */
  readonly #deviceData: number[] = [];
  /** Of each device: what it is giving. */
  readonly #nextRead: (DeviceRead | undefined)[] = [];
  readonly #nextWrite: (DeviceWrite | undefined)[] = [];

  constructor(model: ResourceAccessControllerModel, seed: number, patient: boolean, madness: number) {
    this.#model = model;
    this.#word = randomWords(seed);
    this.#patient = patient;
    this.#madness = madness;
    for (const slots of [model.layout.inputs, model.layout.outputs]) {
      for (const { name, word } of slots) this.#at.set(name, word);
    }
    for (let port = 0; port < model.parameters.ports; port += 1) {
      this.#deviceReads.push([]);
      this.#deviceWrites.push([]);
      this.#deviceData.push(0);
    }
  }

  #place(name: string): number {
    return this.#at.get(name)!;
  }

  #one(of: number): boolean {
    return this.#word() % of === 0;
  }

  /** Any, but the oldest of its identifier. */
  #anyOf<Owed extends { readonly id: number }>(owed: readonly Owed[]): Owed | undefined {
    const drawn = owed[this.#word() % owed.length];
    return owed.find(({ id }) => id === drawn?.id);
  }

  /** Whether an offer on this channel was left standing in the cycle before. */
  readonly #standing = new Set<string>();

  drive(inputs: Uint32Array): void {
    const set = (name: string, value: number): void => {
      inputs[this.#place(name)] = value;
    };
    for (const channel of ['aw', 'ar'] as const) {
      const name = `s_axi_${channel}`;
      if (this.#standing.has(name)) continue;
      const asks = this.#one(2);
      set(`${name}valid`, Number(asks));
      if (!asks) continue;
      const length = this.#word() % longest;
      set(`${name}id`, this.#word() & 3);
      set(`${name}addr`, base + (this.#word() % 10) * 0x1_0000);
      set(`${name}len`, length);
      set(`${name}lock`, Number(this.#one(8)));
      if (channel === 'aw') this.#lengths.push(length);
    }
    if (!this.#standing.has('s_axi_w')) {
      const length = this.#lengths[0];
      this.#lengthOffered = length !== undefined && (this.#patient || !this.#one(4));
      set('s_axi_wvalid', Number(this.#lengthOffered));
      set('s_axi_wdata', this.#word());
      set('s_axi_wlast', Number(this.#beat === length));
    }
    set('s_axi_rready', Number(this.#patient || !this.#one(3)));
    set('s_axi_bready', Number(this.#patient || !this.#one(3)));
    for (let port = 0; port < this.#model.parameters.ports; port += 1) this.#driveDevice(port, inputs, set);
  }

  #driveDevice(port: number, inputs: Uint32Array, set: (name: string, value: number) => void): void {
    const name = (signal: string): string => `m${port}_axi_${signal}`;
    const mad = this.#madness > 0 && this.#one(this.#madness);
    const wild = (): number => (mad ? this.#word() : 0);
    for (const ready of ['awready', 'wready', 'arready']) set(name(ready), Number(!this.#one(4) && !mad));
    if (!this.#standing.has(name('r')) || mad) {
      const next = this.#anyOf(this.#deviceReads[port]!);
      this.#nextRead[port] = next;
      set(name('rvalid'), mad ? wild() & 1 : Number(next !== undefined && !this.#one(3)));
      set(name('rid'), mad ? wild() & 15 : (next?.id ?? 0));
      set(name('rdata'), this.#word());
      set(name('rresp'), mad ? wild() & 3 : 0);
      set(name('rlast'), mad ? wild() & 1 : Number(next?.left === 0));
    }
    if (!this.#standing.has(name('b')) || mad) {
      const next = this.#anyOf(this.#deviceWrites[port]!.filter(({ whole }) => whole));
      this.#nextWrite[port] = next;
      set(name('bvalid'), mad ? wild() & 1 : Number(next !== undefined && !this.#one(3)));
      set(name('bid'), mad ? wild() & 15 : (next?.id ?? 0));
      set(name('bresp'), mad ? wild() & 3 : 0);
    }
    const acknowledge = this.#place('reset_acknowledge');
    inputs[acknowledge] = this.#word();
  }

  observe(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    const input = (name: string): number => inputs[this.#place(name)]!;
    const output = (name: string): number => outputs[this.#place(name)]!;
    this.#check('s_axi_r', ['id', 'data', 'resp', 'last'], output, input('s_axi_rready') !== 0);
    this.#check('s_axi_b', ['id', 'resp'], output, input('s_axi_bready') !== 0);
    for (const channel of ['s_axi_aw', 's_axi_ar', 's_axi_w']) {
      const stands = input(`${channel}valid`) !== 0 && output(`${channel}ready`) === 0;
      if (stands) this.#standing.add(channel);
      else this.#standing.delete(channel);
    }
    if (output('s_axi_bvalid') !== 0 && input('s_axi_bready') !== 0) this.#takeWrite(output('s_axi_bid'), cycle);
    if (output('s_axi_rvalid') !== 0 && input('s_axi_rready') !== 0) {
      this.#takeRead(output('s_axi_rid'), output('s_axi_rlast') !== 0, cycle);
    }
    if (input('s_axi_arvalid') !== 0 && output('s_axi_arready') !== 0) {
      const id = input('s_axi_arid');
      this.#reads.set(id, [...(this.#reads.get(id) ?? []), { beats: input('s_axi_arlen') + 1, since: cycle }]);
    }
    if (input('s_axi_awvalid') !== 0 && output('s_axi_awready') !== 0) {
      const id = input('s_axi_awid');
      this.#writes.set(id, [...(this.#writes.get(id) ?? []), { number: this.#asked, since: cycle }]);
      this.#asked += 1;
    }
    if (input('s_axi_wvalid') !== 0 && output('s_axi_wready') !== 0) {
      const last = input('s_axi_wlast') !== 0;
      this.#beat = last ? 0 : this.#beat + 1;
      if (last) {
        this.#lengths.shift();
        this.#sent += 1;
      }
    }
    for (let port = 0; port < this.#model.parameters.ports; port += 1) this.#observeDevice(port, input, output);
    this.#findLate(cycle);
  }

  #observeDevice(port: number, input: (name: string) => number, output: (name: string) => number): void {
    const name = (signal: string): string => `m${port}_axi_${signal}`;
    const shakes = (channel: string): boolean => {
      const back = channel === 'r' || channel === 'b';
      const [valid, ready] = back ? [input, output] : [output, input];
      return valid(name(`${channel}valid`)) !== 0 && ready(name(`${channel}ready`)) !== 0;
    };
    const cleared = ((output('reset_request') >>> port) & 1) !== 0;
    for (const [channel, signals] of [
      ['aw', ['id', 'addr', 'len', 'lock']],
      ['ar', ['id', 'addr', 'len', 'lock']],
      ['w', ['data', 'strb', 'last']],
    ] as const) {
      this.#check(name(channel), signals, output, cleared || input(name(`${channel}ready`)) !== 0);
    }
    const reads = this.#deviceReads[port]!;
    const writes = this.#deviceWrites[port]!;
    const read = this.#nextRead[port];
    const write = this.#nextWrite[port];
    if (shakes('ar')) reads.push({ id: output(name('arid')), left: output(name('arlen')) });
    if (shakes('r') && read !== undefined) {
      if (read.left === 0) reads.splice(reads.indexOf(read), 1);
      else read.left -= 1;
    }
    if (shakes('b') && write !== undefined) writes.splice(writes.indexOf(write), 1);
    if (shakes('aw')) writes.push({ id: output(name('awid')), whole: false });
    if (shakes('w') && output(name('wlast')) !== 0) this.#deviceData[port]! += 1;
    const waits = writes.find(({ whole }) => !whole);
    if (waits !== undefined && this.#deviceData[port]! > 0) {
      waits.whole = true;
      this.#deviceData[port]! -= 1;
    }
    if (cleared) {
      reads.length = 0;
      writes.length = 0;
      this.#deviceData[port] = 0;
    }
    for (const channel of ['r', 'b']) {
      if (input(name(`${channel}valid`)) !== 0 && !shakes(channel)) this.#standing.add(name(channel));
      else this.#standing.delete(name(channel));
    }
  }

  /** Once valid, an offer stands as it is until it is taken (AXI4, A3.2.1). */
  #check(channel: string, signals: readonly string[], output: (name: string) => number, taken: boolean): void {
    const now = output(`${channel}valid`) === 0 ? undefined : signals.map((signal) => output(`${channel}${signal}`));
    const before = this.#held.get(channel);
    if (before !== undefined) expect(now, `${channel} left standing`).toEqual(before);
    if (now === undefined || taken) this.#held.delete(channel);
    else this.#held.set(channel, now);
  }

  #takeRead(id: number, last: boolean, cycle: number): void {
    const oldest = this.#reads.get(id)?.[0];
    if (oldest === undefined) throw new Error(`a beat of read ${id}, which was not asked for, in cycle ${cycle}`);
    const beats = (this.#readBeats.get(id) ?? 0) + 1;
    expect(last, `last of read ${id} in cycle ${cycle}`).toBe(beats === oldest.beats);
    this.#readBeats.set(id, last ? 0 : beats);
    if (!last) return;
    this.#reads.get(id)!.shift();
    this.#complete(oldest.since, cycle);
  }

  #takeWrite(id: number, cycle: number): void {
    const oldest = this.#writes.get(id)?.shift();
    if (oldest === undefined) throw new Error(`a response to write ${id}, which was not asked for, in cycle ${cycle}`);
    expect(oldest.number, 'a response comes after the last beat').toBeLessThan(this.#sent);
    this.#complete(oldest.since, cycle);
  }

  #complete(since: number, cycle: number): void {
    this.completed += 1;
    this.slowest = Math.max(this.slowest, cycle - since);
  }

  /**
   * Between two steps of progress of a watched slot lie at most timeout + N + 2 cycles that are not excused, and what the other
   * sources' bursts hold up. Before a request can enter, at most N others take at most `longest` + 2 steps each (address, beats,
   * response), and then so do the N in front of it.
   */
  get bound(): number {
    const { outstanding, ports } = this.#model.parameters;
    return 2 * (outstanding + 1) * (longest + 2) * (timeout + outstanding + 2 + (ports + 1) * longest);
  }

  #findLate(cycle: number): void {
    if (!this.#patient) return;
    for (const waiting of [...this.#reads.values(), ...this.#writes.values()]) {
      const oldest = waiting[0];
      if (oldest !== undefined && cycle - oldest.since > this.bound) {
        throw new Error(
          `a transaction waits since cycle ${oldest.since}, in cycle ${cycle}; the bound is ${this.bound}`,
        );
      }
    }
  }
}

/**
 * An AXI4 manager that plays a list of transactions on a block's subordinate port (Arm IHI 0022). Reads and writes go their own ways; write
 * data go theirs, before or after their addresses. Nothing is offered that the specification forbids; what comes back is matched to what
 * was asked, and `problem` says when it does not match.
 */
import type { PortLayout } from '../../rtl/hdl/port-layout.ts';
import { RunLengths } from '../lockstep/axi/run-lengths.ts';
import { Noise } from './noise.ts';
import { beatStrobes, beatWord, type Transaction } from './transaction.ts';
import { type AddressWords, type Axi4Words, axi4Words, writeAddress } from './words.ts';

/** Run lengths of going and stopping, in cycles: empty goes always. */
export interface ManagerStalls {
  /** Between the beats of write data that are offered. */
  readonly w: readonly number[];
  readonly b: readonly number[];
  readonly r: readonly number[];
}

export interface ManagerOptions {
  readonly stalls: ManagerStalls;
  /** Transactions of one direction that are under way at once. */
  readonly outstanding: number;
  /** Writes whose data may begin before their addresses are offered; 0: data never come first. */
  readonly lead: number;
}

export interface Completion {
  /** The transaction's place in the list. */
  readonly index: number;
  /** The cycle in which the address was taken, and that of the last beat or response; -1 for not yet. */
  addressCycle: number;
  cycle: number;
  /** One for each beat of a read, one for a write. */
  readonly responses: Uint8Array;
  /** All words of the beats of a read, beat by beat; empty for a write. */
  readonly data: Uint32Array;
  beats: number;
  /** A reset came before the end. */
  abandoned: boolean;
}

/** The transactions of one direction, and how far their addresses are. */
class Requests {
  readonly indices: number[] = [];
  /** The next to offer, and how many have been taken. */
  next = 0;
  taken = 0;
  waited = 0;
  /** Offered or taken and not complete, oldest first, as places in the list. */
  readonly open: number[] = [];
  done = 0;
}

export class Axi4Manager {
  readonly completions: readonly Completion[];
  /** What was wrong with what came back, first thing only; null: nothing. */
  problem: string | null = null;
  readonly words: Axi4Words;
  private readonly list: readonly Transaction[];
  private readonly options: ManagerOptions;
  private readonly reads = new Requests();
  private readonly writes = new Requests();
  private readonly patterns: Readonly<Record<'w' | 'b' | 'r', RunLengths>>;
  /** All before this place in the list are complete. */
  private finished = 0;
  /** Of each write, how many come before it in the list. */
  private readonly writesBefore: Int32Array;
  private readonly noise: Noise;
  private fresh = true;
  private dataWrite = 0;
  private dataBeat = 0;
  private dataWaited = 0;

  constructor(layout: PortLayout, prefix: string, list: readonly Transaction[], options: ManagerOptions) {
    this.words = axi4Words(layout, prefix, 'input');
    this.list = list;
    this.options = options;
    const { w, b, r } = options.stalls;
    this.patterns = { w: new RunLengths(w), b: new RunLengths(b), r: new RunLengths(r) };
    this.noise = new Noise(this.words, 'manager');
    this.writesBefore = new Int32Array(list.length);
    this.completions = list.map((transaction, index): Completion => {
      const read = transaction.direction === 'read';
      if (!read) this.writesBefore[index] = this.writes.indices.length;
      (read ? this.reads : this.writes).indices.push(index);
      return {
        index,
        addressCycle: -1,
        cycle: -1,
        responses: new Uint8Array(read ? transaction.beats : 1),
        data: new Uint32Array(read ? transaction.beats * this.words.dataWords : 0),
        beats: 0,
        abandoned: false,
      };
    });
  }

  /** Transactions that are over. */
  get completed(): number {
    return this.reads.done + this.writes.done;
  }

  get idle(): boolean {
    return this.completed === this.list.length;
  }

  /** Beats and addresses that have passed: unchanged over many cycles, nothing moves. */
  transfers = 0;

  /**
   * Sets the interface's inputs of the next cycle.
   * @param cycle the number of the cycle that the outputs are of.
   */
  drive(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    // A3.1.2: nothing is offered in the first cycle after reset.
    if (this.fresh) {
      this.fresh = false;
      return;
    }
    const { aw, w, b, ar, r } = this.words;
    if (inputs[r.ready] !== 0 && outputs[r.valid] !== 0) this.takeRead(outputs, cycle);
    if (inputs[b.ready] !== 0 && outputs[b.valid] !== 0) this.takeResponse(outputs, cycle);
    while (this.completions[this.finished]?.cycle !== -1 && this.finished < this.list.length) this.finished += 1;
    this.request(this.reads, ar, inputs, outputs, cycle);
    this.request(this.writes, aw, inputs, outputs, cycle);
    if (inputs[w.valid] !== 0 && outputs[w.ready] !== 0) {
      inputs[w.valid] = 0;
      this.noise.w(inputs);
      this.transfers += 1;
      this.dataBeat += 1;
      if (this.dataBeat === this.list[this.writes.indices[this.dataWrite] ?? -1]?.beats) {
        this.dataBeat = 0;
        this.dataWaited = 0;
        this.dataWrite += 1;
      }
    }
    if (inputs[w.valid] === 0) this.offerData(inputs);
    inputs[b.ready] = this.patterns.b.next() ? 1 : 0;
    inputs[r.ready] = this.patterns.r.next() ? 1 : 0;
  }

  /** During reset: what was under way is given up, what was not begun stays. */
  reset(inputs: Uint32Array): void {
    this.fresh = true;
    const { aw, w, b, ar, r } = this.words;
    for (const word of [aw.valid, w.valid, b.ready, ar.valid, r.ready]) inputs[word] = 0;
    const { writes } = this;
    // Data that came first have begun their writes too.
    const begun = this.dataWrite + (this.dataBeat > 0 ? 1 : 0);
    while (writes.next < begun) writes.open.push(writes.indices[writes.next++] ?? 0);
    this.dataWrite = writes.next;
    this.dataBeat = 0;
    this.dataWaited = 0;
    for (const requests of [this.reads, writes]) {
      for (const index of requests.open.splice(0)) {
        const completion = this.completions[index];
        if (completion === undefined) continue;
        completion.abandoned = true;
        completion.cycle = 0;
        requests.done += 1;
      }
      requests.taken = requests.next;
      requests.waited = 0;
    }
  }

  private request(
    requests: Requests,
    words: AddressWords,
    inputs: Uint32Array,
    outputs: Uint32Array,
    cycle: number,
  ): void {
    if (inputs[words.valid] !== 0) {
      if (outputs[words.ready] === 0) return;
      inputs[words.valid] = 0;
      this.noise.address(inputs, words);
      const completion = this.completions[requests.indices[requests.taken] ?? -1];
      if (completion !== undefined) completion.addressCycle = cycle;
      requests.taken += 1;
      this.transfers += 1;
    }
    const index = requests.indices[requests.next];
    if (index === undefined) return;
    const transaction = this.list[index] as Transaction;
    if (requests.open.length >= this.options.outstanding) return;
    if (transaction.barrier && this.finished < index) return;
    if (requests.waited < transaction.wait) {
      requests.waited += 1;
      return;
    }
    requests.waited = 0;
    requests.next += 1;
    requests.open.push(index);
    inputs[words.valid] = 1;
    inputs[words.id] = transaction.id;
    writeAddress(inputs, words.address, transaction.address);
    inputs[words.length] = transaction.beats - 1;
    inputs[words.size] = transaction.size;
    inputs[words.burst] = transaction.burst;
    inputs[words.lock] = transaction.exclusive ? 1 : 0;
    inputs[words.cache] = transaction.cache;
    inputs[words.prot] = transaction.prot;
    inputs[words.qos] = transaction.qos;
    inputs[words.region] = transaction.region;
    if (words.user !== undefined) inputs[words.user] = transaction.user ?? 0;
  }

  private offerData(inputs: Uint32Array): void {
    const { writes, dataBeat: beat } = this;
    const { w, dataWords, busBytes } = this.words;
    const index = writes.indices[this.dataWrite];
    if (index === undefined) return;
    const transaction = this.list[index] as Transaction;
    if (beat === 0) {
      if (this.dataWrite >= writes.next + this.options.lead) return;
      if (transaction.dataAfterAddress && this.dataWrite >= writes.taken) return;
      if (transaction.barrier && this.finished < index) return;
      if (this.dataWaited < transaction.dataWait) {
        this.dataWaited += 1;
        return;
      }
    }
    if (!this.patterns.w.next()) return;
    for (let word = 0; word < dataWords; word += 1) inputs[w.data.word + word] = beatWord(transaction.seed, beat, word);
    for (let word = 0; word < w.strobes.words; word += 1)
      inputs[w.strobes.word + word] = beatStrobes(transaction, beat, word, busBytes);
    if (w.data.width < 32) inputs[w.data.word] = (inputs[w.data.word] ?? 0) % 2 ** w.data.width;
    inputs[w.last] = beat === transaction.beats - 1 ? 1 : 0;
    inputs[w.valid] = 1;
  }

  private takeRead(outputs: Uint32Array, cycle: number): void {
    const { r, dataWords } = this.words;
    this.transfers += 1;
    const id = outputs[r.id] ?? 0;
    const index = this.oldest(this.reads, id);
    const completion = this.completions[index];
    const transaction = this.list[index];
    if (completion === undefined || transaction === undefined) {
      this.problem ??= `cycle ${cycle}: a beat of read data has the identifier ${id}, of which no read is outstanding`;
      return;
    }
    const last = completion.beats === transaction.beats - 1;
    if ((outputs[r.last] !== 0) !== last)
      this.problem ??= `cycle ${cycle}: rlast is ${outputs[r.last]} at beat ${completion.beats} of ${transaction.beats} of read ${index}`;
    for (let word = 0; word < dataWords; word += 1)
      completion.data[completion.beats * dataWords + word] = outputs[r.data.word + word] ?? 0;
    completion.responses[completion.beats] = outputs[r.response] ?? 0;
    completion.beats += 1;
    if (last) this.complete(this.reads, completion, cycle);
  }

  private takeResponse(outputs: Uint32Array, cycle: number): void {
    const { b } = this.words;
    this.transfers += 1;
    const id = outputs[b.id] ?? 0;
    const index = this.oldest(this.writes, id);
    const completion = this.completions[index];
    if (completion === undefined || (this.writesBefore[index] ?? 0) >= this.dataWrite) {
      this.problem ??= `cycle ${cycle}: a write response has the identifier ${id}, of which no write has given all its data`;
      return;
    }
    completion.responses[0] = outputs[b.response] ?? 0;
    completion.beats = 1;
    this.complete(this.writes, completion, cycle);
  }

  /** The first of an identifier whose address has been taken before; -1: none. */
  private oldest(requests: Requests, id: number): number {
    for (const index of requests.open) {
      if (this.completions[index]?.addressCycle === -1) return -1;
      if (this.list[index]?.id === id) return index;
    }
    return -1;
  }

  private complete(requests: Requests, completion: Completion, cycle: number): void {
    completion.cycle = cycle;
    requests.done += 1;
    requests.open.splice(requests.open.indexOf(completion.index), 1);
  }
}

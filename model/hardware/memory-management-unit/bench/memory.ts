/** A memory that can die, with as many ports as ask it: random stalls, answers in any order that AXI allows. */
import { type Beat, beatAddresses } from './bursts.ts';
import { Monitor } from './monitor.ts';
import type { Part } from './part.ts';

/** How a memory dies: it says nothing more, takes nothing more, or answers everything with an error. */
export type Death = 'silent' | 'refusing' | 'erring';

interface Pending {
  readonly id: number;
  readonly addresses: number[];
  readonly size: number;
  readonly from: number;
  readonly exclusive: boolean;
}

const pageBytes = 4096;

export class BenchMemory {
  /** Addresses at which it answers with this response. */
  errorAt: ((address: number, write: boolean) => number) | undefined;
  stall = 0;
  latency = 4;
  death: Death | undefined;
  /** Every request: the address as it came, and its cycle. */
  readonly asked: {
    readonly write: boolean;
    readonly address: number;
    readonly lock: number;
    readonly cycle: number;
  }[] = [];
  cycle = 0;
  readonly monitor = new Monitor();
  readonly random: () => number;
  #pages = new Map<number, Uint8Array>();
  readonly #bytes: number;

  /** @param bytes it has; addresses, with their forms, wrap around */
  constructor(bytes: number, random: () => number) {
    this.#bytes = bytes;
    this.random = random;
  }

  #page(address: number): Uint8Array {
    const number = Math.floor((address % this.#bytes) / pageBytes);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Uint8Array(pageBytes);
      this.#pages.set(number, page);
    }
    return page;
  }

  read(address: number): number {
    return this.#page(address)[address % pageBytes]!;
  }

  write(address: number, value: number): void {
    this.monitor.written(address % this.#bytes);
    this.#page(address)[address % pageBytes] = value;
  }

  goes(): boolean {
    return this.stall === 0 || this.random() >= this.stall;
  }

  /** A new one is put in its place. */
  replace(): void {
    this.#pages = new Map();
    this.death = undefined;
  }

  response(addresses: readonly number[], write: boolean): number {
    if (this.death === 'erring') return 2;
    return Math.max(...addresses.map((address) => this.errorAt?.(address, write) ?? 0));
  }
}

/** One port of a memory, at one manager. */
export class MemorySide {
  readonly #memory: BenchMemory;
  readonly #part: Part;
  readonly #prefix: string;
  readonly #beatBytes: number;
  #reads: Pending[] = [];
  #writes: Pending[] = [];
  #answers: { readonly id: number; readonly response: number; readonly from: number }[] = [];
  #beats: Beat[] = [];
  /** Of an exclusive write that has not come to its end. */
  #kept: Beat[] = [];
  #beatsDone = 0;
  #offered: Pending | undefined;
  #answered: { readonly id: number; readonly response: number; readonly from: number } | undefined;

  constructor(memory: BenchMemory, part: Part, prefix: string) {
    this.#memory = memory;
    this.#part = part;
    this.#prefix = prefix;
    this.#beatBytes = part.bytes(`${prefix}_wdata`).length;
  }

  /** It forgets all that it owes. */
  reset(): void {
    this.#reads = [];
    this.#writes = [];
    this.#answers = [];
    this.#beats = [];
    this.#kept = [];
    this.#beatsDone = 0;
    this.#offered = undefined;
    this.#answered = undefined;
    for (const signal of ['arready', 'awready', 'wready', 'rvalid', 'bvalid']) this.#set(signal, 0);
  }

  #set(signal: string, value: number): void {
    this.#part.set(`${this.#prefix}_${signal}`, value);
  }

  #get(signal: string): number {
    return this.#part.get(`${this.#prefix}_${signal}`);
  }

  /** Sets the inputs of the cycle. */
  drive(): void {
    const memory = this.#memory;
    const takes = memory.death === undefined || memory.death === 'erring';
    for (const signal of ['arready', 'awready', 'wready']) this.#set(signal, Number(takes && memory.goes()));
    const speaks = memory.death !== 'silent';
    if (this.#offered === undefined) this.#offerRead(speaks);
    if (this.#answered === undefined) this.#offerAnswer(speaks);
  }

  #choose<Each extends { readonly id: number; readonly from: number }>(pending: readonly Each[]): Each | undefined {
    const firsts = pending.filter(
      (each, index) => each.from <= this.#memory.cycle && pending.findIndex(({ id }) => id === each.id) === index,
    );
    return firsts[Math.floor(this.#memory.random() * firsts.length)];
  }

  #offerRead(speaks: boolean): void {
    const pending = speaks && this.#memory.goes() ? this.#choose(this.#reads) : undefined;
    this.#set('rvalid', Number(pending !== undefined));
    if (pending === undefined) return;
    this.#offered = pending;
    const address = pending.addresses[0]!;
    const low = address - (address % this.#beatBytes);
    this.#set('rid', pending.id);
    const bytes = Uint8Array.from({ length: this.#beatBytes }, (_, lane) => this.#memory.read(low + lane));
    this.#part.setBytes(`${this.#prefix}_rdata`, bytes);
    const response = this.#memory.response([address], false);
    this.#set('rresp', response === 0 && pending.exclusive ? 1 : response);
    this.#set('rlast', Number(pending.addresses.length === 1));
  }

  #offerAnswer(speaks: boolean): void {
    const answer = speaks && this.#memory.goes() ? this.#choose(this.#answers) : undefined;
    this.#set('bvalid', Number(answer !== undefined));
    if (answer === undefined) return;
    this.#answered = answer;
    this.#set('bid', answer.id);
    this.#set('bresp', answer.response);
  }

  /** Sees the cycle. */
  observe(): void {
    const passes = (channel: string): boolean => this.#part.passes(`${this.#prefix}_${channel}`);
    if (passes('ar')) this.#reads.push(this.#request('ar'));
    if (passes('aw')) this.#writes.push(this.#request('aw'));
    if (passes('w')) this.#beats.push({ data: this.#part.bytes(`${this.#prefix}_wdata`), strobes: this.#get('wstrb') });
    this.#match();
    if (passes('r')) {
      // A test may have put in a beat of its own.
      this.#offered?.addresses.shift();
      this.#reads = this.#reads.filter(({ addresses }) => addresses.length > 0);
      this.#offered = undefined;
    }
    if (passes('b')) {
      this.#answers = this.#answers.filter((each) => each !== this.#answered);
      this.#answered = undefined;
    }
  }

  #request(channel: 'ar' | 'aw'): Pending {
    const [id, address, length, size, burst, lock] = ['id', 'addr', 'len', 'size', 'burst', 'lock'].map((signal) =>
      this.#get(channel + signal),
    ) as [number, number, number, number, number, number];
    const { cycle, latency } = this.#memory;
    this.#memory.asked.push({ write: channel === 'aw', address, lock, cycle });
    const exclusive = lock === 1;
    const addresses = beatAddresses({ address, length, size, burst });
    if (exclusive && channel === 'ar') this.#memory.monitor.watch(this, id, addresses);
    return { id, addresses, size, from: cycle + latency, exclusive };
  }

  /** Data may come before its request. */
  #match(): void {
    for (;;) {
      const write = this.#writes[0];
      const beat = this.#beats[0];
      if (write === undefined || beat === undefined) return;
      this.#beats.shift();
      const address = write.addresses[this.#beatsDone]!;
      if (write.exclusive) this.#kept.push(beat);
      else if (this.#memory.response([address], true) === 0) this.#store(address, beat);
      this.#beatsDone += 1;
      if (this.#beatsDone < write.addresses.length) continue;
      this.#beatsDone = 0;
      this.#writes.shift();
      const { cycle, latency } = this.#memory;
      const response = this.#memory.response(write.addresses, true);
      const granted = write.exclusive && response === 0 && this.#grant(write);
      this.#answers.push({ id: write.id, response: granted ? 1 : response, from: cycle + latency });
    }
  }

  /** The whole of an exclusive write, or none of it. */
  #grant({ id, addresses }: Pending): boolean {
    const beats = this.#kept.splice(0);
    if (!this.#memory.monitor.grants(this, id, addresses)) return false;
    for (const [index, beat] of beats.entries()) this.#store(addresses[index]!, beat);
    return true;
  }

  #store(address: number, { data, strobes }: Beat): void {
    const low = address - (address % this.#beatBytes);
    data.forEach((byte, lane) => {
      if (((strobes >>> lane) & 1) !== 0) this.#memory.write(low + lane, byte);
    });
  }
}

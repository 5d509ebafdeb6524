/** A processor and a memory around the path, for tests: random stalls on every channel, answers in any order AXI allows. */
import type { MemoryPathParameterValues } from '../../../rtl/memory-path/interface.ts';
import { randomNumbers } from '../primitives/random-numbers.ts';
import type { Surroundings } from '../primitives/stepped-driver.ts';
import { type Access, type Answer, type Beat, beatAddresses } from './accesses.ts';
import { MemoryPathDriver, type SteppedPath } from './driver.ts';
import { createMemoryPathModel } from './model.ts';

interface Pending {
  readonly id: number;
  readonly addresses: number[];
  readonly from: number;
}

export class Bench implements Surroundings {
  readonly driver: MemoryPathDriver;
  /** 32 KiB, over and over through all addresses. */
  readonly memory = new Uint8Array(2 ** 15);
  /** Addresses at which memory answers with this response. */
  errorAt: ((address: number) => number) | undefined;
  /** The chance of a stall, on each channel in each cycle. */
  stall = 0;
  /** Cycles from a request to memory's first answer. */
  latency = 20;
  interleave = true;
  /** What went over the memory's write channel, beat by beat. */
  readonly written: (Beat & { readonly cycle: number })[] = [];
  readonly readAddresses: { readonly address: number; readonly cycle: number }[] = [];
  readonly #random: () => number;
  readonly #bytes: number;
  #reads: Pending[] = [];
  #writes: Pending[] = [];
  #writeAddresses: Pending[] = [];
  #beats: Beat[] = [];
  #beatsDone = 0;
  #offered: Pending | undefined;
  #answered: Pending | undefined;
  #requests: { readonly access: Access; readonly answer: Answer }[] = [];
  #data: (Beat & { readonly last: boolean })[] = [];
  readonly #open = { read: new Map<number, Answer[]>(), write: new Map<number, Answer[]>() };

  /** @param unit a model with the parameters unless given */
  constructor(
    parameters: MemoryPathParameterValues = {},
    seed = 1,
    unit: SteppedPath = createMemoryPathModel(parameters),
  ) {
    this.#random = randomNumbers(seed);
    this.driver = new MemoryPathDriver(unit, this);
    this.#bytes = this.driver.unit.parameters.dataWidth / 8;
  }

  /** Asks for an access; requests of each direction go out in order, as soon as they can. */
  ask(access: Access): Answer {
    const answer: Answer = { responses: [], data: [], cycles: [], done: false };
    this.#requests.push({ access, answer });
    if (access.write) {
      access.beats!.forEach((beat, index) => this.#data.push({ ...beat, last: index === access.length }));
    }
    return answer;
  }

  /** Runs until all that was asked for has been answered. */
  settle(most = 50_000): void {
    const busy = (): boolean =>
      this.#requests.length > 0 ||
      [...this.#open.read.values(), ...this.#open.write.values()].some((answers) => answers.length > 0);
    for (let cycle = 0; busy(); cycle += 1) {
      if (cycle === most) throw new Error(`accesses are open after ${most} cycles`);
      this.driver.step();
    }
  }

  #goes(): boolean {
    return this.stall === 0 || this.#random() >= this.stall;
  }

  drive(inputs: Uint32Array, cycle: number): void {
    const set = (name: string, value: number): void => {
      inputs[this.driver.inputWord(name)] = value;
    };
    const put = (name: string, bytes: Uint8Array): void => {
      const at = this.driver.inputWord(name);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let word = 0; 4 * word < bytes.length; word += 1) inputs[at + word] = view.getUint32(4 * word, true);
    };
    const valid = (name: string): boolean => inputs[this.driver.inputWord(name)] !== 0;
    for (const name of ['s_axi_rready', 's_axi_bready', 'm_axi_arready', 'm_axi_awready', 'm_axi_wready']) {
      set(name, Number(this.#goes()));
    }
    for (const write of [false, true]) {
      const channel = write ? 's_axi_aw' : 's_axi_ar';
      const next = this.#requests.find(({ access }) => access.write === write);
      if (valid(`${channel}valid`) || next === undefined || !this.#goes()) continue;
      const { addressWidth, sideband } = this.driver.unit.parameters;
      const { access } = next;
      const whole = access.address + (sideband ? 0 : access.form * 2 ** addressWidth);
      set(`${channel}id`, access.id);
      inputs[this.driver.inputWord(`${channel}addr`)] = whole % 2 ** 32;
      if (addressWidth + (sideband ? 0 : this.driver.unit.parameters.select) > 32) {
        inputs[this.driver.inputWord(`${channel}addr`) + 1] = Math.floor(whole / 2 ** 32);
      }
      if (sideband) set(`${channel}user`, access.form);
      set(`${channel}len`, access.length);
      set(`${channel}size`, access.size);
      set(`${channel}burst`, access.burst);
      set(`${channel}lock`, access.lock ?? 0);
      set(`${channel}valid`, 1);
    }
    const beat = this.#data[0];
    if (!valid('s_axi_wvalid') && beat !== undefined && this.#goes()) {
      put('s_axi_wdata', beat.data);
      set('s_axi_wstrb', beat.strobes);
      set('s_axi_wlast', Number(beat.last));
      set('s_axi_wvalid', 1);
    }
    if (this.#offered === undefined) this.#offerRead(cycle, set, put);
    if (this.#answered === undefined) this.#offerAnswer(cycle, set);
  }

  /** Where in `memory` the beat at an address begins. */
  #beatAt(address: number): number {
    return (address - (address % this.#bytes)) % this.memory.length;
  }

  #choose(pending: readonly Pending[], cycle: number): Pending | undefined {
    const firsts = pending.filter(
      (each, index) => each.from <= cycle && pending.findIndex(({ id }) => id === each.id) === index,
    );
    return firsts[this.interleave ? Math.floor(this.#random() * firsts.length) : 0];
  }

  #offerRead(
    cycle: number,
    set: (name: string, value: number) => void,
    put: (name: string, bytes: Uint8Array) => void,
  ): void {
    const pending = this.#goes() ? this.#choose(this.#reads, cycle) : undefined;
    set('m_axi_rvalid', Number(pending !== undefined));
    if (pending === undefined) return;
    this.#offered = pending;
    const address = pending.addresses[0]!;
    const low = this.#beatAt(address);
    set('m_axi_rid', pending.id);
    put('m_axi_rdata', this.memory.slice(low, low + this.#bytes));
    set('m_axi_rresp', this.errorAt?.(address) ?? 0);
    set('m_axi_rlast', Number(pending.addresses.length === 1));
  }

  #offerAnswer(cycle: number, set: (name: string, value: number) => void): void {
    const pending = this.#goes() ? this.#choose(this.#writes, cycle) : undefined;
    set('m_axi_bvalid', Number(pending !== undefined));
    if (pending === undefined) return;
    this.#answered = pending;
    set('m_axi_bid', pending.id);
    set('m_axi_bresp', Math.max(...pending.addresses.map((address) => this.errorAt?.(address) ?? 0)));
  }

  observe(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    const input = (name: string): number => inputs[this.driver.inputWord(name)]!;
    const output = (name: string): number => outputs[this.driver.outputWord(name)]!;
    const bytes = (name: string): Uint8Array => {
      const at = this.driver.outputWord(name);
      const words = outputs.slice(at, at + this.#bytes / 4);
      return new Uint8Array(words.buffer.slice(0));
    };
    for (const write of [false, true]) this.#observeRequest(write, input, output, inputs);
    if (input('s_axi_wvalid') !== 0 && output('s_axi_wready') !== 0) {
      this.#data.shift();
      inputs[this.driver.inputWord('s_axi_wvalid')] = 0;
    }
    if (output('s_axi_rvalid') !== 0 && input('s_axi_rready') !== 0) {
      const open = this.#open.read.get(output('s_axi_rid'))!;
      const answer = open[0]!;
      answer.data.push(bytes('s_axi_rdata'));
      this.#note(answer, output('s_axi_rresp'), cycle);
      if (output('s_axi_rlast') !== 0) open.shift()!.done = true;
    }
    if (output('s_axi_bvalid') !== 0 && input('s_axi_bready') !== 0) {
      const answer = this.#open.write.get(output('s_axi_bid'))!.shift()!;
      this.#note(answer, output('s_axi_bresp'), cycle);
      answer.done = true;
    }
    this.#observeMemory(input, output, bytes, cycle);
  }

  #note(answer: Answer, response: number, cycle: number): void {
    answer.responses.push(response);
    answer.cycles.push(cycle);
  }

  #observeRequest(
    write: boolean,
    input: (name: string) => number,
    output: (name: string) => number,
    inputs: Uint32Array,
  ): void {
    const channel = write ? 's_axi_aw' : 's_axi_ar';
    if (input(`${channel}valid`) === 0 || output(`${channel}ready`) === 0) return;
    inputs[this.driver.inputWord(`${channel}valid`)] = 0;
    const index = this.#requests.findIndex(({ access }) => access.write === write);
    const { access, answer } = this.#requests[index]!;
    this.#requests.splice(index, 1);
    const open = write ? this.#open.write : this.#open.read;
    open.set(access.id, [...(open.get(access.id) ?? []), answer]);
  }

  #observeMemory(
    input: (name: string) => number,
    output: (name: string) => number,
    bytes: (name: string) => Uint8Array,
    cycle: number,
  ): void {
    const taken = (channel: string): boolean => output(`${channel}valid`) !== 0 && input(`${channel}ready`) !== 0;
    const asked = (channel: string): Pending => {
      const [address, length, size, burst] = ['addr', 'len', 'size', 'burst'].map((name) => output(channel + name)) as [
        number,
        number,
        number,
        number,
      ];
      return {
        id: output(`${channel}id`),
        addresses: beatAddresses({ address, length, size, burst }),
        from: cycle + this.latency,
      };
    };
    if (taken('m_axi_ar')) {
      this.#reads.push(asked('m_axi_ar'));
      this.readAddresses.push({ address: output('m_axi_araddr'), cycle });
    }
    if (taken('m_axi_aw')) this.#writeAddresses.push(asked('m_axi_aw'));
    if (taken('m_axi_w')) {
      const beat = { data: bytes('m_axi_wdata'), strobes: output('m_axi_wstrb') };
      this.#beats.push(beat);
      this.written.push({ ...beat, cycle });
    }
    this.#matchBeats(cycle);
    if (this.#offered !== undefined && output('m_axi_rready') !== 0) {
      this.#offered.addresses.shift();
      this.#reads = this.#reads.filter(({ addresses }) => addresses.length > 0);
      this.#offered = undefined;
    }
    if (this.#answered !== undefined && output('m_axi_bready') !== 0) {
      this.#writes = this.#writes.filter((each) => each !== this.#answered);
      this.#answered = undefined;
    }
  }

  /** Data may come before its request. */
  #matchBeats(cycle: number): void {
    for (;;) {
      const pending = this.#writeAddresses[0];
      const beat = this.#beats[0];
      if (pending === undefined || beat === undefined) return;
      this.#beats.shift();
      this.#store(pending.addresses[this.#beatsDone]!, beat);
      this.#beatsDone += 1;
      if (this.#beatsDone < pending.addresses.length) continue;
      this.#beatsDone = 0;
      this.#writeAddresses.shift();
      this.#writes.push({ ...pending, from: cycle + this.latency });
    }
  }

  #store(address: number, { data, strobes }: Beat): void {
    if ((this.errorAt?.(address) ?? 0) !== 0) return;
    const low = this.#beatAt(address);
    for (let lane = 0; lane < this.#bytes; lane += 1) {
      if (((strobes >>> lane) & 1) !== 0) this.memory[low + lane] = data[lane]!;
    }
  }
}

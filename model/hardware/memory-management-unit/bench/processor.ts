/** A processor at a unit: random stalls, requests of each direction in their order. */
import type { Access, Answer, Beat } from './bursts.ts';
import type { Part } from './part.ts';

interface Asked {
  readonly access: Access;
  readonly answer: Answer;
}

export class Processor {
  stall = 0;
  readonly #part: Part;
  readonly #random: () => number;
  #requests: Asked[] = [];
  #data: (Beat & { readonly last: boolean })[] = [];
  #open: Asked[] = [];

  constructor(part: Part, random: () => number) {
    this.#part = part;
    this.#random = random;
  }

  ask(access: Access): Answer {
    const answer: Answer = { responses: [], data: [], cycles: [], done: false };
    this.#requests.push({ access, answer });
    access.beats?.forEach((beat, index) => this.#data.push({ ...beat, last: index === access.length }));
    return answer;
  }

  get busy(): boolean {
    return this.#requests.length + this.#open.length > 0;
  }

  #goes(): boolean {
    return this.stall === 0 || this.#random() >= this.stall;
  }

  drive(): void {
    const part = this.#part;
    for (const name of ['s_axi_rready', 's_axi_bready']) part.set(name, Number(this.#goes()));
    for (const write of [false, true]) {
      const channel = write ? 's_axi_aw' : 's_axi_ar';
      const next = this.#requests.find(({ access }) => access.write === write);
      if (!part.is(`${channel}valid`) && next !== undefined && this.#goes()) this.#offer(channel, next.access);
    }
    const beat = this.#data[0];
    if (part.is('s_axi_wvalid') || beat === undefined || !this.#goes()) return;
    part.setBytes('s_axi_wdata', beat.data);
    part.set('s_axi_wstrb', beat.strobes);
    part.set('s_axi_wlast', Number(beat.last));
    part.set('s_axi_wvalid', 1);
  }

  #offer(channel: string, { id, address, length, size, burst, lock, prot, domain }: Access): void {
    const fields = { id, addr: address, len: length, size, burst, lock, prot };
    for (const [name, value] of Object.entries(fields)) this.#part.set(channel + name, value);
    if (this.#part.has(`${channel}user`)) this.#part.set(`${channel}user`, domain);
    this.#part.set(`${channel}valid`, 1);
  }

  observe(cycle: number): void {
    const part = this.#part;
    for (const write of [false, true]) this.#sent(write);
    if (part.passes('s_axi_w')) {
      this.#data.shift();
      part.set('s_axi_wvalid', 0);
    }
    if (part.passes('s_axi_r')) {
      const asked = this.#answered(false, part.get('s_axi_rid'));
      const { answer, access } = asked;
      answer.data.push(part.bytes('s_axi_rdata'));
      answer.responses.push(part.get('s_axi_rresp'));
      answer.cycles.push(cycle);
      const last = answer.data.length === access.length + 1;
      if (part.is('s_axi_rlast') !== last) throw new Error(`cycle ${cycle}: rlast is wrong`);
      if (last) this.#close(asked);
    }
    if (part.passes('s_axi_b')) {
      const asked = this.#answered(true, part.get('s_axi_bid'));
      asked.answer.responses.push(part.get('s_axi_bresp'));
      asked.answer.cycles.push(cycle);
      this.#close(asked);
    }
  }

  #sent(write: boolean): void {
    const channel = write ? 's_axi_aw' : 's_axi_ar';
    if (!this.#part.passes(channel)) return;
    this.#part.set(`${channel}valid`, 0);
    const index = this.#requests.findIndex(({ access }) => access.write === write);
    this.#open.push(...this.#requests.splice(index, 1));
  }

  #answered(write: boolean, id: number): Asked {
    const asked = this.#open.find(({ access }) => access.write === write && access.id === id);
    if (asked === undefined) throw new Error(`an answer with identifier ${id}, of which nothing is open`);
    return asked;
  }

  #close(asked: Asked): void {
    asked.answer.done = true;
    this.#open = this.#open.filter((each) => each !== asked);
  }
}

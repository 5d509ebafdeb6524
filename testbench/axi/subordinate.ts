/**
 * An AXI4 memory on a block's manager port (Arm IHI 0022): any latency, answers in any order that the specification allows, read data of
 * different identifiers interleaved, exclusive accesses. With faults it is a device that misbehaves. It records what it was asked.
 */
import type { PortLayout } from '../../rtl/hdl/port-layout.ts';
import { RunLengths } from '../lockstep/axi/run-lengths.ts';
import { type Answer, Answers, type Received } from './answers.ts';
import { FaultPlan } from './device-faults.ts';
import { ExclusiveMonitor } from './exclusive-monitor.ts';
import { type Bytes, Memory } from './memory.ts';
import { readBeat, writeBeats } from './memory-beats.ts';
import { Noise } from './noise.ts';
import type { SubordinateBehaviour } from './subordinate-behaviour.ts';
import type { Burst } from './transaction.ts';
import { type AddressWords, type Axi4Words, axi4Words, readAddress } from './words.ts';

/** Beats of write data that it takes before their address. */
const dataAhead = 4;

export class Axi4Subordinate {
  readonly received: Received[] = [];
  readonly memory: Bytes;
  /** Beats, addresses and responses that have passed. */
  transfers = 0;
  readonly words: Axi4Words;
  private readonly behaviour: SubordinateBehaviour;
  private readonly plan: FaultPlan;
  private readonly answers: Answers;
  private readonly noise: Noise;
  private readonly monitor = new ExclusiveMonitor();
  private readonly patterns: Readonly<Record<'aw' | 'w' | 'ar' | 'b' | 'r', RunLengths>>;
  /** Writes without all their data, and answers to give, oldest first. */
  private readonly filling: Received[] = [];
  private readonly writes: Answer[] = [];
  private readonly reads: Answer[] = [];
  /** Words and strobes of beats that came before their address. */
  private readonly early: number[] = [];
  private earlyBeats = 0;
  private offeredWrite: Answer | null = null;
  private offeredRead: Answer | null = null;
  /** The burst whose beats come one after the other. */
  private current: Answer | null = null;
  private babbling = false;
  private fresh = true;

  /** @param memory what it keeps, which other ports may share */
  constructor(layout: PortLayout, prefix: string, behaviour: SubordinateBehaviour, memory: Bytes = new Memory()) {
    this.words = axi4Words(layout, prefix, 'output');
    this.behaviour = behaviour;
    this.memory = memory;
    this.plan = new FaultPlan(behaviour.faults);
    this.answers = new Answers(behaviour);
    this.noise = new Noise(this.words, 'subordinate');
    const { aw, w, ar, b, r } = behaviour.stalls;
    this.patterns = {
      aw: new RunLengths(aw),
      w: new RunLengths(w),
      ar: new RunLengths(ar),
      b: new RunLengths(b),
      r: new RunLengths(r),
    };
  }

  /** Whether it has answered all that it took. */
  get idle(): boolean {
    return this.filling.length + this.writes.length + this.reads.length + this.earlyBeats === 0;
  }

  /**
   * Sets the interface's inputs of the next cycle.
   * @param cycle the number of the cycle that the outputs are of; faults begin in the cycle after `from`.
   */
  drive(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    const { aw, w, ar, b, r } = this.words;
    // A3.1.2: nothing is offered in the first cycle after reset.
    if (this.fresh) {
      this.fresh = false;
      return;
    }
    this.plan.at(cycle);
    if (this.babbling) this.forget(inputs);
    else {
      if (inputs[r.valid] !== 0 && outputs[r.ready] !== 0) this.readPassed(inputs, cycle);
      if (inputs[b.valid] !== 0 && outputs[b.ready] !== 0) this.responsePassed(inputs);
      if (inputs[aw.ready] !== 0 && outputs[aw.valid] !== 0)
        this.filling.push(this.request('write', aw, outputs, cycle));
      if (inputs[w.ready] !== 0 && outputs[w.valid] !== 0) this.keepBeat(outputs);
      if (inputs[ar.ready] !== 0 && outputs[ar.valid] !== 0) this.acceptRead(outputs, cycle);
      this.fill(cycle);
    }
    const babble = this.plan.active('babble');
    this.babbling = babble !== null;
    if (this.babbling) {
      this.babble(inputs);
      return;
    }
    this.offerResponse(inputs, cycle);
    this.offerRead(inputs, cycle);
    const { patterns, plan } = this;
    inputs[aw.ready] = patterns.aw.next() && plan.active('refuse', 'aw') === null ? 1 : 0;
    inputs[ar.ready] = patterns.ar.next() && plan.active('refuse', 'ar') === null ? 1 : 0;
    inputs[w.ready] = patterns.w.next() && plan.active('refuse', 'w') === null && this.earlyBeats < dataAhead ? 1 : 0;
  }

  /** During reset: it forgets what it was asked; the memory stays. */
  reset(inputs: Uint32Array): void {
    this.fresh = true;
    this.forget(inputs);
    this.monitor.reset();
    this.filling.length = 0;
    this.writes.length = 0;
    this.reads.length = 0;
    this.early.length = 0;
    this.earlyBeats = 0;
    this.current = null;
    this.babbling = false;
    const { aw, w, ar } = this.words;
    for (const word of [aw.ready, w.ready, ar.ready]) inputs[word] = 0;
  }

  private forget(inputs: Uint32Array): void {
    inputs[this.words.b.valid] = 0;
    inputs[this.words.r.valid] = 0;
    this.offeredWrite = null;
    this.offeredRead = null;
  }

  private babble(inputs: Uint32Array): void {
    const { aw, w, ar, b, r } = this.words;
    this.noise.b(inputs);
    this.noise.r(inputs);
    const bits = this.noise.next();
    for (const [index, word] of [aw.ready, w.ready, ar.ready, b.valid, r.valid].entries())
      inputs[word] = (bits >>> index) & 1;
  }

  private request(direction: 'read' | 'write', words: AddressWords, outputs: Uint32Array, cycle: number): Received {
    this.transfers += 1;
    const request: Received = {
      direction,
      id: outputs[words.id] ?? 0,
      address: readAddress(outputs, words.address),
      beats: (outputs[words.length] ?? 0) + 1,
      size: outputs[words.size] ?? 0,
      burst: (outputs[words.burst] ?? 0) as Burst,
      exclusive: outputs[words.lock] !== 0,
      cache: outputs[words.cache] ?? 0,
      prot: outputs[words.prot] ?? 0,
      qos: outputs[words.qos] ?? 0,
      region: outputs[words.region] ?? 0,
      cycle,
      data: [],
      strobes: [],
    };
    this.received.push(request);
    return request;
  }

  private answer(request: Received, cycle: number): Answer {
    return this.answers.begin(request, cycle, this.plan.active('late')?.delay ?? 0);
  }

  private acceptRead(outputs: Uint32Array, cycle: number): void {
    const request = this.request('read', this.words.ar, outputs, cycle);
    const answer = this.answer(request, cycle);
    if (request.exclusive && this.behaviour.exclusive && !answer.errs) {
      this.monitor.watch(request.id, request);
      answer.code = 1;
    }
    this.reads.push(answer);
  }

  private keepBeat(outputs: Uint32Array): void {
    const { w, dataWords } = this.words;
    this.transfers += 1;
    for (let word = 0; word < dataWords; word += 1) this.early.push(outputs[w.data.word + word] ?? 0);
    for (let word = 0; word < w.strobes.words; word += 1) this.early.push(outputs[w.strobes.word + word] ?? 0);
    this.earlyBeats += 1;
  }

  /** Gives the beats that have come to the writes that wait for them. */
  private fill(cycle: number): void {
    const { w, dataWords } = this.words;
    for (let write = this.filling[0]; write !== undefined && this.earlyBeats > 0; write = this.filling[0]) {
      write.data.push(...this.early.splice(0, dataWords));
      write.strobes.push(...this.early.splice(0, w.strobes.words));
      this.earlyBeats -= 1;
      if (write.data.length < write.beats * dataWords) continue;
      this.filling.shift();
      const answer = this.answer(write, cycle);
      if (answer.code === 0) this.perform(write, answer);
      this.writes.push(answer);
    }
  }

  private perform(write: Received, answer: Answer): void {
    if (write.exclusive && this.behaviour.exclusive) {
      if (!this.monitor.holds(write.id, write)) return;
      answer.code = 1;
    }
    writeBeats(write, this.words, this.memory, this.monitor);
  }

  /** Whether the channel's valid waits and stays as it is; faults may change it all the same. */
  private waits(inputs: Uint32Array, channel: 'b' | 'r'): boolean {
    const offered = channel === 'b' ? this.offeredWrite !== null : this.offeredRead !== null;
    const words = this.words[channel];
    if (!offered && inputs[words.valid] === 0) return false;
    const dropped = this.plan.active('dropped', channel) !== null && inputs[words.valid] !== 0;
    inputs[words.valid] = dropped ? 0 : 1;
    const changed = this.plan.active('changed', channel);
    if (changed !== null) this.change(inputs, channel, changed.bit);
    return true;
  }

  private change(inputs: Uint32Array, channel: 'b' | 'r', bit: number): void {
    const { b, r, idMask, dataWords } = this.words;
    const words = this.words[channel];
    const place = bit % (channel === 'b' ? 2 : 4);
    const flip = (word: number, mask: number): void => {
      inputs[word] = ((inputs[word] ?? 0) ^ mask) >>> 0;
    };
    if (place === 0) flip(words.response, 1 << ((bit >> 2) & 1));
    else if (place === 1) flip(channel === 'b' ? b.id : r.id, 1 << ((bit >> 2) % Math.log2(idMask + 1)));
    else if (place === 2) flip(r.last, 1);
    else flip(r.data.word + ((bit >> 2) % dataWords), (1 << ((bit >> 3) % Math.min(32, r.data.width))) >>> 0);
  }

  private offerResponse(inputs: Uint32Array, cycle: number): void {
    const { b, idMask } = this.words;
    if (this.waits(inputs, 'b')) return;
    const { plan } = this;
    if (!this.patterns.b.next() || plan.active('silent', 'b') !== null) return;
    const answer = this.answers.choose(this.writes, cycle);
    const unasked = answer === null ? plan.active('unasked', 'b') : null;
    if (answer === null && unasked === null) return;
    this.offeredWrite = answer;
    const flip = plan.active('identifier', 'b')?.flip ?? 0;
    inputs[b.id] = ((answer?.request.id ?? unasked?.id ?? 0) ^ flip) & idMask;
    inputs[b.response] = plan.active('response', 'b')?.code ?? answer?.code ?? 0;
    inputs[b.valid] = 1;
  }

  private offerRead(inputs: Uint32Array, cycle: number): void {
    const { r, idMask, dataWords } = this.words;
    if (this.waits(inputs, 'r')) return;
    const { plan } = this;
    if (!this.patterns.r.next() || plan.active('silent', 'r') !== null) return;
    const answer = this.current ?? this.answers.choose(this.reads, cycle);
    const unasked = answer === null ? plan.active('unasked', 'r') : null;
    if (answer === null && unasked === null) return;
    this.offeredRead = answer;
    const flip = plan.active('identifier', 'r')?.flip ?? 0;
    inputs[r.id] = ((answer?.request.id ?? unasked?.id ?? 0) ^ flip) & idMask;
    inputs[r.response] = plan.active('response', 'r')?.code ?? (answer === null ? 0 : this.answers.codeOf(answer));
    inputs[r.valid] = 1;
    if (answer === null) {
      inputs[r.last] = unasked?.last === true ? 1 : 0;
      for (let word = 0; word < dataWords; word += 1) inputs[r.data.word + word] = 0;
      return;
    }
    if (!this.behaviour.interleave) this.current = answer;
    readBeat(inputs, this.words, this.memory, answer.request, answer.beat);
    const last = answer.beat === answer.request.beats - 1;
    const wrong = plan.active(last ? 'missing last' : 'early last') !== null;
    inputs[r.last] = last !== wrong ? 1 : 0;
    // Either way it thinks that this was the end.
    if (wrong) answer.beat = answer.request.beats - 1;
  }

  private readPassed(inputs: Uint32Array, cycle: number): void {
    this.transfers += 1;
    inputs[this.words.r.valid] = 0;
    this.noise.r(inputs);
    const answer = this.offeredRead;
    this.offeredRead = null;
    if (answer === null) return;
    answer.beat += 1;
    if (answer.beat < answer.request.beats) return;
    this.current = null;
    if (this.plan.active('twice', 'r') !== null && !answer.again) {
      answer.again = true;
      answer.beat = 0;
      answer.ready = cycle;
      return;
    }
    this.reads.splice(this.reads.indexOf(answer), 1);
  }

  private responsePassed(inputs: Uint32Array): void {
    this.transfers += 1;
    inputs[this.words.b.valid] = 0;
    this.noise.b(inputs);
    const answer = this.offeredWrite;
    this.offeredWrite = null;
    if (answer === null) return;
    if (this.plan.active('twice', 'b') !== null && !answer.again) answer.again = true;
    else this.writes.splice(this.writes.indexOf(answer), 1);
  }
}

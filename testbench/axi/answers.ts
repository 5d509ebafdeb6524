/** What a subordinate owes for its requests: when an answer may come, with which response, and which of those that may comes next. */
import type { SubordinateBehaviour } from './subordinate-behaviour.ts';
import { type BurstShape, beatAddress } from './transaction.ts';

/** A request as it came. */
export interface Received extends BurstShape {
  readonly direction: 'read' | 'write';
  readonly id: number;
  readonly exclusive: boolean;
  readonly cache: number;
  readonly prot: number;
  readonly qos: number;
  readonly region: number;
  readonly cycle: number;
  /** Of a write, beat by beat, as far as they have come. */
  readonly data: number[];
  readonly strobes: number[];
}

export interface Answer {
  readonly request: Received;
  ready: number;
  beat: number;
  /** Of a write, and of a read's beats that do not err. */
  code: number;
  /** Of a read, whether any beat errs. */
  errs: boolean;
  again: boolean;
}

export class Answers {
  private readonly behaviour: SubordinateBehaviour;
  private latency = 0;
  private pick = 0;

  constructor(behaviour: SubordinateBehaviour) {
    this.behaviour = behaviour;
  }

  /** @param late cycles by which it comes later than it would. */
  begin(request: Received, cycle: number, late: number): Answer {
    const { latencies } = this.behaviour;
    const latency = latencies[this.latency++ % Math.max(1, latencies.length)] ?? 0;
    let worst = 0;
    if (this.behaviour.errors.length > 0) {
      for (let beat = 0; beat < request.beats; beat += 1) worst = Math.max(worst, this.error(request, beat));
    }
    const code = request.direction === 'write' ? worst : 0;
    return { request, ready: cycle + latency + late, beat: 0, code, errs: worst > 0, again: false };
  }

  /** The response to the next beat of a read: beats err by their own addresses. */
  codeOf(answer: Answer): number {
    return (answer.errs ? this.error(answer.request, answer.beat) : 0) || answer.code;
  }

  private error(request: Received, beat: number): number {
    const address = beatAddress(request, beat);
    return this.behaviour.errors.find(({ base, size }) => address >= base && address < base + size)?.code ?? 0;
  }

  /** The next to be given of those that wait, oldest first; null where none may be given yet. Those of one identifier keep their order. */
  choose(answers: readonly Answer[], cycle: number): Answer | null {
    let count = 0;
    for (let place = 0; place < answers.length; place += 1) if (this.eligible(answers, place, cycle)) count += 1;
    if (count === 0) return null;
    const { picks } = this.behaviour;
    let left = (picks[this.pick++ % Math.max(1, picks.length)] ?? 0) % count;
    for (let place = 0; place < answers.length; place += 1) {
      if (!this.eligible(answers, place, cycle)) continue;
      if (left === 0) return answers[place] ?? null;
      left -= 1;
    }
    return null;
  }

  private eligible(answers: readonly Answer[], place: number, cycle: number): boolean {
    const answer = answers[place];
    if (answer === undefined || answer.ready > cycle) return false;
    for (let earlier = 0; earlier < place; earlier += 1)
      if (answers[earlier]?.request.id === answer.request.id) return false;
    return true;
  }
}

/**
 * Where everything must go, followed through the ports alone: requests to the subordinate that owns their address, with the manager's number, in order
 * and unchanged; data behind them; responses back to who asked, in order within an identifier; and an error for what nobody owns.
 */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import {
  decodeError,
  type InterconnectParameters,
  managerPort,
  subordinatePort,
} from '../../../../rtl/interconnect/interface.ts';
import { type Channel, Watched } from '../../axi/watched.ts';
import type { Scoreboard } from '../../driver.ts';
import { inputSlot } from '../../ports.ts';
import { targetOf } from './address-map.ts';

/** Queues by a key made of numbers. */
class Queues<T> {
  private readonly queues = new Map<string, T[]>();

  of(...key: readonly (number | string)[]): T[] {
    const name = key.join(' ');
    const found = this.queues.get(name);
    if (found !== undefined) return found;
    const made: T[] = [];
    this.queues.set(name, made);
    return made;
  }

  /** The key of a queue that is not empty, or null. */
  get left(): string | null {
    for (const [name, queue] of this.queues) if (queue.length > 0) return name;
    return null;
  }

  clear(): void {
    this.queues.clear();
  }
}

const same = (left: readonly number[] | undefined, right: readonly number[]): boolean =>
  left !== undefined && left.length === right.length && left.every((word, index) => word === right[index]);

export class Ledger implements Scoreboard {
  readonly name = 'ledger';
  private readonly p: InterconnectParameters;
  private readonly resetWord: number;
  private readonly managers: readonly Readonly<Record<Channel, Watched>>[];
  private readonly subordinates: readonly Readonly<Record<Channel, Watched>>[];
  /** Requests on their way, by direction, manager, subordinate. */
  private readonly requests = new Queues<number[]>();
  /** Targets of what is in flight, by direction, manager, identifier; and of writes without their data, by manager. */
  private readonly targets = new Queues<number>();
  private readonly owed = new Queues<number>();
  /** Beats of data from a manager, and on their way from it to a subordinate. */
  private readonly beats = new Queues<number[]>();
  private readonly data = new Queues<number[]>();
  /** At a subordinate: the managers of its writes without their data, and beats that came. */
  private readonly writers = new Queues<number>();
  private readonly arrived = new Queues<number[]>();
  /** Responses on their way back, by direction, subordinate, manager, identifier. */
  private readonly responses = new Queues<number[]>();
  /** Beats that are left of reads that nobody owns, by manager. */
  private readonly left = new Queues<number>();

  constructor(p: InterconnectParameters, layout: PortLayout) {
    this.p = p;
    this.resetWord = inputSlot(layout, 'aresetn').word;
    const watch = (port: string): Readonly<Record<Channel, Watched>> => {
      const of = (channel: Channel) => new Watched(layout, port, channel);
      return { aw: of('aw'), w: of('w'), b: of('b'), ar: of('ar'), r: of('r') };
    };
    this.managers = Array.from({ length: p.managers }, (_, manager) => watch(managerPort(manager)));
    this.subordinates = Array.from({ length: p.subordinates }, (_, index) => watch(subordinatePort(index)));
  }

  cycle(inputs: Uint32Array, outputs: Uint32Array): string | null {
    if (inputs[this.resetWord] === 0) {
      for (const each of this.all) each.clear();
      return null;
    }
    for (const [manager, channels] of this.managers.entries()) {
      for (const channel of ['aw', 'ar'] as const) {
        if (!channels[channel].passes(inputs, outputs)) continue;
        this.ask(channel, manager, channels[channel].read(inputs, outputs), channels[channel].address(inputs, outputs));
      }
      if (channels.w.passes(inputs, outputs)) this.beats.of(manager).push(channels.w.read(inputs, outputs));
      this.follow(manager);
    }
    for (const [subordinate, channels] of this.subordinates.entries()) {
      const found = this.atSubordinate(subordinate, channels, inputs, outputs);
      if (found !== null) return found;
    }
    for (const [manager, channels] of this.managers.entries()) {
      for (const channel of ['b', 'r'] as const) {
        if (!channels[channel].passes(inputs, outputs)) continue;
        const found = this.answer(channel, manager, channels[channel].read(inputs, outputs));
        if (found !== null) return found;
      }
    }
    return null;
  }

  end(): string | null {
    const left = [this.requests, this.targets, this.owed, this.beats, this.data, this.writers, this.arrived];
    for (const each of [...left, this.responses, this.left])
      if (each.left !== null) return `something is left on its way at the end: ${each.left}`;
    return null;
  }

  private get all(): readonly Queues<unknown>[] {
    const { requests, targets, owed, beats, data, writers, arrived, responses, left } = this;
    return [requests, targets, owed, beats, data, writers, arrived, responses, left] as Queues<unknown>[];
  }

  private ask(channel: 'aw' | 'ar', manager: number, request: number[], address: number): void {
    const target = targetOf(this.p, address);
    const id = request[0] ?? 0;
    this.targets.of(channel, manager, id).push(target);
    if (channel === 'aw') this.owed.of(manager).push(target);
    else if (target === this.p.subordinates)
      this.left.of(manager, id).push((request[this.p.addressWidth > 32 ? 3 : 2] ?? 0) + 1);
    if (target < this.p.subordinates) this.requests.of(channel, manager, target).push(request);
  }

  /** Gives a manager's beats to its writes, in the order of their addresses. */
  private follow(manager: number): void {
    const [beats, owed] = [this.beats.of(manager), this.owed.of(manager)];
    while (beats.length > 0 && owed.length > 0) {
      const beat = beats.shift() as number[];
      const target = owed[0] as number;
      if (target < this.p.subordinates) this.data.of(manager, target).push(beat);
      if (beat.at(-1) !== 0) owed.shift();
    }
  }

  private atSubordinate(
    subordinate: number,
    channels: Readonly<Record<Channel, Watched>>,
    inputs: Uint32Array,
    outputs: Uint32Array,
  ): string | null {
    for (const channel of ['aw', 'ar'] as const) {
      if (!channels[channel].passes(inputs, outputs)) continue;
      const [id = 0, ...rest] = channels[channel].read(inputs, outputs);
      const [manager, own] = this.split(id);
      const expected = this.requests.of(channel, manager, subordinate).shift();
      if (!same(expected, [own, ...rest]))
        return `${channel} at ${subordinatePort(subordinate)} is [${[own, ...rest]}] of manager ${manager}; it must be [${expected}]`;
      if (channel === 'aw') this.writers.of(subordinate).push(manager);
    }
    if (channels.w.passes(inputs, outputs)) this.arrived.of(subordinate).push(channels.w.read(inputs, outputs));
    const [arrived, writers] = [this.arrived.of(subordinate), this.writers.of(subordinate)];
    while (arrived.length > 0 && writers.length > 0) {
      const beat = arrived.shift() as number[];
      const expected = this.data.of(writers[0] as number, subordinate).shift();
      if (!same(expected, beat))
        return `data at ${subordinatePort(subordinate)} are [${beat}]; manager ${writers[0]} gave [${expected}]`;
      if (beat.at(-1) !== 0) writers.shift();
    }
    for (const channel of ['b', 'r'] as const) {
      if (!channels[channel].passes(inputs, outputs)) continue;
      const [id = 0, ...rest] = channels[channel].read(inputs, outputs);
      const [manager, own] = this.split(id);
      this.responses.of(channel, subordinate, manager, own).push(rest);
    }
    return null;
  }

  private split(id: number): readonly [manager: number, id: number] {
    return [Math.floor(id / 2 ** this.p.idWidth), id % 2 ** this.p.idWidth];
  }

  private answer(channel: 'b' | 'r', manager: number, [id = 0, ...rest]: readonly number[]): string | null {
    const targets = this.targets.of(channel === 'b' ? 'aw' : 'ar', manager, id);
    const [target] = targets;
    if (target === undefined) return `${channel} at ${managerPort(manager)}: nothing is asked with identifier ${id}`;
    const local = target === this.p.subordinates;
    const expected = local
      ? this.localAnswer(channel, manager, id, rest.length)
      : this.responses.of(channel, target, manager, id).shift();
    if (!same(expected, rest))
      return `${channel} at ${managerPort(manager)} for identifier ${id} is [${rest}]; it must be [${expected}]`;
    if (channel === 'b' || rest.at(-1) !== 0) targets.shift();
    return null;
  }

  /** Zeros, the error, and the mark of the last beat. */
  private localAnswer(channel: 'b' | 'r', manager: number, id: number, words: number): number[] {
    if (channel === 'b') return [decodeError];
    const left = this.left.of(manager, id);
    const beats = (left[0] ?? 1) - 1;
    if (beats === 0) left.shift();
    else left[0] = beats;
    return [...Array.from({ length: words - 2 }, () => 0), decodeError, Number(beats === 0)];
  }
}

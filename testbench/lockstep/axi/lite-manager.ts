/** A manager on AXI4-Lite (Arm IHI 0022): writes and reads go their own ways, pipelined as far as the block lets them. */
import type { PortLayout } from '../../../rtl/hdl/port-layout.ts';
import { ChannelSink, ChannelSource } from './channel.ts';
import type { RunLengths } from './run-lengths.ts';

export interface LiteWrite {
  readonly kind: 'write';
  readonly address: number;
  readonly data: number;
  /** One bit a byte. */
  readonly strobes: number;
  /** Cycles to wait before the address is offered. */
  readonly wait: number;
  /** Cycles to wait before the data is offered. */
  readonly dataWait: number;
}

export interface LiteRead {
  readonly kind: 'read';
  readonly address: number;
  readonly wait: number;
}

export type LiteAccess = LiteWrite | LiteRead;

/** Takes entries of a growing list one after the other, after each one's wait. */
class Walk<Entry> {
  index = 0;
  private waited = 0;
  private readonly entries: readonly Entry[];
  private readonly wait: (entry: Entry) => number;

  constructor(entries: readonly Entry[], wait: (entry: Entry) => number) {
    this.entries = entries;
    this.wait = wait;
  }

  next(): Entry | null {
    const entry = this.entries[this.index];
    if (entry === undefined) return null;
    if (this.waited < this.wait(entry)) {
      this.waited += 1;
      return null;
    }
    this.waited = 0;
    this.index += 1;
    return entry;
  }

  moveTo(index: number): void {
    this.index = index;
    this.waited = 0;
  }
}

export class LiteManager {
  private readonly writes: LiteWrite[] = [];
  private readonly reads: LiteRead[] = [];
  private readonly addresses = new Walk(this.writes, (write) => write.wait);
  private readonly data = new Walk(this.writes, (write) => write.dataWait);
  private readonly readAddresses = new Walk(this.reads, (read) => read.wait);
  private readonly aw: ChannelSource;
  private readonly w: ChannelSource;
  private readonly b: ChannelSink;
  private readonly ar: ChannelSource;
  private readonly r: ChannelSink;
  private written = 0;
  private answered = 0;

  constructor(layout: PortLayout, prefix: string) {
    const ports = (channel: string, ...payload: string[]) => ({
      valid: `${prefix}_${channel}valid`,
      ready: `${prefix}_${channel}ready`,
      payload: payload.map((name) => `${prefix}_${channel}${name}`),
    });
    this.aw = new ChannelSource(layout, ports('aw', 'addr', 'prot'));
    this.w = new ChannelSource(layout, ports('w', 'data', 'strb'));
    this.b = new ChannelSink(layout, ports('b', 'resp'));
    this.ar = new ChannelSource(layout, ports('ar', 'addr', 'prot'));
    this.r = new ChannelSink(layout, ports('r', 'data', 'resp'));
  }

  push(access: LiteAccess): void {
    if (access.kind === 'write') this.writes.push(access);
    else this.reads.push(access);
  }

  /** Responses so far; a reset counts what it cut off as answered. */
  get responses(): number {
    return this.written + this.answered;
  }

  /** Whether every access has its response. */
  get idle(): boolean {
    return this.written === this.writes.length && this.answered === this.reads.length;
  }

  drive(inputs: Uint32Array, outputs: Uint32Array, writeResponses: RunLengths, readResponses: RunLengths): void {
    if (this.b.drive(inputs, outputs, writeResponses)) this.written += 1;
    if (this.r.drive(inputs, outputs, readResponses)) this.answered += 1;
    this.aw.drive(inputs, outputs, () => {
      const write = this.addresses.next();
      return write === null ? null : Uint32Array.of(write.address, this.addresses.index & 7);
    });
    this.w.drive(inputs, outputs, () => {
      const write = this.data.next();
      return write === null ? null : Uint32Array.of(write.data, write.strobes);
    });
    this.ar.drive(inputs, outputs, () => {
      const read = this.readAddresses.next();
      return read === null ? null : Uint32Array.of(read.address, this.readAddresses.index & 7);
    });
  }

  /** During reset: accesses under way are given up, those not begun stay. */
  reset(inputs: Uint32Array): void {
    for (const channel of [this.aw, this.w, this.b, this.ar, this.r]) channel.reset(inputs);
    const begun = Math.max(this.addresses.index, this.data.index);
    this.addresses.moveTo(begun);
    this.data.moveTo(begun);
    this.written = begun;
    this.answered = this.readAddresses.index;
    this.readAddresses.moveTo(this.answered);
  }
}

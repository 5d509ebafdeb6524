/** What went through one port towards its devices, held against what the processor asked for. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { type Axi4Words, axi4Words } from '../../../axi/words.ts';
import { equalWords, type Request, readRequest, readWriteBeat, requestDifference, type WriteBeat } from './requests.ts';
import { type Followed, type FollowedWrite, OpenByIdentifier } from './transactions.ts';

/** The newest that the processor has sent on a channel: only it can have been loaded into a port's register just now. */
export interface Newest {
  read: Followed | null;
  write: FollowedWrite | null;
  /** The newest beat, the write that it belongs to (by its number among the writes), and its place there. */
  beat: WriteBeat | null;
  beatWrite: number;
  beatIndex: number;
  /** Whether the newest has been seen at a port. */
  readUsed: boolean;
  writeUsed: boolean;
  beatUsed: boolean;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

export class PortLedger {
  /** The cycles in which the device cannot answer, and those in which it is offered no data. */
  readonly excuses: Readonly<Record<'read' | 'write' | 'data', number[]>> = { read: [], write: [], data: [] };
  /** Writes that the device was sent, in order. */
  readonly sent: FollowedWrite[] = [];
  private readonly port: number;
  private readonly words: Axi4Words;
  private readonly reads = new OpenByIdentifier<Followed>();
  private readonly writes = new OpenByIdentifier<FollowedWrite>();
  /** Number, among the writes of `sent`, of the burst that the next beat belongs to, and the beat's place. */
  private burst = 0;
  private beat = 0;
  /** What the port's registers hold, or held last. */
  private readonly held: { aw: FollowedWrite | null; w: FollowedWrite | null; ar: Followed | null } = {
    aw: null,
    w: null,
    ar: null,
  };
  private readonly waiting = { aw: false, w: false, ar: false };

  constructor(layout: PortLayout, port: number) {
    this.port = port;
    this.words = axi4Words(layout, `m${port}_axi`, 'output');
  }

  reset(): void {
    this.clear();
    for (const list of Object.values(this.excuses)) list.length = 0;
    this.sent.length = 0;
    this.burst = 0;
  }

  /** The reset handshake: what was under way is gone, on both sides. */
  clear(): void {
    this.reads.clear();
    this.writes.clear();
    this.burst = this.sent.length;
    this.beat = 0;
    this.waiting.aw = false;
    this.waiting.w = false;
    this.waiting.ar = false;
  }

  /** What appeared in the port's registers in this cycle. Returns what is wrong, or null. */
  loads(
    outputs: Uint32Array,
    newest: Newest,
    numberOf: (write: FollowedWrite) => number,
    cycle: number,
  ): string | null {
    const { aw, w, ar } = this.words;
    if (outputs[aw.valid] !== 0 && !this.waiting.aw) {
      const wrong = this.request(newest.writeUsed ? null : newest.write, readRequest(outputs, aw), cycle);
      if (wrong !== null) return wrong;
      newest.writeUsed = true;
      this.held.aw = newest.write!;
      this.sent.push(newest.write!);
      this.writes.push(newest.write!);
    }
    if (outputs[ar.valid] !== 0 && !this.waiting.ar) {
      const wrong = this.request(newest.readUsed ? null : newest.read, readRequest(outputs, ar), cycle);
      if (wrong !== null) return wrong;
      newest.readUsed = true;
      this.held.ar = newest.read!;
      this.reads.push(newest.read!);
    }
    return outputs[w.valid] !== 0 && !this.waiting.w
      ? this.data(readWriteBeat(outputs, this.words), newest, numberOf)
      : null;
  }

  /** Ends a cycle. */
  cycle(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    const { aw, w, ar, b, r } = this.words;
    const moved = (valid: number, ready: number, sending: Uint32Array, taking: Uint32Array): boolean =>
      sending[valid] !== 0 && taking[ready] !== 0;
    const sent = {
      aw: moved(aw.valid, aw.ready, outputs, inputs),
      w: moved(w.valid, w.ready, outputs, inputs),
      ar: moved(ar.valid, ar.ready, outputs, inputs),
    };
    for (const channel of ['aw', 'w', 'ar'] as const) {
      this.waiting[channel] = outputs[this.words[channel].valid] !== 0 && !sent[channel];
    }
    for (const channel of ['aw', 'w', 'ar'] as const) if (sent[channel]) this.held[channel]?.moved.push(cycle);
    if (sent.w && outputs[w.last] !== 0 && this.held.w !== null) this.held.w.delivered = cycle;
    if (outputs[r.ready] === 0) this.excuses.read.push(cycle);
    if (outputs[b.ready] === 0) this.excuses.write.push(cycle);
    if (outputs[w.valid] === 0) this.excuses.data.push(cycle);
    if (moved(b.valid, b.ready, inputs, outputs)) {
      const id = inputs[b.id] ?? 0;
      this.writes.drop(id, (write) => write.end !== 'open' || write.answers.length > 0);
      this.writes.oldest(id)?.moved.push(cycle);
      this.writes.oldest(id)?.answers.push({ data: new Uint32Array(0), response: inputs[b.response] ?? 0 });
    }
    if (moved(r.valid, r.ready, inputs, outputs)) {
      const id = inputs[r.id] ?? 0;
      this.reads.drop(id, (read) => read.end !== 'open' || read.answers.length === read.request.beats);
      const { word, words } = r.data;
      this.reads.oldest(id)?.moved.push(cycle);
      this.reads.oldest(id)?.answers.push({
        data: inputs.slice(word, word + words),
        response: inputs[r.response] ?? 0,
      });
    }
  }

  private request(asked: Followed | null, seen: Request, cycle: number): string | null {
    const name = `m${this.port}_axi: a request for ${hex(seen.address)} with identifier ${seen.id}`;
    if (asked === null) return `${name} came that the processor did not just make`;
    const { verdict, port, deviceAddress } = asked.decision;
    if (verdict !== 'forward') return `${name} came of one that was to be answered with ${verdict}`;
    if (port !== this.port) return `${name} came of one for port ${port}`;
    if (seen.address !== deviceAddress) return `${name} came; the address should be ${hex(deviceAddress)}`;
    const difference = requestDifference(asked.request, seen);
    if (difference !== null) return `${name}: ${difference}`;
    asked.forwarded = true;
    asked.sent = cycle - 1;
    return null;
  }

  private data(seen: WriteBeat, newest: Newest, numberOf: (write: FollowedWrite) => number): string | null {
    const write = this.sent[this.burst];
    if (write === undefined) return `m${this.port}_axi: a beat of write data came without a write`;
    const { beat } = newest;
    const own =
      beat !== null && !newest.beatUsed && newest.beatWrite === numberOf(write) && newest.beatIndex === this.beat;
    const same = own && equalWords(beat.data, seen.data) && beat.strobes === seen.strobes;
    if (same) newest.beatUsed = true;
    else if (seen.strobes !== 0 || seen.data.some((word) => word !== 0)) {
      return `m${this.port}_axi: beat ${this.beat} of the write to ${hex(write.decision.deviceAddress)} is not what the processor sent, and would write`;
    }
    this.held.w = write;
    const last = this.beat === write.request.beats - 1;
    if (seen.last !== last)
      return `m${this.port}_axi: wlast is ${seen.last} at beat ${this.beat} of ${write.request.beats}`;
    this.beat = last ? 0 : this.beat + 1;
    if (last) this.burst += 1;
    return null;
  }
}

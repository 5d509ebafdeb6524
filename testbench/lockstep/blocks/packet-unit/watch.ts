/** What went through the unit's ports, put together into frames, chain records and register accesses. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { FrameCollector, type SeenFrame } from './frame-collector.ts';

export interface SentFrame extends SeenFrame {
  readonly client: number;
  readonly hash: number;
  readonly chain: number;
  readonly hashType: number;
  readonly start: boolean;
  readonly mask: number;
}

export interface SeenRecord {
  readonly hash: number;
  readonly bytes: number;
  readonly packets: number;
  readonly chain: number;
  readonly client: number;
  readonly reason: number;
  readonly hashType: number;
  readonly mask: number;
}

const wordsOf = (layout: PortLayout) => {
  const input = (name: string) => inputSlot(layout, name).word;
  const output = (name: string) => outputSlot(layout, name).word;
  return {
    inValid: input('s_axis_tvalid'),
    inReady: output('s_axis_tready'),
    inLast: input('s_axis_tlast'),
    outValid: output('m_axis_tvalid'),
    outReady: input('m_axis_tready'),
    outLast: output('m_axis_tlast'),
    dest: output('m_axis_tdest'),
    user: output('m_axis_tuser'),
    chainValid: output('m_axis_chain_tvalid'),
    chainReady: input('m_axis_chain_tready'),
    chainData: output('m_axis_chain_tdata'),
    arvalid: input('s_axil_arvalid'),
    arready: output('s_axil_arready'),
    araddr: input('s_axil_araddr'),
    rvalid: output('s_axil_rvalid'),
    rready: input('s_axil_rready'),
    rdata: output('s_axil_rdata'),
  };
};

/** Follows the ports; everything is counted from the last reset on. */
export class PacketUnitWatch {
  received: SeenFrame[] = [];
  sent: SentFrame[] = [];
  records: SeenRecord[] = [];
  /** The last value read from each address. */
  values: Map<number, number> = new Map();
  private readonly at: ReturnType<typeof wordsOf>;
  private readonly inCollector: FrameCollector;
  private readonly outCollector: FrameCollector;
  private readonly userWords: number;
  private reads: number[] = [];
  /** `tdest` and `tuser` of the first beat of the frame that is leaving. */
  private readonly marks: Uint32Array;
  private leaving = false;

  constructor(layout: PortLayout) {
    this.at = wordsOf(layout);
    const beatBytes = inputSlot(layout, 's_axis_tkeep').width;
    const collector = (data: number, keep: number) => new FrameCollector(data, keep, beatBytes);
    this.inCollector = collector(inputSlot(layout, 's_axis_tdata').word, inputSlot(layout, 's_axis_tkeep').word);
    this.outCollector = collector(outputSlot(layout, 'm_axis_tdata').word, outputSlot(layout, 'm_axis_tkeep').word);
    this.userWords = outputSlot(layout, 'm_axis_tuser').words;
    this.marks = new Uint32Array(1 + this.userWords);
  }

  reset(): void {
    this.received = [];
    this.sent = [];
    this.records = [];
    this.values = new Map();
    this.reads = [];
    this.leaving = false;
    this.inCollector.reset();
    this.outCollector.reset();
  }

  /** Follows one cycle with `aresetn` high. Returns what is wrong with the frame that is leaving, or null. */
  cycle(inputs: Uint32Array, outputs: Uint32Array): string | null {
    const { at } = this;
    if (inputs[at.inValid] !== 0 && outputs[at.inReady] !== 0) {
      const frame = this.inCollector.take(inputs, inputs[at.inLast] !== 0);
      if (frame !== null) this.received.push(frame);
    }
    if (outputs[at.chainValid] !== 0 && inputs[at.chainReady] !== 0) this.takeRecord(outputs);
    // A read's response comes after its address was taken, so that in one cycle the response is the older one's.
    if (outputs[at.rvalid] !== 0 && inputs[at.rready] !== 0) {
      const address = this.reads.shift();
      if (address === undefined) return 'a read response came without a read';
      this.values.set(address, outputs[at.rdata] ?? 0);
    }
    if (inputs[at.arvalid] !== 0 && outputs[at.arready] !== 0) this.reads.push(inputs[at.araddr] ?? 0);
    return outputs[at.outValid] !== 0 && inputs[at.outReady] !== 0 ? this.takeBeat(outputs) : null;
  }

  private takeRecord(outputs: Uint32Array): void {
    const base = this.at.chainData;
    const [hash = 0, bytes = 0, counts = 0, marks = 0] = outputs.subarray(base, base + 4);
    this.records.push({
      hash,
      bytes,
      packets: counts & 0xffff,
      chain: counts >>> 16,
      client: marks & 0xff,
      reason: (marks >>> 8) & 7,
      hashType: (marks >>> 12) & 7,
      mask: marks >>> 16,
    });
  }

  private takeBeat(outputs: Uint32Array): string | null {
    const { at, marks } = this;
    const user = (word: number): number => outputs[at.user + word] ?? 0;
    if (!this.leaving) {
      marks[0] = outputs[at.dest] ?? 0;
      for (let word = 0; word < this.userWords; word += 1) marks[1 + word] = user(word);
      this.leaving = true;
    } else {
      if (marks[0] !== outputs[at.dest]) return 'm_axis_tdest changed within a frame';
      for (let word = 0; word < this.userWords; word += 1) {
        if (marks[1 + word] !== user(word)) return 'm_axis_tuser changed within a frame';
      }
    }
    const frame = this.outCollector.take(outputs, outputs[at.outLast] !== 0);
    if (frame === null) return null;
    this.leaving = false;
    const high = user(1);
    this.sent.push({
      ...frame,
      client: outputs[at.dest] ?? 0,
      hash: user(0),
      chain: high & 0xffff,
      hashType: (high >>> 16) & 7,
      start: ((high >>> 19) & 1) === 1,
      mask: ((high >>> 20) | (this.userWords > 2 ? user(2) << 12 : 0)) & 0xffff,
    });
    return null;
  }
}

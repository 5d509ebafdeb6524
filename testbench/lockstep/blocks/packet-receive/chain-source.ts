/** Offers the frames and records of chains as a packet hash unit does: a record before the frames of the next chain are taken. */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import { beatWord } from '../../../axi/transaction.ts';
import { ChannelSource } from '../../axi/channel.ts';
import type { RunLengths } from '../../axi/run-lengths.ts';
import type { Chain, Packet } from './scenario.ts';

/** Ones from bit 0 up, as 32-bit words. */
const ones = (count: number, words: number): number[] =>
  Array.from({ length: words }, (_, word) => {
    const here = Math.min(32, Math.max(0, count - 32 * word));
    return here === 32 ? 0xffff_ffff : 2 ** here - 1;
  });

/** A 32-bit word of a packet's data, as it is on the stream. */
export const dataWord = (packet: Packet, beat: number, word: number): number => beatWord(packet.seed, beat, word);

/** Packets of a chain that may still be on their way when its record is there. */
const inQueues = 3;

export class ChainSource {
  readonly beats: ChannelSource;
  readonly records: ChannelSource;
  private readonly chains: readonly Chain[];
  private readonly bytes: number;
  private readonly clients: number;
  private chain = 0;
  private packet = 0;
  private beat = 0;
  private waited = 0;
  /** Cycles since the first beat of the chain was offered; -1: not yet. */
  private since = -1;
  /** The record of the chain was offered. */
  private recorded = false;

  constructor(
    layout: PortLayout,
    chains: readonly Chain[],
    p: { readonly dataWidth: number; readonly clients: number },
  ) {
    const ports = (prefix: string, names: readonly string[]) => ({
      valid: `${prefix}_tvalid`,
      ready: `${prefix}_tready`,
      payload: names.map((name) => `${prefix}_${name}`),
    });
    this.beats = new ChannelSource(layout, ports('s_axis', ['tdata', 'tkeep', 'tlast', 'tdest', 'tuser']));
    this.records = new ChannelSource(layout, ports('s_axis_chain', ['tdata']));
    this.chains = chains;
    this.bytes = p.dataWidth / 8;
    this.clients = p.clients;
  }

  get idle(): boolean {
    return this.chain === this.chains.length && !this.records.busy && !this.beats.busy;
  }

  get transfers(): number {
    return this.beats.accepted + this.records.accepted;
  }

  drive(inputs: Uint32Array, outputs: Uint32Array, goes: RunLengths, recordGoes: RunLengths): void {
    this.beats.drive(inputs, outputs, () => this.nextBeat(goes));
    this.records.drive(inputs, outputs, () => this.nextRecord(recordGoes));
    if (this.since >= 0) this.since += 1;
  }

  /** During reset: a chain that was begun is given up. */
  reset(inputs: Uint32Array): void {
    this.beats.reset(inputs);
    this.records.reset(inputs);
    if (this.since >= 0 || this.recorded) this.chain += 1;
    this.recorded = false;
    this.packet = 0;
    this.beat = 0;
    this.waited = 0;
    this.since = -1;
  }

  private nextBeat(goes: RunLengths): Uint32Array | null {
    const chain = this.chains[this.chain];
    if (chain === undefined || chain.mask === 0) return null;
    const packet = chain.packets[this.packet];
    if (packet === undefined) return null;
    if (this.beat === 0 && this.waited < packet.wait) {
      this.waited += 1;
      return null;
    }
    if (!goes.next()) return null;
    if (this.since < 0) this.since = 0;
    const { bytes } = this;
    const left = packet.bytes - this.beat * bytes;
    const last = left <= bytes;
    const words = Array.from({ length: bytes / 4 }, (_, word) => dataWord(packet, this.beat, word));
    const start = this.packet === 0 ? 1 : 0;
    const { mask } = chain;
    const number = this.chain;
    const user = [
      chain.hash,
      ((number & 0xffff) | (chain.hashType << 16) | (start << 19) | (mask << 20)) >>> 0,
      ...(52 + this.clients > 64 ? [mask >>> 12] : []),
    ];
    this.beat += 1;
    if (last) {
      this.beat = 0;
      this.waited = 0;
      this.packet += 1;
      this.advance();
    }
    const keep = ones(last ? left : bytes, Math.ceil(bytes / 32));
    return Uint32Array.from([...words, ...keep, last ? 1 : 0, chain.client, ...user]);
  }

  private nextRecord(goes: RunLengths): Uint32Array | null {
    const chain = this.chains[this.chain];
    if (chain === undefined || this.recorded) return null;
    // The unit gives it when it has seen all packets; the last of them may still be in its queues.
    const early = this.packet < chain.packets.length - inQueues;
    if (chain.mask !== 0 && (this.since < chain.recordWait || early)) return null;
    if (!goes.next()) return null;
    const bytes = chain.packets.reduce((sum, packet) => sum + packet.bytes, 0);
    const third = ((chain.packets.length & 0xffff) | ((this.chain & 0xffff) << 16)) >>> 0;
    const fourth = (chain.client | (1 << 8) | (chain.hashType << 12) | (chain.mask << 16)) >>> 0;
    this.recorded = true;
    this.advance();
    return Uint32Array.from([chain.hash, bytes, third, fourth]);
  }

  /** The chain is over when its frames and its record have been offered. */
  private advance(): void {
    const chain = this.chains[this.chain];
    if (chain === undefined || !this.recorded) return;
    if (chain.mask !== 0 && this.packet < chain.packets.length) return;
    this.chain += 1;
    this.packet = 0;
    this.since = -1;
    this.recorded = false;
  }
}

/**
 * Where packets must go, followed through the ports alone: entries in order in the rings of clients that the packets are for, whole, and with what is
 * counted as overflow no packet more or less. For scenarios without resets, errors, or changes of rings under way.
 */
import type { PortLayout } from '../../../../rtl/hdl/port-layout.ts';
import {
  beatBytes,
  dataBeats,
  headerBeats,
  headerBytes,
  type PacketReceiveParameters,
} from '../../../../rtl/packet-receive/interface.ts';
import { axi4Words, readAddress } from '../../../axi/words.ts';
import type { Scoreboard } from '../../driver.ts';
import { inputSlot, outputSlot } from '../../ports.ts';
import { dataWord } from './chain-source.ts';
import { registers } from './registers.ts';
import type { Chain, PacketReceiveScenario } from './scenario.ts';
import { baseOf, ringStride } from './scenarios.ts';

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Whether what must be in memory follows from the scenario. */
export const isTame = (scenario: PacketReceiveScenario): boolean =>
  scenario.resets.length === 0 &&
  scenario.memory.errors.length === 0 &&
  scenario.accesses.every(
    (access) =>
      access.kind === 'read' ||
      (access.address !== registers.ringRestart && (access.address < 0x100 || access.address >= registers.consumer)),
  );

interface Due {
  readonly header: readonly number[];
  readonly bytes: readonly number[];
}

/** A packet as it must be in an entry: 16 bytes of header, and the data. */
const dueOf = (p: PacketReceiveParameters, chain: Chain, chainNumber: number, index: number): Due => {
  const packet = chain.packets[index];
  if (packet === undefined) throw new Error('no such packet');
  const room = dataBeats(p) * beatBytes(p);
  const truncated = packet.bytes > room;
  const stored = Math.min(room, packet.bytes);
  const flags = (truncated ? 1 : 0) | (index === 0 ? 2 : 0) | (chain.hashType << 4) | (chain.client << 8);
  const words = [
    ((packet.bytes & 0xffff) | (flags << 16)) >>> 0,
    chain.hash,
    ((chainNumber & 0xffff) | (stored << 16)) >>> 0,
    0,
  ];
  const bytes = Array.from({ length: stored }, (_, byte) => {
    const beat = Math.floor(byte / beatBytes(p));
    return (dataWord(packet, beat, (byte % beatBytes(p)) >> 2) >>> (8 * (byte & 3))) & 0xff;
  });
  return { header: words.flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff)), bytes };
};

export class Ledger implements Scoreboard {
  readonly name = 'ledger';
  private readonly p: PacketReceiveParameters;
  private readonly words;
  private readonly lite: Readonly<Record<'araddr' | 'arvalid' | 'rready' | 'arready' | 'rvalid' | 'rdata', number>>;
  /** For each client the packets that are for it, how many of these came or were passed over, and its entries. */
  private readonly due: readonly Due[][];
  private readonly seen: number[];
  private readonly passed: number[];
  private readonly entries: number[];
  private readonly logs: readonly number[];
  private readonly bursts: { address: number; left: number }[] = [];
  private beats: { data: number[]; strobes: number[] }[] = [];
  private entry: number[] = [];
  private entryAt = -1;
  private readonly asked: number[] = [];
  private readonly values = new Map<number, number>();

  constructor(scenario: PacketReceiveScenario, p: PacketReceiveParameters, layout: PortLayout) {
    this.p = p;
    this.words = axi4Words(layout, 'm_axi', 'output');
    this.lite = {
      araddr: inputSlot(layout, 's_axil_araddr').word,
      arvalid: inputSlot(layout, 's_axil_arvalid').word,
      rready: inputSlot(layout, 's_axil_rready').word,
      arready: outputSlot(layout, 's_axil_arready').word,
      rvalid: outputSlot(layout, 's_axil_rvalid').word,
      rdata: outputSlot(layout, 's_axil_rdata').word,
    };
    const clients = Array.from({ length: p.clients }, (_, client) => client);
    this.due = clients.map((client) =>
      scenario.chains.flatMap((chain, number) =>
        ((chain.mask >>> client) & 1) === 0 ? [] : chain.packets.map((_, index) => dueOf(p, chain, number, index)),
      ),
    );
    this.seen = clients.map(() => 0);
    this.passed = clients.map(() => 0);
    this.entries = clients.map(() => 0);
    this.logs = clients.map((client) => {
      const found = scenario.settings.findLast(
        (access) => access.kind === 'write' && access.address === registers.ringControl + 4 * client,
      );
      return found?.kind === 'write' ? found.data & 15 : 0;
    });
  }

  cycle(inputs: Uint32Array, outputs: Uint32Array): string | null {
    const { lite } = this;
    if (inputs[lite.arvalid] !== 0 && outputs[lite.arready] !== 0) this.asked.push(inputs[lite.araddr] as number);
    if (inputs[lite.rready] !== 0 && outputs[lite.rvalid] !== 0)
      this.values.set(this.asked.shift() ?? -1, outputs[lite.rdata] as number);
    const { aw, w, dataWords, busBytes } = this.words;
    if (outputs[aw.valid] !== 0 && inputs[aw.ready] !== 0)
      this.bursts.push({ address: readAddress(outputs, aw.address), left: (outputs[aw.length] ?? 0) + 1 });
    if (outputs[w.valid] !== 0 && inputs[w.ready] !== 0)
      this.beats.push({
        data: [...outputs.subarray(w.data.word, w.data.word + dataWords)],
        strobes: [...outputs.subarray(w.strobes.word, w.strobes.word + w.strobes.words)],
      });
    while (this.bursts.length > 0 && this.beats.length > 0) {
      const found = this.take(busBytes);
      if (found !== null) return found;
    }
    return null;
  }

  /** Puts the oldest beat to its burst. */
  private take(busBytes: number): string | null {
    const burst = this.bursts[0];
    const beat = this.beats.shift();
    if (burst === undefined || beat === undefined) return null;
    if (burst.address % this.p.slotBytes === 0 && this.entry.length === 0) this.entryAt = burst.address;
    if (burst.address !== this.entryAt + this.entry.length)
      return `a beat goes to ${hex(burst.address)}; the entry goes on at ${hex(this.entryAt + this.entry.length)}`;
    for (let byte = 0; byte < busBytes; byte += 1)
      if ((((beat.strobes[byte >> 5] ?? 0) >>> (byte & 31)) & 1) !== 0)
        this.entry.push(((beat.data[byte >> 2] ?? 0) >>> (8 * (byte & 3))) & 0xff);
    burst.address += busBytes;
    burst.left -= 1;
    if (burst.left === 0) this.bursts.shift();
    return this.finish();
  }

  /** The entry is over when all that its header says is there. */
  private finish(): string | null {
    const header = headerBytes(this.p);
    if (this.entry.length < headerBeats(this.p) * beatBytes(this.p)) return null;
    const stored = (this.entry[10] ?? 0) | ((this.entry[11] ?? 0) << 8);
    if (this.entry.length < header + stored) return null;
    const client = Math.floor((this.entryAt - baseOf(this.p, 0)) / ringStride);
    const due = this.due[client];
    if (due === undefined) return `an entry at ${hex(this.entryAt)} is in no ring`;
    const place = (this.entries[client] ?? 0) % 2 ** (this.logs[client] ?? 0);
    const expected = baseOf(this.p, client) + place * this.p.slotBytes;
    if (this.entryAt !== expected)
      return `an entry is at ${hex(this.entryAt)}; the next of client ${client} is at ${hex(expected)}`;
    const start = this.seen[client] ?? 0;
    const found = due.findIndex((one, index) => index >= start && this.isEntry(one, header));
    if (found < 0) return `an entry at ${hex(this.entryAt)} is no packet that client ${client} is still to get`;
    this.passed[client] = (this.passed[client] ?? 0) + found - start;
    this.seen[client] = found + 1;
    this.entries[client] = (this.entries[client] ?? 0) + 1;
    this.entry = [];
    return null;
  }

  private isEntry({ header, bytes }: Due, headerLength: number): boolean {
    return (
      this.entry.length === headerLength + bytes.length &&
      this.entry.every((byte, index) =>
        index < headerLength ? byte === (header[index] ?? 0) : byte === bytes[index - headerLength],
      )
    );
  }

  end(): string | null {
    if (this.entry.length > 0 || this.bursts.length > 0 || this.beats.length > 0)
      return 'an entry is not whole at the end';
    for (const [client, due] of this.due.entries()) {
      const lost = (this.passed[client] ?? 0) + due.length - (this.seen[client] ?? 0);
      for (const [what, base, expected] of [
        ['overflow', registers.overflow, lost],
        ['delivered', registers.delivered, this.entries[client] ?? 0],
        ['producer', registers.producer, (this.entries[client] ?? 0) & 0xffff],
      ] as const) {
        const value = this.values.get(base + 4 * client);
        if (value !== expected) return `${what} of client ${client} is ${value} at the end; it must be ${expected}`;
      }
    }
    return null;
  }
}

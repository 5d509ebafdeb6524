/** The bus trace: what was on the machine's ports, cycle by cycle, and its hash. Source: `docs/systems/platform.md`, "Time". */
import { createHash } from 'node:crypto';
import { type PlatformParameters, platformPortList } from '../../../rtl/platform/interface.ts';
import { layPorts, type PortLayout, type PortSlot } from '../primitives/ports.ts';
import type { BusTrace, TraceRecord } from './interface.ts';

/** A channel with a handshake, or wires whose changes are recorded: those have no valid. */
interface Channel {
  readonly name: string;
  readonly payload: readonly { readonly name: string; readonly slot: PortSlot }[];
  readonly source: 'inputs' | 'outputs';
  /** In the records of source, and of the other. */
  readonly valid: number;
  readonly ready: number;
  readonly from: number;
  readonly words: number;
}

const prefixesOf = (p: PlatformParameters): string[] =>
  [...platformPortList(p)].flatMap(({ name }) => /^(.*)_awvalid$/.exec(name)?.[1] ?? []);

const channelsOf = (layout: PortLayout, p: PlatformParameters): Channel[] => {
  const channel = (prefix: string, letters: string): Channel => {
    const find = (signal: string) => {
      const name = `${prefix}_${signal}`;
      const input = layout.inputs.find((slot) => slot.name === name);
      const slot = input ?? layout.outputs.find((each) => each.name === name);
      if (slot === undefined) throw new Error(`no port '${name}'`);
      return { slot, source: input === undefined ? ('outputs' as const) : ('inputs' as const) };
    };
    const valid = find(`${letters}valid`);
    const ready = find(`${letters}ready`);
    const { source } = valid;
    const slots = layout[source];
    const end = slots.indexOf(valid.slot);
    const pattern = new RegExp(`^${prefix}_${letters}(?!valid$|ready$)`);
    let start = end;
    while (start > 0 && pattern.test(slots[start - 1]!.name)) start -= 1;
    const payload = slots.slice(start, end).map((slot) => ({ name: slot.name.slice(prefix.length + 1), slot }));
    const from = slots[start]!.word;
    return {
      name: `${prefix}_${letters}`,
      payload,
      source,
      valid: valid.slot.word,
      ready: ready.slot.word,
      from,
      words: valid.slot.word - from,
    };
  };
  return [
    ...prefixesOf(p).flatMap((prefix) => ['aw', 'w', 'b', 'ar', 'r'].map((letters) => channel(prefix, letters))),
    channel('network_axis', 't'),
  ];
};

/** Wires without a handshake: a record is made when they change. */
const wireNames = [
  'interrupt',
  'device_interrupt',
  'device_reset_request',
  'device_reset_acknowledge',
  'memory_reset_request',
  'memory_reset_acknowledge',
  'tamper',
] as const;

const bufferWords = 8192;

const numberOf = (record: Uint32Array, slot: PortSlot): bigint => {
  let value = 0n;
  for (let word = slot.words - 1; word >= 0; word -= 1) value = (value << 32n) | BigInt(record[slot.word + word]!);
  return value;
};

export class Trace implements BusTrace {
  records = 0;
  readonly #channels: readonly Channel[];
  /** By channel: the words of its valid and ready, and where they lie. */
  readonly #wires: readonly { readonly name: string; readonly slot: PortSlot; readonly source: 'inputs' | 'outputs' }[];
  readonly #before: Uint32Array;
  readonly #hash = createHash('sha256');
  readonly #buffer = new Uint32Array(bufferWords);
  #used = 0;
  readonly #watchers: ((record: TraceRecord) => void)[] = [];

  constructor(p: PlatformParameters) {
    const layout = layPorts(platformPortList(p));
    this.#channels = channelsOf(layout, p);
    this.#wires = wireNames.map((name) => {
      const input = layout.inputs.find((slot) => slot.name === name);
      const slot = input ?? layout.outputs.find((each) => each.name === name);
      if (slot === undefined) throw new Error(`no port '${name}'`);
      return { name, slot, source: input === undefined ? 'outputs' : 'inputs' };
    });
    this.#before = new Uint32Array(this.#wires.length);
  }

  get hash(): string {
    const bytes = new Uint8Array(this.#buffer.buffer, 0, 4 * this.#used);
    return this.#hash.copy().update(bytes).digest('hex');
  }

  watch(see: (record: TraceRecord) => void): void {
    this.#watchers.push(see);
  }

  #put(word: number): void {
    this.#buffer[this.#used] = word;
    this.#used += 1;
    if (this.#used < bufferWords) return;
    this.#hash.update(new Uint8Array(this.#buffer.buffer));
    this.#used = 0;
  }

  /** Sees a cycle. */
  observe(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    let begun = false;
    const begin = (): void => {
      if (begun) return;
      begun = true;
      this.records += 1;
      this.#put(0xffff_ffff);
      this.#put(cycle % 2 ** 32);
      this.#put(Math.floor(cycle / 2 ** 32));
    };
    const channels = this.#channels;
    for (let index = 0; index < channels.length; index += 1) {
      const channel = channels[index]!;
      const [source, other] = channel.source === 'inputs' ? [inputs, outputs] : [outputs, inputs];
      if (source[channel.valid] === 0 || other[channel.ready] === 0) continue;
      begin();
      this.#put(index);
      for (let word = 0; word < channel.words; word += 1) this.#put(source[channel.from + word]!);
    }
    for (let index = 0; index < this.#wires.length; index += 1) {
      const { slot, source } = this.#wires[index]!;
      const now = (source === 'inputs' ? inputs : outputs)[slot.word]!;
      if (now === this.#before[index]) continue;
      begin();
      this.#put(channels.length + index);
      this.#put(now);
    }
    if (begun && this.#watchers.length > 0) this.#tell(inputs, outputs, cycle);
    for (let index = 0; index < this.#wires.length; index += 1) {
      const { slot, source } = this.#wires[index]!;
      this.#before[index] = (source === 'inputs' ? inputs : outputs)[slot.word]!;
    }
  }

  #tell(inputs: Uint32Array, outputs: Uint32Array, cycle: number): void {
    const handshakes: TraceRecord['handshakes'][number][] = [];
    for (const { name, payload, source, valid, ready } of this.#channels) {
      const [record, other] = source === 'inputs' ? [inputs, outputs] : [outputs, inputs];
      if (record[valid] === 0 || other[ready] === 0) continue;
      const values = payload.map((each) => [each.name, numberOf(record, each.slot)] as const);
      handshakes.push({ channel: name, payload: Object.fromEntries(values) });
    }
    for (const [index, { name, slot, source }] of this.#wires.entries()) {
      const value = numberOf(source === 'inputs' ? inputs : outputs, slot);
      if (value !== BigInt(this.#before[index]!)) handshakes.push({ channel: name, payload: { [name]: value } });
    }
    for (const see of this.#watchers) see({ cycle, handshakes });
  }
}

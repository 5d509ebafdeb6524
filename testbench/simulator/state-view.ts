/** Reads and writes registers, memory words and traced signals by hierarchical name. */

import type { ResetStore } from './compile-programs.ts';
import type { Design } from './design.ts';
import { ones } from './graph.ts';
import type { MemoryMap } from './memory-map.ts';
import { Random } from './random.ts';
import { storageBytes } from './state-layout.ts';

const readBytes = (bytes: Uint8Array, at: number, count: number): bigint => {
  if (count === 1) return BigInt(bytes[at] ?? 0);
  let value = 0n;
  for (let index = count - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[at + index] ?? 0);
  return value;
};

const writeBytes = (bytes: Uint8Array, at: number, count: number, value: bigint): void => {
  let rest = value;
  for (let index = 0; index < count; index++) {
    bytes[at + index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
};

interface Place {
  readonly width: number;
  readonly at: number;
  readonly bytes: number;
}

export class StateView {
  readonly #bytes: Uint8Array;
  readonly #registers = new Map<string, Place>();
  readonly #memories = new Map<
    string,
    { readonly width: number; readonly depth: number; readonly stride: number; readonly base: number }
  >();
  readonly #traced = new Map<string, Place>();
  readonly #settle: () => void;

  constructor(design: Design, map: MemoryMap, buffer: ArrayBuffer, settle: () => void) {
    this.#bytes = new Uint8Array(buffer);
    this.#settle = settle;
    for (const { path, width, bit } of design.registers)
      this.#registers.set(path, { width, at: map.state + bit / 8, bytes: storageBytes(width) });
    for (const { path, width, depth, stride, index } of design.memories)
      this.#memories.set(path, { width, depth, stride, base: map.memories[index] ?? 0 });
    for (const { path, signal, offset } of design.traced) {
      this.#traced.set(path, { width: signal.width, at: map.trace + offset, bytes: Math.ceil(signal.width / 8) });
    }
  }

  get paths(): readonly string[] {
    return [...this.#registers.keys(), ...this.#traced.keys(), ...this.#memories.keys()];
  }

  #memoryWord(path: string): Place | undefined {
    const match = /^(.*)\[(\d+)\]$/.exec(path);
    const memory = match?.[1] === undefined ? undefined : this.#memories.get(match[1]);
    if (memory === undefined) return undefined;
    const address = Number(match?.[2]);
    if (address >= memory.depth) throw new RangeError(`'${path}': the memory has ${memory.depth} words`);
    return { width: memory.width, at: memory.base + address * memory.stride, bytes: memory.stride };
  }

  #unknown(path: string): never {
    if (this.#memories.has(path)) throw new RangeError(`'${path}' is a memory; name one word, such as '${path}[0]'`);
    const last = path.split('.').at(-1) ?? path;
    const near = this.paths.filter((one) => one.endsWith(last)).slice(0, 4);
    throw new RangeError(
      `no signal '${path}'${near.length > 0 ? `; there are ${near.map((one) => `'${one}'`).join(', ')}` : "; wires need compile(..., { trace: 'all' })"}`,
    );
  }

  #place(path: string): Place {
    return this.#registers.get(path) ?? this.#traced.get(path) ?? this.#memoryWord(path) ?? this.#unknown(path);
  }

  peek(path: string): bigint {
    if (this.#traced.has(path)) this.#settle();
    const { at, bytes } = this.#place(path);
    return readBytes(this.#bytes, at, bytes);
  }

  peekAll(paths: readonly string[]): bigint[] {
    if (paths.some((path) => this.#traced.has(path))) this.#settle();
    return paths.map((path) => {
      const { at, bytes } = this.#place(path);
      return readBytes(this.#bytes, at, bytes);
    });
  }

  /** Where a register is in the buffer. */
  registerPlace(path: string): Place {
    return this.#registers.get(path) ?? this.#unknown(path);
  }

  poke(path: string, value: bigint): void {
    const place = this.#registers.get(path) ?? this.#memoryWord(path);
    if (place === undefined) {
      if (this.#traced.has(path)) throw new RangeError(`'${path}' is not a register: set what drives it`);
      this.#unknown(path);
    }
    if (value < 0n || value > ones(place.width))
      throw new RangeError(`'${path}' has ${place.width} bits; ${value} does not fit`);
    writeBytes(this.#bytes, place.at, place.bytes, value);
    this.#settle();
  }
}

/** Tables, registers and memories as at the start. */
export const initialiseState = (
  design: Design,
  map: MemoryMap,
  buffer: ArrayBuffer,
  initial: 'reset' | { readonly randomSeed: number },
  resetState: readonly ResetStore[],
): void => {
  const bytes = new Uint8Array(buffer);
  bytes.fill(0, map.inputs, map.stateEnd);
  const random = initial === 'reset' ? undefined : new Random(initial.randomSeed);
  for (const table of design.graph.table.tables) {
    const at = map.tables[table.index] ?? 0;
    table.entries.forEach((entry, index) => writeBytes(bytes, at + index * table.bytes, table.bytes, entry));
  }
  for (const { bit, width, initial: given } of design.registers) {
    const value = random === undefined ? given : random.bits(width);
    writeBytes(bytes, map.state + bit / 8, storageBytes(width), value);
  }
  if (random === undefined)
    for (const { bit, width, value } of resetState) writeBytes(bytes, map.state + bit / 8, storageBytes(width), value);
  for (const memory of design.memories) {
    const base = map.memories[memory.index] ?? 0;
    for (let address = 0; address < memory.depth; address++) {
      const given = memory.contents[address];
      if (given === undefined && random === undefined) continue;
      writeBytes(bytes, base + address * memory.stride, memory.stride, given ?? random?.bits(memory.width) ?? 0n);
    }
  }
};

/** Drives a cipher engine, in any way of running it: gives it blocks when it has room, and tells what came out and when. */
import type { PortSlot } from '../../../rtl/hdl/port-layout.ts';
import { inputSlot, outputSlot, readSlot, writeSlot } from '../ports.ts';
import type { Way } from '../way.ts';

/** Values of input ports, by the port's name. */
export type Inputs = Readonly<Record<string, bigint>>;

export interface Given {
  readonly block: bigint;
  readonly tag: bigint;
  readonly cycle: number;
}

/** What an engine promises of when it takes blocks: not k x `unrolled` cycles after another, for a k from 1 to 14 / `unrolled` - 1. */
export const hasRoom = (unrolled: number, taken: ReadonlySet<number>, cycle: number): boolean => {
  for (let back = unrolled; back < 14; back += unrolled) if (taken.has(cycle - back)) return false;
  return true;
};

export interface Played {
  readonly given: readonly Given[];
  /** The cycles in which blocks were taken. */
  readonly taken: readonly number[];
}

const resetCycles = 2;

/** One engine under test. */
export class Engine {
  readonly way: Way;
  readonly #inputs: Uint32Array;
  readonly #outputs: Uint32Array;
  readonly #ready: PortSlot | null;
  readonly #valid: PortSlot;
  readonly #block: PortSlot;
  readonly #tag: PortSlot | null;
  readonly #names: ReadonlySet<string>;

  constructor(way: Way) {
    this.way = way;
    const { layout } = way;
    this.#inputs = new Uint32Array(layout.inputWords);
    this.#outputs = new Uint32Array(layout.outputWords);
    const has = (name: string): boolean => layout.outputs.some((slot) => slot.name === name);
    this.#ready = has('ready') ? outputSlot(layout, 'ready') : null;
    this.#tag = has('to_tag') ? outputSlot(layout, 'to_tag') : null;
    this.#valid = outputSlot(layout, 'to_valid');
    this.#block = outputSlot(layout, 'to_block');
    this.#names = new Set(layout.inputs.map(({ name }) => name));
    this.restart();
  }

  /** Power-on and reset, until round keys can be written. */
  restart(): void {
    this.way.reset();
    this.#inputs.fill(0);
    for (let cycle = 0; cycle < resetCycles; cycle += 1) this.step({});
    this.#set('aresetn', 1n);
    if (this.#names.has('key_write')) this.settle();
  }

  /** Cycles until the round keys are cleared; how many they were. */
  settle(): number {
    const clearing = outputSlot(this.way.layout, 'clearing');
    let cycles = 0;
    for (; cycles < 1000; cycles += 1) {
      this.step({});
      if (readSlot(this.#outputs, clearing) === 0n) return cycles;
    }
    throw new Error('the round keys are still being cleared after 1000 cycles');
  }

  #set(name: string, value: bigint): void {
    writeSlot(this.#inputs, inputSlot(this.way.layout, name), value);
  }

  /** A cycle with these inputs and all others, but the reset, zero. */
  step(inputs: Inputs): void {
    for (const [name, value] of Object.entries(inputs)) this.#set(name, value);
    this.way.step(this.#inputs, this.#outputs);
    for (const name of Object.keys(inputs)) this.#set(name, 0n);
  }

  output(name: string): bigint {
    return readSlot(this.#outputs, outputSlot(this.way.layout, name));
  }

  /**
   * Gives blocks in their order, each as soon as an engine with `unrolled` rounds has room; `idle` says in which cycles none is. Until all have come out.
   * @throws Error where `ready` is not as promised, where a block has not come out after 100 cycles, or where anything but zeros is shown while none comes out
   */
  play(blocks: readonly Inputs[], unrolled = 14, idle: (cycle: number) => boolean = () => false): Played {
    const given: Given[] = [];
    const taken: number[] = [];
    const recently = new Set<number>();
    for (let cycle = 0; given.length < blocks.length; cycle += 1) {
      const last = taken.at(-1) ?? cycle;
      if (cycle - last > 100) throw new Error(`${blocks.length - given.length} blocks have not come out`);
      const room = hasRoom(unrolled, recently, cycle);
      recently.delete(cycle - 14);
      const block = blocks[taken.length];
      const offered = block !== undefined && room && !idle(cycle);
      this.step(offered ? { ...block, from_valid: 1n } : {});
      if (this.#ready !== null && (readSlot(this.#outputs, this.#ready) === 1n) !== room)
        throw new Error(`cycle ${cycle}: ready is ${room ? 0 : 1}`);
      if (offered) {
        taken.push(cycle);
        recently.add(cycle);
      }
      const shown = readSlot(this.#outputs, this.#block);
      const tag = this.#tag === null ? 0n : readSlot(this.#outputs, this.#tag);
      if (readSlot(this.#outputs, this.#valid) === 1n) given.push({ block: shown, tag, cycle });
      else if (shown !== 0n || tag !== 0n)
        throw new Error(`cycle ${cycle}: something is shown although no block comes out`);
    }
    return { given, taken };
  }
}

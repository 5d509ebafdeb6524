/** Connects the models of blocks, word by word of their records. */
import { type PortLayout, type PortSlot, wordOf } from '../primitives/ports.ts';

/** A model of a block. */
export interface Part {
  readonly layout: PortLayout;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

/** A part with its records. */
export interface Placed {
  readonly part: Part;
  readonly inputs: Uint32Array;
  readonly outputs: Uint32Array;
  readonly resetWord: number;
}

export const place = (part: Part): Placed => ({
  part,
  inputs: new Uint32Array(part.layout.inputWords),
  outputs: new Uint32Array(part.layout.outputWords),
  resetWord: wordOf(part.layout.inputs, 'aresetn'),
});

/** One end of wires: the ports on that side, and the record where their words are. */
export interface End {
  readonly slots: readonly PortSlot[];
  readonly record: Uint32Array;
}

export const outputsOf = (placed: Placed): End => ({ slots: placed.part.layout.outputs, record: placed.outputs });
export const inputsOf = (placed: Placed): End => ({ slots: placed.part.layout.inputs, record: placed.inputs });

interface Copy {
  readonly source: Uint32Array;
  readonly from: number;
  readonly target: Uint32Array;
  readonly to: number;
  words: number;
}

const axiRequests = [
  ...['awid', 'awaddr', 'awlen', 'awsize', 'awburst', 'awlock', 'awcache', 'awprot', 'awqos', 'awregion', 'awvalid'],
  ...['wdata', 'wstrb', 'wlast', 'wvalid', 'bready'],
  ...['arid', 'araddr', 'arlen', 'arsize', 'arburst', 'arlock', 'arcache', 'arprot', 'arqos', 'arregion', 'arvalid'],
  'rready',
];
const axiAnswers = [
  ...['awready', 'wready', 'bid', 'bresp', 'bvalid', 'arready', 'rid', 'rdata', 'rresp', 'rlast', 'rvalid'],
];
const liteRequests = [
  ...['awaddr', 'awprot', 'awvalid', 'wdata', 'wstrb', 'wvalid', 'bready', 'araddr', 'arprot', 'arvalid', 'rready'],
];
const liteAnswers = ['awready', 'wready', 'bresp', 'bvalid', 'arready', 'rdata', 'rresp', 'rvalid'];

const slotOf = (end: End, name: string): PortSlot => {
  const slot = end.slots.find((each) => each.name === name);
  if (slot === undefined)
    throw new Error(`no port '${name}'; there are ${end.slots.map((each) => each.name).join(', ')}`);
  return slot;
};

/** Wires, copied all at once. */
export class Wires {
  readonly #copies: Copy[] = [];
  /** Bits that are cut off where a wire goes to a narrower port that ends within a word. */
  readonly #cuts: { readonly record: Uint32Array; readonly word: number; readonly mask: number }[] = [];

  /** A wire from an output to an input. The lower bits are connected; where the input is wider, the rest is 0. */
  connect(from: End, name: string, to: End, as = name): void {
    const source = slotOf(from, name);
    const target = slotOf(to, as);
    const words = Math.min(source.words, target.words);
    const before = this.#copies.at(-1);
    const follows =
      before !== undefined &&
      before.source === from.record &&
      before.target === to.record &&
      before.from + before.words === source.word &&
      before.to + before.words === target.word;
    if (follows) before.words += words;
    else this.#copies.push({ source: from.record, from: source.word, target: to.record, to: target.word, words });
    if (target.width < source.width && target.width % 32 !== 0)
      this.#cuts.push({
        record: to.record,
        word: target.word + target.words - 1,
        mask: 2 ** (target.width % 32) - 1,
      });
  }

  #bus(
    manager: { readonly placed: Ends; readonly prefix: string },
    subordinate: { readonly placed: Ends; readonly prefix: string },
    requests: readonly string[],
    answers: readonly string[],
  ): void {
    for (const name of requests)
      this.connect(
        manager.placed.out,
        `${manager.prefix}_${name}`,
        subordinate.placed.in,
        `${subordinate.prefix}_${name}`,
      );
    for (const name of answers)
      this.connect(
        subordinate.placed.out,
        `${subordinate.prefix}_${name}`,
        manager.placed.in,
        `${manager.prefix}_${name}`,
      );
  }

  /** An AXI4 interface from a manager to a subordinate. */
  axi(manager: Ends, managerPrefix: string, subordinate: Ends, subordinatePrefix: string): void {
    this.#bus(
      { placed: manager, prefix: managerPrefix },
      { placed: subordinate, prefix: subordinatePrefix },
      axiRequests,
      axiAnswers,
    );
  }

  /** A register port. */
  lite(manager: Ends, managerPrefix: string, subordinate: Ends, subordinatePrefix = 's_axil'): void {
    this.#bus(
      { placed: manager, prefix: managerPrefix },
      { placed: subordinate, prefix: subordinatePrefix },
      liteRequests,
      liteAnswers,
    );
  }

  copy(): void {
    for (const { source, from, target, to, words } of this.#copies)
      for (let word = 0; word < words; word += 1) target[to + word] = source[from + word]!;
    for (const { record, word, mask } of this.#cuts) record[word]! &= mask;
  }
}

/** Both sides of a part, or of the machine itself seen from inside: what comes out of it there are its inputs. */
export interface Ends {
  readonly out: End;
  readonly in: End;
}

export const endsOf = (placed: Placed): Ends => ({ out: outputsOf(placed), in: inputsOf(placed) });

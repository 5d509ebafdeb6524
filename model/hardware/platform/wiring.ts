/** Connects the models of blocks, word by word of their records. */
import { type PortLayout, type PortSlot, wordOf } from '../primitives/ports.ts';
import { type Restful, settlingCycles } from '../primitives/rest.ts';

/** A model of a block. */
export interface Part extends Restful {
  readonly layout: PortLayout;
  /** Writes the outputs during this cycle: they depend on the state only. */
  show(outputs: Uint32Array): void;
  /** Writes the outputs during this cycle, then advances by one clock edge. */
  step(inputs: Uint32Array, outputs: Uint32Array): void;
}

/** Registers between what a block comes to rest with, and its outputs: an interrupt is one behind its status. */
const registersDeep = 4;

/** A part with its records, and whether it sleeps: it is not stepped while nothing can happen in it. */
export class Placed {
  readonly part: Part;
  readonly inputs: Uint32Array;
  readonly outputs: Uint32Array;
  readonly resetWord: number;
  readonly #maySleep: boolean;
  /** Something came to it that was not so in the cycle before. */
  disturbed = true;
  /** It was stepped in the last cycle, so its outputs may have changed. */
  fresh = true;
  #calm = 0;
  /** Steps in which it was at rest, one after the other. */
  #still = 0;
  #asleep = false;
  #slept = 0;
  /** Cycles after which it wakes by itself. */
  #alarm = 0;

  /** @param maySleep whether it is left alone where nothing happens in it */
  constructor(part: Part, maySleep: boolean) {
    this.part = part;
    this.#maySleep = maySleep;
    this.inputs = new Uint32Array(part.layout.inputWords);
    this.outputs = new Uint32Array(part.layout.outputWords);
    this.resetWord = wordOf(part.layout.inputs, 'aresetn');
    part.show(this.outputs);
  }

  /** Sets a word of the inputs. */
  put(word: number, value: number): void {
    if (this.inputs[word] === value) return;
    this.inputs[word] = value;
    this.disturbed = true;
  }

  /** For how many more cycles it sleeps, if nothing comes. */
  get sleepsFor(): number {
    return this.#asleep && !this.disturbed ? this.#alarm - this.#slept : 0;
  }

  passOver(cycles: number): void {
    this.#slept += cycles;
  }

  /** Advances by one clock edge, and shows the outputs of the next cycle. */
  step(): void {
    if (this.sleepsFor > 0) {
      this.#slept += 1;
      this.fresh = false;
      return;
    }
    if (this.#asleep) this.part.skip(this.#slept);
    this.#asleep = false;
    this.part.step(this.inputs, this.outputs);
    this.part.show(this.outputs);
    this.fresh = true;
    this.#calm = this.disturbed ? 0 : this.#calm + 1;
    this.disturbed = false;
    if (!this.#maySleep || this.#calm < settlingCycles) return;
    this.#alarm = this.part.rest();
    this.#still = this.#alarm > 0 ? this.#still + 1 : 0;
    this.#asleep = this.#still > registersDeep;
    this.#slept = 0;
  }
}

/** One end of wires: the ports on that side, the record where their words are, and whose inputs they are. */
export interface End {
  readonly slots: readonly PortSlot[];
  readonly record: Uint32Array;
  readonly owner: Placed | undefined;
}

interface Copy {
  readonly source: Uint32Array;
  readonly from: number;
  readonly target: Uint32Array;
  readonly to: number;
  readonly owner: Placed | undefined;
  /** Of its only word, where a wire goes to a narrower port that ends within a word. */
  readonly mask: number | undefined;
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

/** Wires from one record, copied all at once. */
class Bundle {
  readonly #copies: Copy[] = [];
  readonly #joints: (() => void)[] = [];

  add(copy: Copy): void {
    const before = this.#copies.at(-1);
    const follows =
      before !== undefined &&
      before.mask === undefined &&
      copy.mask === undefined &&
      before.target === copy.target &&
      before.from + before.words === copy.from &&
      before.to + before.words === copy.to;
    if (follows) before.words += copy.words;
    else this.#copies.push(copy);
  }

  /** What is more than a wire. */
  join(joint: () => void): void {
    this.#joints.push(joint);
  }

  copy(): void {
    for (const { source, from, target, to, owner, mask, words } of this.#copies) {
      for (let word = 0; word < words; word += 1) {
        const value = mask === undefined ? source[from + word]! : source[from + word]! & mask;
        if (target[to + word] === value) continue;
        target[to + word] = value;
        if (owner !== undefined) owner.disturbed = true;
      }
    }
    for (const joint of this.#joints) joint();
  }
}

/** Both sides of a part, or of the machine itself seen from inside: what comes out of it there are its inputs. */
export interface Ends {
  readonly out: End;
  readonly in: End;
}

export const endsOf = (placed: Placed): Ends => ({
  out: { slots: placed.part.layout.outputs, record: placed.outputs, owner: placed },
  in: { slots: placed.part.layout.inputs, record: placed.inputs, owner: placed },
});

export class Wires {
  readonly #bundles = new Map<Uint32Array, Bundle>();

  #from(record: Uint32Array): Bundle {
    const bundle = this.#bundles.get(record) ?? new Bundle();
    this.#bundles.set(record, bundle);
    return bundle;
  }

  /** A wire from an output to an input. The lower bits are connected; where the input is wider, the rest is 0. */
  connect(from: End, name: string, to: End, as = name): void {
    const source = slotOf(from, name);
    const target = slotOf(to, as);
    const words = Math.min(source.words, target.words);
    const bundle = this.#from(from.record);
    const cut = target.width < source.width && target.width % 32 !== 0;
    const copy = (first: number, count: number, mask?: number): void =>
      bundle.add({
        source: from.record,
        from: source.word + first,
        target: to.record,
        to: target.word + first,
        owner: to.owner,
        mask,
        words: count,
      });
    if (!cut) copy(0, words);
    else {
      if (words > 1) copy(0, words - 1);
      copy(words - 1, 1, 2 ** (target.width % 32) - 1);
    }
  }

  /** Something that is computed from a record's words whenever they may have changed. */
  join(from: End, joint: () => void): void {
    this.#from(from.record).join(joint);
  }

  #bus(
    manager: { readonly ends: Ends; readonly prefix: string },
    subordinate: { readonly ends: Ends; readonly prefix: string },
    requests: readonly string[],
    answers: readonly string[],
  ): void {
    for (const name of requests)
      this.connect(manager.ends.out, `${manager.prefix}_${name}`, subordinate.ends.in, `${subordinate.prefix}_${name}`);
    for (const name of answers)
      this.connect(subordinate.ends.out, `${subordinate.prefix}_${name}`, manager.ends.in, `${manager.prefix}_${name}`);
  }

  /** An AXI4 interface from a manager to a subordinate, but for the requests' signals that are left out. */
  axi(
    manager: Ends,
    managerPrefix: string,
    subordinate: Ends,
    subordinatePrefix: string,
    without: readonly string[] = [],
  ): void {
    this.#bus(
      { ends: manager, prefix: managerPrefix },
      { ends: subordinate, prefix: subordinatePrefix },
      axiRequests.filter((name) => !without.includes(name)),
      axiAnswers,
    );
  }

  /** A register port. */
  lite(manager: Ends, managerPrefix: string, subordinate: Ends, subordinatePrefix = 's_axil'): void {
    this.#bus(
      { ends: manager, prefix: managerPrefix },
      { ends: subordinate, prefix: subordinatePrefix },
      liteRequests,
      liteAnswers,
    );
  }

  /** Copies what comes out of a record. */
  copyFrom(record: Uint32Array): void {
    this.#bundles.get(record)?.copy();
  }
}

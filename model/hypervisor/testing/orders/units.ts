/**
 * Translated accesses, as software can rely on them: an access walks the tables, low half of the leaf first, and reaches memory at any time
 * later. A bump sends those again that were translated by its index, and has walks that read such a leaf read it anew. What is at memory
 * when a bump comes, the bump waits for: here, it has been there before. Source: `docs/systems/memory-management-unit.md`, "Cookies".
 */
import {
  cookieIndex,
  memoryAddressWidth,
  tableEntryBytes,
  tableEntryFields,
} from '../../../hardware/platform/index.ts';
import type { Content } from './content.ts';
import { type Fingerprint, fold } from './fingerprint.ts';
import type { Places } from './places.ts';
import type { Steps } from './steps.ts';
import type { Translation } from './touched.ts';

const frameBytes = 4096;
const indexBits = 9;

interface Leaf {
  readonly frames: readonly [number | undefined, number | undefined];
  readonly write: boolean;
  readonly read: boolean;
  readonly superPage: boolean;
  /** Of the translation by it. */
  readonly index: number;
}

/** An access that has read the low half of its leaf, or both. */
interface Walk {
  /** Undefined before the high half. */
  readonly index: number | undefined;
  /** Indexes that were bumped before the high half. */
  readonly bumped: readonly number[];
  /** Whether it is to begin anew. */
  readonly again: boolean;
}

export interface UnitParameters {
  readonly cookieIndexWidth: number;
}

type Walks = ReadonlyMap<string, Walk>;

const has = (word: bigint, bit: number): boolean => ((word >> BigInt(bit)) & 1n) === 1n;
const frameOf = (word: bigint, low: number): number => Number((word >> BigInt(low)) & (2n ** 36n - 1n));
const wordOf = (bytes: Uint8Array): bigint => new DataView(bytes.buffer).getBigUint64(0, true);

/** What is answered to an access, or to its high half, that begins anew; to others 1, and what was read. */
const again = new Uint8Array([0]);
const done = (read: Uint8Array): Uint8Array => {
  const answer = new Uint8Array(1 + read.length);
  answer[0] = 1;
  answer.set(read, 1);
  return answer;
};
const isAgain = (answer: Uint8Array | undefined): boolean => answer![0] === 0;

export class Units {
  readonly #content: Content;
  readonly #steps: Steps;
  readonly #places: Places;
  readonly #p: UnitParameters;
  #walks: Walks = new Map();
  /** How many accesses there were of each actor. */
  readonly #accesses = new Map<string, number>();
  /** Where the table of domains is. */
  domainTable = 0;

  constructor(content: Content, steps: Steps, places: Places, p: UnitParameters) {
    this.#content = content;
    this.#steps = steps;
    this.#places = places;
    this.#p = p;
  }

  reset(): void {
    this.#walks = new Map();
    this.#accesses.clear();
  }

  /** Accesses under way; nothing of it changes. */
  get walks(): Walks {
    return this.#walks;
  }

  /** Lets those be under way that were before. */
  restoreWalks(walks: Walks): void {
    this.#walks = walks;
  }

  #set(name: string, walk: Walk | undefined): void {
    const walks = new Map(this.#walks);
    if (walk === undefined) walks.delete(name);
    else walks.set(name, walk);
    this.#walks = walks;
  }

  /**
   * When this has returned, nobody has a translation with that index any more; with `all`, nobody has any.
   *
   * @param most how many are sent again at most, for tests that must be able to fail
   */
  bump(index: number, all: boolean, most = Number.POSITIVE_INFINITY): void {
    let sent = 0;
    for (const [name, walk] of this.#walks) {
      const bumped = walk.index === undefined ? [...new Set([...walk.bumped, index])].sort((a, b) => a - b) : [];
      const meets = (all || walk.index === index) && sent < most;
      if (meets) sent += 1;
      this.#set(name, { ...walk, bumped, again: walk.again || meets });
    }
  }

  /**
   * An access within a page.
   *
   * @param given what is written, or how many bytes are read
   * @returns what was read; undefined for one that the tables do not allow
   */
  async access(domain: number, address: number, given: Uint8Array | number): Promise<Uint8Array | undefined> {
    const { actor } = this.#steps;
    const number = this.#accesses.get(actor) ?? 0;
    this.#accesses.set(actor, number + 1);
    const name = `${actor} ${number}`;
    const data = typeof given === 'number' ? undefined : given.slice();
    const bytes = typeof given === 'number' ? given : given.length;
    for (;;) {
      const leaf = await this.#walk(name, domain, address, data !== undefined);
      if (leaf === undefined) return undefined;
      const memories = ([0, 1] as const).filter((memory) => leaf.frames[memory] !== undefined);
      const offset = address % (leaf.superPage ? frameBytes << indexBits : frameBytes);
      const addresses = memories.map((memory) => leaf.frames[memory]! * frameBytes + offset);
      const use = {
        ranges: this.#places.words(memories, addresses[0]!, 8),
        changes: data !== undefined,
        ...(data !== undefined && { data }),
        translation: { index: leaf.index },
      };
      const answer = await this.#steps.take('reaches memory', use, () => {
        const walk = this.#walks.get(name)!;
        this.#set(name, undefined);
        if (walk.again) return again;
        if (data === undefined) return done(this.#content.read(memories[0]!, addresses[0]!, bytes));
        memories.forEach((memory, index) => this.#content.write(memory, addresses[index]!, data));
        return done(new Uint8Array());
      });
      if (!isAgain(answer)) return answer!.slice(1);
    }
  }

  /** The leaf of an address, if it allows the access. */
  async #walk(name: string, domain: number, address: number, write: boolean): Promise<Leaf | undefined> {
    for (;;) {
      const { at, superPage } = this.#leafAddress(domain, address);
      const low = await this.#half('low half', at, { index: undefined }, () => {
        // Tables above the leaf stay where they are while somebody walks: only the leaf is a place that others could change.
        if (this.#leafAddress(domain, address).at !== at) throw new Error('a table above a leaf has changed');
        const half = this.#content.read(0, at, 8);
        if (has(wordOf(half), tableEntryFields.valid)) this.#set(name, { index: undefined, bumped: [], again: false });
        return half;
      });
      const lowHalf = wordOf(low);
      if (!has(lowHalf, tableEntryFields.valid)) return undefined;
      const translation: Translation = { index: undefined };
      const high = await this.#half('high half', at + 8, translation, () => {
        const half = this.#content.read(0, at + 8, 8);
        const leaf = this.#leaf(lowHalf, wordOf(half), superPage);
        translation.index = leaf.index;
        const walk = this.#walks.get(name)!;
        // What was bumped in the middle of the walk is walked again.
        const anew = walk.again || walk.bumped.includes(leaf.index);
        const goesOn = !anew && (write ? leaf.write : leaf.read);
        this.#set(name, goesOn ? { index: leaf.index, bumped: [], again: false } : undefined);
        return anew ? again : done(half);
      });
      if (isAgain(high)) continue;
      const leaf = this.#leaf(lowHalf, wordOf(high.slice(1)), superPage);
      return (write ? leaf.write : leaf.read) ? leaf : undefined;
    }
  }

  #leaf(low: bigint, high: bigint, superPage: boolean): Leaf {
    const both = low | (high << 64n);
    const [first, second] = (['first', 'second'] as const).map((name) =>
      has(low, tableEntryFields[name]) ? frameOf(both, tableEntryFields[`${name}Frame`]) : undefined,
    );
    const memory = first === undefined ? 1 : 0;
    const frame = (memory === 0 ? first : second) ?? 0;
    const index = cookieIndex({ addressWidth: memoryAddressWidth, ...this.#p }, { memory, superPage, frame });
    const user = has(low, tableEntryFields.user);
    return {
      frames: [first, second],
      superPage,
      index,
      read: user && has(low, tableEntryFields.read),
      write: user && has(low, tableEntryFields.write),
    };
  }

  async #half(name: string, at: number, translation: Translation, perform: () => Uint8Array): Promise<Uint8Array> {
    const ranges = this.#places.words([0], at, 8);
    return (await this.#steps.take(name, { ranges, changes: false, translation }, perform))!;
  }

  /** Where the leaf of a page is, or what ends the walk before it. */
  #leafAddress(domain: number, address: number): { readonly at: number; readonly superPage: boolean } {
    let at = this.domainTable + tableEntryBytes * domain;
    for (let level = 2; level >= 0; level -= 1) {
      const entry = this.#content.word(0, at);
      if (!has(entry, tableEntryFields.valid) || has(entry, tableEntryFields.leaf)) return { at, superPage: level < 1 };
      const index = Math.floor(address / (frameBytes * 2 ** (indexBits * level))) % 2 ** indexBits;
      at = frameOf(entry, tableEntryFields.firstFrame) * frameBytes + tableEntryBytes * index;
    }
    return { at, superPage: false };
  }

  /** With the accesses under way. */
  fingerprint(from: Fingerprint): Fingerprint {
    let sum = from;
    for (const name of [...this.#walks.keys()].sort()) {
      const { index, bumped, again: anew } = this.#walks.get(name)!;
      sum = fold(sum, `${name} ${index} ${anew} ${bumped.join()}`);
    }
    return sum;
  }
}

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
}

interface Walk {
  readonly by: string;
  state: 'beginning' | 'walking' | 'walked';
  index: number | undefined;
  /** Indexes that were bumped since it began. */
  readonly bumped: Set<number>;
  again: boolean;
}

export interface UnitParameters {
  readonly cookieIndexWidth: number;
}

const has = (word: bigint, bit: number): boolean => ((word >> BigInt(bit)) & 1n) === 1n;
const frameOf = (word: bigint, low: number): number => Number((word >> BigInt(low)) & (2n ** 36n - 1n));

export class Units {
  readonly #content: Content;
  readonly #steps: Steps;
  readonly #places: Places;
  readonly #p: UnitParameters;
  readonly #walks = new Set<Walk>();
  /** Where the table of domains is. */
  domainTable = 0;

  constructor(content: Content, steps: Steps, places: Places, p: UnitParameters) {
    this.#content = content;
    this.#steps = steps;
    this.#places = places;
    this.#p = p;
  }

  reset(): void {
    this.#walks.clear();
  }

  /** When this has returned, nobody has a translation with that index any more; with `all`, nobody has any. */
  bump(index: number, all: boolean): void {
    for (const walk of this.#walks) {
      if (walk.state === 'walking') walk.bumped.add(index);
      if (walk.state !== 'beginning' && (all || walk.index === index)) walk.again = true;
    }
  }

  /**
   * An access within a page.
   *
   * @param perform does it, given where the page lies in each memory
   * @returns undefined for one that the tables do not allow
   */
  async access(
    domain: number,
    address: number,
    write: boolean,
    perform: (addresses: readonly number[], memories: readonly (0 | 1)[]) => Uint8Array | undefined,
  ): Promise<{ readonly answer: Uint8Array | undefined } | undefined> {
    const walk: Walk = { by: this.#steps.actor, state: 'beginning', index: undefined, bumped: new Set(), again: false };
    this.#walks.add(walk);
    try {
      for (;;) {
        const leaf = await this.#walk(walk, domain, address);
        if (leaf === undefined || !(write ? leaf.write : leaf.read)) return undefined;
        const memories = ([0, 1] as const).filter((memory) => leaf.frames[memory] !== undefined);
        const offset = address % (leaf.superPage ? frameBytes << indexBits : frameBytes);
        const addresses = memories.map((memory) => leaf.frames[memory]! * frameBytes + offset);
        let sent = false;
        const ranges = this.#places.words(memories, addresses[0]!, 8);
        const translation = { index: walk.index };
        const answer = await this.#steps.take('reaches memory', { ranges, changes: write, translation }, () => {
          if (walk.again) return undefined;
          sent = true;
          return perform(addresses, memories);
        });
        if (sent) return { answer };
      }
    } finally {
      this.#walks.delete(walk);
    }
  }

  async #walk(walk: Walk, domain: number, address: number): Promise<Leaf | undefined> {
    for (;;) {
      Object.assign(walk, { state: 'beginning', index: undefined, again: false });
      walk.bumped.clear();
      // Tables above the leaf stay where they are while somebody walks: only the leaf is a place that others could change.
      const { at, superPage } = this.#leafAddress(domain, address);
      const low = await this.#half('low half', at, { index: undefined }, () => (walk.state = 'walking'));
      if (!has(low, tableEntryFields.valid)) return undefined;
      const translation: Translation = { index: undefined };
      const high = await this.#half('high half', at + 8, translation, () => {});
      const both = low | (high << 64n);
      const places = (['first', 'second'] as const).map((name) =>
        has(low, tableEntryFields[name]) ? frameOf(both, tableEntryFields[`${name}Frame`]) : undefined,
      );
      const frames = [places[0], places[1]] as const;
      const memory = frames[0] === undefined ? 1 : 0;
      walk.index = cookieIndex(
        { addressWidth: memoryAddressWidth, ...this.#p },
        { memory, superPage, frame: frames[memory] ?? 0 },
      );
      translation.index = walk.index;
      // What was bumped in the middle of the walk is walked again.
      if (walk.again || walk.bumped.has(walk.index)) continue;
      walk.state = 'walked';
      walk.bumped.clear();
      const user = has(low, tableEntryFields.user);
      return {
        frames,
        superPage,
        read: user && has(low, tableEntryFields.read),
        write: user && has(low, tableEntryFields.write),
      };
    }
  }

  async #half(name: string, at: number, translation: Translation, begin: () => void): Promise<bigint> {
    const ranges = this.#places.words([0], at, 8);
    const answer = await this.#steps.take(name, { ranges, changes: false, translation }, () => {
      begin();
      return this.#content.read(0, at, 8);
    });
    return new DataView(answer!.buffer).getBigUint64(0, true);
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

  fingerprint(from: Fingerprint): Fingerprint {
    const all = [...this.#walks].map(
      ({ by, state, index, bumped, again }) =>
        `${by} ${state} ${index} ${again} ${[...bumped].sort((a, b) => a - b).join()}`,
    );
    return all.sort().reduce((sum, text) => fold(sum, text), from);
  }
}

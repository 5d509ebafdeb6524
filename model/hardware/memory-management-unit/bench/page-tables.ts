/** Page tables in memory, as software would write them. */
import { cookieIndex, entryFields as fields } from '../../../../rtl/memory-management-unit/interface.ts';
import type { BenchMemory } from './memory.ts';

export interface Mapping {
  readonly first?: number;
  readonly second?: number;
  readonly firstForm?: number;
  readonly secondForm?: number;
  readonly superPage?: boolean;
  readonly compare?: boolean;
  readonly fake?: boolean;
  /** All are given unless said otherwise. */
  readonly read?: boolean;
  readonly write?: boolean;
  readonly execute?: boolean;
  readonly user?: boolean;
}

const levelBits = 9;

/** The 128 bits of a leaf. */
export const leafBits = (m: Mapping): bigint => {
  const bit = (place: number, holds: boolean | undefined): bigint => BigInt(holds ?? true) << BigInt(place);
  return (
    bit(fields.valid, true) |
    bit(fields.leaf, true) |
    bit(fields.first, m.first !== undefined) |
    bit(fields.second, m.second !== undefined) |
    bit(fields.compare, m.compare ?? false) |
    bit(fields.fake, m.fake ?? false) |
    bit(fields.read, m.read) |
    bit(fields.write, m.write) |
    bit(fields.execute, m.execute) |
    bit(fields.user, m.user) |
    (BigInt(m.first ?? 0) << BigInt(fields.firstFrame)) |
    (BigInt(m.firstForm ?? 0) << BigInt(fields.firstForm)) |
    (BigInt(m.second ?? 0) << BigInt(fields.secondFrame)) |
    (BigInt(m.secondForm ?? 0) << BigInt(fields.secondForm))
  );
};

export class PageTables {
  readonly #memories: readonly BenchMemory[];
  readonly #tables = new Map<string, number>();
  readonly #rootFrame: number;
  #nextFrame: number;

  /** @param frame the first of the frames for tables, even, the same in both memories */
  constructor(memories: readonly BenchMemory[], frame: number) {
    this.#memories = memories;
    this.#rootFrame = frame;
    this.#nextFrame = frame + 2;
  }

  /** Byte address of the domain table. */
  get root(): number {
    return this.#rootFrame * 4096;
  }

  #write(frame: number, index: number, value: bigint): void {
    for (const memory of this.#memories) {
      for (let byte = 0; byte < 16; byte += 1) {
        memory.write(frame * 4096 + index * 16 + byte, Number((value >> BigInt(8 * byte)) & 0xffn));
      }
    }
  }

  /** The table of a level that the address leads to; made where there is none. */
  #table(domain: number, page: number, level: number): number {
    if (level === 3) return this.#rootFrame;
    const above = this.#table(domain, page, level + 1);
    const index = this.#index(domain, page, level + 1);
    const key = `${above} ${index}`;
    let frame = this.#tables.get(key);
    if (frame === undefined) {
      frame = this.#nextFrame;
      this.#nextFrame += 2;
      this.#tables.set(key, frame);
      this.#write(above, index, leafBits({ first: frame, second: frame }) & ~2n);
    }
    return frame;
  }

  #index(domain: number, page: number, level: number): number {
    return level === 3 ? domain : Math.floor(page / 2 ** (levelBits * level)) % 2 ** levelBits;
  }

  /** Where the entry of a level for a page lies: byte address, the same in both memories. */
  place(domain: number, page: number, level: number): number {
    return this.#table(domain, page, level) * 4096 + this.#index(domain, page, level) * 16;
  }

  map(domain: number, page: number, mapping: Mapping): void {
    this.put(domain, page, mapping.superPage === true ? 1 : 0, leafBits(mapping));
  }

  /** Any bits as the entry of a level. */
  put(domain: number, page: number, level: number, bits: bigint): void {
    this.#write(this.#table(domain, page, level), this.#index(domain, page, level), bits);
  }
}

/** What software writes to `bump` to take a mapping's page back. */
export const indexOf = (p: Parameters<typeof cookieIndex>[0], m: Mapping): number =>
  cookieIndex(p, {
    memory: m.first === undefined ? 1 : 0,
    superPage: m.superPage ?? false,
    frame: m.first ?? m.second ?? 0,
  });

/** The audit's walk through all page tables. */
import type { Processor } from '../../hardware/platform/index.ts';
import { windowBase } from './core.ts';
import type { Copies, Finding, PageEntry } from './interface.ts';
import { domainCount, firstPage, frameBytes } from './layout.ts';
import { pageName } from './shared.ts';
import { decodeEntry, encodeEntry, encodePointer, encodeWindowEntry, type Halves } from './table-entry.ts';
import { tableEntries } from './tables.ts';
import { readWords } from './words.ts';

export interface FoundTable {
  readonly domain: number;
  readonly frame: number;
  /** The first page that it translates. */
  readonly page: number;
}

export interface FoundEntry {
  readonly domain: number;
  readonly page: number;
  readonly entry: PageEntry;
}

export interface Walked {
  readonly tables: readonly FoundTable[];
  readonly entries: readonly FoundEntry[];
  readonly findings: readonly Finding[];
}

/** What the walk reads with. */
export interface Reader {
  readonly processor: Processor;
  /** Frames of a memory. */
  readonly frames: number;
  /** Address of a frame of the hypervisor's own. */
  address(frame: number): number;
}

const reach = (level: number): number => tableEntries ** level;
const copyNames: readonly (Copies | undefined)[] = [undefined, 'first', 'second', 'both'];

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** What stands in a window's table. */
const windowEntry = (page: number, frames: number): Halves | undefined => {
  const slot = Math.floor((page * frameBytes) / windowBase(0, 1));
  const frame = page - (slot * windowBase(0, 1)) / frameBytes;
  const copies = copyNames[slot % 4];
  return copies === undefined || frame >= frames || slot >= windowBase(8, 0) / windowBase(0, 1)
    ? undefined
    : encodeWindowEntry({ frame, copies, form: Math.floor(slot / 4) });
};

class Walk implements Walked {
  readonly tables: FoundTable[] = [];
  readonly entries: FoundEntry[] = [];
  readonly findings: Finding[] = [];
  readonly #reader: Reader;
  readonly #domain: number;

  constructor(reader: Reader, domain: number) {
    this.#reader = reader;
    this.#domain = domain;
  }

  find(page: number, what: string): void {
    this.findings.push({ where: pageName(this.#domain, page), what });
  }

  /** Looks at an entry; says whether it is in use. */
  async entry(halves: Halves, level: number, page: number): Promise<boolean> {
    const { low, high } = halves;
    if (page < firstPage(this.#domain) && level === 1) return this.#window(halves, page);
    const entry = decodeEntry(halves, level);
    if (entry === undefined)
      this.find(page, `the entry at level ${level} is ${hex(high)} ${hex(low)}, which is never written`);
    else if (entry.kind === 'table') await this.#table(halves, entry, level, page);
    else {
      const wanted = encodeEntry(entry);
      if (low !== wanted.low || high !== wanted.high)
        this.find(
          page,
          `the entry is ${hex(high)} ${hex(low)}, and would be written ${hex(wanted.high)} ${hex(wanted.low)}`,
        );
      if (entry.kind !== 'nothing') this.entries.push({ domain: this.#domain, page, entry });
    }
    return low !== 0n;
  }

  #window({ low, high }: Halves, page: number): boolean {
    const wanted = windowEntry(page, this.#reader.frames) ?? { low: 0n, high: 0n };
    if (low !== wanted.low || high !== wanted.high)
      this.find(page, `the window's entry is ${hex(high)} ${hex(low)}, and not ${hex(wanted.high)} ${hex(wanted.low)}`);
    return low !== 0n;
  }

  async #table(
    { low, high }: Halves,
    { frame, used }: { readonly frame: number; readonly used: number },
    level: number,
    page: number,
  ): Promise<void> {
    const wanted = encodePointer({ frame, used });
    if (low !== wanted.low || high !== wanted.high)
      this.find(
        page,
        `the pointer to a table is ${hex(high)} ${hex(low)}, and not ${hex(wanted.high)} ${hex(wanted.low)}`,
      );
    if (frame % 2 !== 0 || frame + 2 > this.#reader.frames) {
      this.find(page, `a table cannot be at frame ${frame}`);
      return;
    }
    const seen = this.tables.some((table) => table.frame === frame);
    this.tables.push({ domain: this.#domain, frame, page });
    if (seen) return;
    const words = await readWords(this.#reader.processor.machine, this.#reader.address(frame), 2 * tableEntries);
    let count = 0;
    for (let index = 0; index < tableEntries; index += 1) {
      const halves = { low: words[2 * index]!, high: words[2 * index + 1]! };
      if (await this.entry(halves, level - 1, page + index * reach(level - 1))) count += 1;
    }
    if (level < 3 && count !== used) this.find(page, `${count} entries of a table are in use, and ${used} counted`);
  }
}

/** Walks the page tables of all domains. */
export const walkTables = async (reader: Reader, domainTable: number): Promise<Walked> => {
  const walked = { tables: [] as FoundTable[], entries: [] as FoundEntry[], findings: [] as Finding[] };
  const words = await readWords(reader.processor.machine, reader.address(domainTable), 2 * tableEntries);
  for (let domain = 0; domain < tableEntries; domain += 1) {
    const halves = { low: words[2 * domain]!, high: words[2 * domain + 1]! };
    if (domain >= domainCount && halves.low === 0n) continue;
    const walk = new Walk(reader, domain);
    await walk.entry(halves, 3, 0);
    if (domain >= domainCount) walk.find(0, `there are domains 0 to ${domainCount - 1} only`);
    walked.tables.push(...walk.tables);
    walked.entries.push(...walk.entries);
    walked.findings.push(...walk.findings);
  }
  return walked;
};

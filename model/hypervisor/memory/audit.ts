/**
 * Walks everything that the hypervisor keeps of memory, and says what does not agree. Source: `docs/systems/hypervisor.md`, "What is promised", 1.
 */
import type { Processor } from '../../hardware/platform/index.ts';
import { type FoundEntry, walkTables } from './audit-tables.ts';
import type { Core } from './core.ts';
import { decodeFrameRecord, encodeFrameRecord, framesOf, memoriesOf } from './frame-record.ts';
import type { FrameTable } from './frame-table.ts';
import { decodeSummary, encodeSummary, summaryOf } from './free-map.ts';
import type { Accounted, Backing, Finding, FrameRecord, PresentEntry } from './interface.ts';
import { encodeBootRecord, superFrameCount, superFrames } from './layout.ts';
import { pageName } from './shared.ts';
import { readWords, wordsOf } from './words.ts';

interface Parts {
  readonly core: Core;
  readonly frames: FrameTable;
}

const frameName = (memory: number, frame: number): string => `frame ${frame} of memory ${memory}`;

const describe = (record: FrameRecord): string => {
  const { state, owner, both, page, form, references } = record;
  const flags = [record.super && 'super', record.scanned && 'scanned'].filter((flag) => flag !== false).join(' ');
  return `${state} of domain ${owner}, ${both ? 'both copies' : 'one copy'}, page ${page === undefined ? 'none' : `0x${page.toString(16)}`}, form ${form}, ${references} references ${flags}`.trim();
};

class Audit {
  readonly findings: Finding[] = [];
  readonly #frames: number;
  readonly #words: readonly [readonly bigint[], readonly bigint[]];
  /** Frames that something was found to use, of either memory. */
  readonly #used = [new Map<number, string>(), new Map<number, string>()] as const;
  readonly #references = [new Map<number, number>(), new Map<number, number>()] as const;

  constructor(words: readonly [readonly bigint[], readonly bigint[]]) {
    this.#words = words;
    this.#frames = words[0].length;
  }

  find(where: string, what: string): void {
    this.findings.push({ where, what });
  }

  record(memory: 0 | 1, frame: number): FrameRecord | undefined {
    const word = this.#words[memory][frame];
    try {
      return word === undefined ? undefined : decodeFrameRecord(word);
    } catch {
      return undefined;
    }
  }

  /** Something uses a frame: its record must say so, and nothing else may use it. */
  use(memory: 0 | 1, frame: number, by: string, wanted: FrameRecord): void {
    const name = frameName(memory, frame);
    const other = this.#used[memory].get(frame);
    if (other !== undefined) this.find(name, `is used by ${other} and by ${by}`);
    this.#used[memory].set(frame, by);
    const record = this.record(memory, frame);
    if (record === undefined) return;
    const compared = { ...wanted, references: record.references, scanned: record.scanned };
    if (encodeFrameRecord(compared) !== this.#words[memory][frame])
      this.find(name, `is used by ${by}, and its record says: ${describe(record)}`);
  }

  /** Somebody reaches a frame that is another's. */
  refer(backing: Backing, by: string): void {
    for (const memory of memoriesOf(backing.copies)) {
      const references = this.#references[memory];
      references.set(backing.frame, (references.get(backing.frame) ?? 0) + 1);
      const record = this.record(memory, backing.frame);
      if (record === undefined || !['page', 'lost'].includes(record.state))
        this.find(frameName(memory, backing.frame), `is reached by ${by}, and is ${record?.state ?? 'nothing'}`);
      else if (record.form !== backing.form || record.both !== (backing.copies === 'both'))
        this.find(frameName(memory, backing.frame), `is reached by ${by} otherwise than as: ${describe(record)}`);
    }
  }

  entry({ domain, page, entry }: FoundEntry): void {
    if (!('backing' in entry)) return;
    const by = pageName(domain, page);
    const { frame, copies } = entry.backing;
    const frames = framesOf(entry.backing);
    if (frame + frames > this.#frames || frame % frames !== 0) {
      this.find(by, `frame ${frame} is no place for it`);
      return;
    }
    if (entry.foreign) {
      this.refer(entry.backing, by);
      return;
    }
    const record = this.record(memoriesOf(copies)[0]!, frame);
    // What is lost while it is held is marked so when the holding ends.
    const kind = entry.kind === 'held' && record?.state === 'lost' ? 'lost' : entry.kind;
    for (const memory of memoriesOf(copies))
      for (let index = 0; index < frames; index += 1)
        this.use(memory, frame + index, by, this.#wanted(domain, page + index, { ...entry, kind }));
    if (record?.scanned === true && entry.kind !== 'held') this.find(by, 'is noted as being scanned, and is not held');
  }

  /** Frames that were given, and are mapped nowhere yet. */
  unmapped(backing: Backing, owner: number): void {
    for (const memory of memoriesOf(backing.copies))
      for (let index = 0; index < framesOf(backing); index += 1) {
        const record = this.#wanted(owner, undefined, { kind: 'page', backing });
        this.use(memory, backing.frame + index, `domain ${owner}, unmapped`, record);
      }
  }

  #wanted(
    owner: number,
    page: number | undefined,
    { kind, backing }: Pick<PresentEntry, 'kind' | 'backing'>,
  ): FrameRecord {
    return {
      state: kind === 'lost' ? 'lost' : 'page',
      owner,
      both: backing.copies === 'both',
      super: backing.super === true,
      scanned: false,
      form: backing.form,
      references: 0,
      page,
    };
  }

  /** What every record must be by itself, and whether something was found for it. */
  records(): void {
    for (const memory of [0, 1] as const)
      for (let frame = 0; frame < this.#frames; frame += 1) {
        const word = this.#words[memory][frame]!;
        if (word === 0n && !this.#references[memory].has(frame)) continue;
        const name = frameName(memory, frame);
        const record = this.record(memory, frame);
        if (record === undefined || encodeFrameRecord(record) !== word) {
          this.find(name, `has the record 0x${word.toString(16)}, which is never written`);
          continue;
        }
        if (record.both && this.#words[1 - memory]![frame] !== word)
          this.find(name, `is one of two copies, and the other's record says: ${this.#other(memory, frame)}`);
        if (record.state !== 'free' && !this.#used[memory].has(frame))
          this.find(name, `is reached by nothing, and its record says: ${describe(record)}`);
        const references = this.#references[memory].get(frame) ?? 0;
        if (references !== record.references)
          this.find(name, `is reached by ${references} others, and its record says: ${describe(record)}`);
      }
  }

  #other(memory: 0 | 1, frame: number): string {
    const record = this.record(memory === 0 ? 1 : 0, frame);
    return record === undefined ? 'what is never written' : describe(record);
  }

  /** Whether the free map has just the frames whose records say that they are free. */
  free(group: number, bits: readonly [bigint, bigint], summary: bigint): void {
    const wanted = ([0, 1] as const).map((memory) => {
      let sum = 0n;
      for (let index = 0; index < superFrames; index += 1)
        if (this.#words[memory][group * superFrames + index] === 0n) sum |= 1n << BigInt(index);
      return sum;
    }) as [bigint, bigint];
    for (const memory of [0, 1] as const)
      for (let wrong = wanted[memory] ^ bits[memory], index = 0; wrong !== 0n; wrong >>= 1n, index += 1)
        if ((wrong & 1n) === 1n)
          this.find(
            frameName(memory, group * superFrames + index),
            ((bits[memory] >> BigInt(index)) & 1n) === 1n
              ? 'is in the free map, and its record says that it is not free'
              : 'is free by its record, and not in the free map',
          );
    const counted = encodeSummary(summaryOf(bits));
    if ((summary & 0xffff_ffff_ffffn) === counted) return;
    const { first, second, both } = decodeSummary(summary);
    this.find(
      `super frame ${group}`,
      `its summary counts ${first}, ${second} and ${both} free frames, and its map has others`,
    );
  }
}

/** Says everything that is not as it must be; in a moment in which nothing else runs. */
export const audit = async (
  { core, frames }: Parts,
  processor: Processor,
  accounted: Accounted = {},
): Promise<readonly Finding[]> => {
  const { layout } = core;
  const boot = wordsOf(encodeBootRecord(layout));
  const words = [0, 1] as const;
  const tables = await Promise.all(words.map((memory) => frames.words(processor, memory, 0, layout.frames)));
  const audited = new Audit([tables[0]!, tables[1]!]);
  const record = await readWords(processor.machine, core.address(0), boot.length);
  if (record.some((word, index) => word !== boot[index])) audited.find('frame 0', 'is no boot record of this machine');
  const reader = { processor, frames: layout.frames, address: (frame: number) => core.address(frame) };
  const walked = await walkTables(reader, layout.areas.domainTable.firstFrame);
  audited.findings.push(...walked.findings);
  const own = { owner: 0, both: true, super: false, scanned: false, form: 0, references: 0 };
  for (const memory of words) {
    for (let frame = 0; frame < layout.reserved; frame += 1)
      audited.use(memory, frame, 'the hypervisor', { ...own, state: 'hypervisor', page: undefined });
    for (const { domain, frame, page } of walked.tables)
      for (const part of [frame, frame + 1])
        audited.use(memory, part, `a table of domain ${domain}`, { ...own, state: 'table', owner: domain, page });
  }
  for (const entry of walked.entries) audited.entry(entry);
  for (const backing of accounted.references ?? []) audited.refer(backing, 'a reference that is held');
  for (const { backing, owner } of accounted.unmapped ?? []) audited.unmapped(backing, owner);
  audited.records();
  const summaries = await frames.map.summaries(processor);
  for (let group = 0; group < superFrameCount(layout.frames); group += 1)
    audited.free(group, await frames.map.bits(processor, group), summaries[group]!);
  return audited.findings;
};

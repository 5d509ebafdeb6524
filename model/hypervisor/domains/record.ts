/** A domain's record in the hypervisor's memory, 256 bytes. Source: `docs/systems/hypervisor.md`, "Domains". */
import type { Processor, View } from '../../hardware/platform/index.ts';
import { type DomainRequest, mostGrantPages } from '../guest/layout.ts';
import type { DomainState, DomainStatus } from '../interface.ts';
import { type Areas, HypervisorError } from '../memory/interface.ts';
import { domainRecordBytes } from '../memory/layout.ts';
import { bytesOf, wordsOf } from '../memory/words.ts';

/** Words of 64 bits, by their number in the record. */
export const recordWords = {
  /** State (8 bits), at 8 virtual processors (8), at 16 weight (16), at 32 copies (8), at 40 form (8), at 48 grant pages (8). */
  kind: 0,
  reason: 1,
  has: 2,
  maximum: 3,
  target: 4,
  /** Frames of the shared page (32 bits) and of the store's ring (32). */
  sharedFrames: 5,
  pages: 6,
  /** Of its mappings of others' grants: records that were ever used (32 bits), the first free one (32) or all ones. */
  mappings: 7,
  /** Frames of its grant table, 32 bits each. */
  grantFrames: 8,
  /** A bit for each event port that is not closed. */
  eventBits: 16,
  /** First mapping of its references, by their lowest 4 bits: 32 bits each, a handle plus one. */
  granted: 20,
  /** Pages that were ever lost with a memory. */
  lost: 28,
} as const;

const states: readonly DomainState[] = ['none', 'building', 'running', 'paused', 'ending', 'gone'];
const copies = ['first', 'second', 'both'] as const;

export interface DomainRecord extends DomainStatus {
  readonly sharedFrame: number;
  readonly storeFrame: number;
  readonly grantFrames: readonly number[];
}

/** Of a domain that has nothing yet. */
export const newRecord = (request: DomainRequest, state: DomainState): DomainRecord => ({
  ...request,
  state,
  reason: 0n,
  has: 0,
  target: request.pages,
  sharedFrame: 0,
  storeFrame: 0,
  grantFrames: [],
});

const field = (word: bigint, low: number, width: number): number =>
  Number((word >> BigInt(low)) & ((1n << BigInt(width)) - 1n));

const encodeKind = ({ state, processors, weight, copies: where, form, grantPages }: DomainRecord): bigint =>
  BigInt(states.indexOf(state)) |
  (BigInt(processors) << 8n) |
  (BigInt(weight) << 16n) |
  (BigInt(copies.indexOf(where) + 1) << 32n) |
  (BigInt(form) << 40n) |
  (BigInt(grantPages) << 48n);

const decodeRecord = (words: readonly bigint[]): DomainRecord => {
  const kind = words[recordWords.kind]!;
  const grantPages = field(kind, 48, 8);
  return {
    state: states[field(kind, 0, 8)] ?? 'none',
    processors: field(kind, 8, 8),
    weight: field(kind, 16, 16),
    copies: copies[field(kind, 32, 8) - 1] ?? 'both',
    form: field(kind, 40, 8),
    grantPages,
    reason: words[recordWords.reason]!,
    has: Number(words[recordWords.has]!),
    maximum: Number(words[recordWords.maximum]!),
    target: Number(words[recordWords.target]!),
    pages: Number(words[recordWords.pages]!),
    sharedFrame: field(words[recordWords.sharedFrames]!, 0, 32),
    storeFrame: field(words[recordWords.sharedFrames]!, 32, 32),
    grantFrames: Array.from({ length: grantPages }, (_, index) =>
      field(words[recordWords.grantFrames + Math.floor(index / 2)]!, 32 * (index % 2), 32),
    ),
  };
};

const encodeRecord = (record: DomainRecord): Uint8Array => {
  const words = Array.from({ length: domainRecordBytes / 8 }, () => 0n);
  words[recordWords.kind] = encodeKind(record);
  words[recordWords.reason] = record.reason;
  words[recordWords.has] = BigInt(record.has);
  words[recordWords.maximum] = BigInt(record.maximum);
  words[recordWords.target] = BigInt(record.target);
  words[recordWords.pages] = BigInt(record.pages);
  words[recordWords.sharedFrames] = BigInt(record.sharedFrame) | (BigInt(record.storeFrame) << 32n);
  words[recordWords.mappings] = 0xffff_ffffn << 32n;
  for (let index = 0; index < mostGrantPages; index += 1)
    words[recordWords.grantFrames + Math.floor(index / 2)]! |=
      BigInt(record.grantFrames[index] ?? 0) << BigInt(32 * (index % 2));
  return bytesOf(words);
};

/** All records, each word of which is read and written by one access. */
export class DomainRecords {
  readonly #areas: Areas;

  constructor(areas: Areas) {
    this.#areas = areas;
  }

  /** The record's bytes. */
  view(processor: Processor, domain: number): View {
    return this.#areas.view(processor, 'domains').view(domainRecordBytes * domain, domainRecordBytes);
  }

  async read(processor: Processor, domain: number): Promise<DomainRecord> {
    return decodeRecord(wordsOf(await this.view(processor, domain).read(0, domainRecordBytes)));
  }

  /** The record of a domain that there is. @throws ESRCH for any other number */
  async existing(processor: Processor, domain: number): Promise<DomainRecord> {
    const record = domain < 15 ? await this.read(processor, domain) : undefined;
    if (record === undefined || record.state === 'none' || record.state === 'gone')
      throw new HypervisorError('ESRCH', `there is no domain ${domain}`);
    return record;
  }

  /** Writes all of a record, with no event port and no mapping. */
  write(processor: Processor, domain: number, record: DomainRecord): Promise<void> {
    return this.view(processor, domain).write(0, encodeRecord(record));
  }

  setState(processor: Processor, domain: number, state: DomainState): Promise<void> {
    return this.view(processor, domain).write8(8 * recordWords.kind, states.indexOf(state));
  }

  word(processor: Processor, domain: number, word: number): Promise<bigint> {
    return this.view(processor, domain).read64(8 * word);
  }

  setWord(processor: Processor, domain: number, word: number, value: bigint): Promise<void> {
    return this.view(processor, domain).write64(8 * word, BigInt.asUintN(64, value));
  }
}

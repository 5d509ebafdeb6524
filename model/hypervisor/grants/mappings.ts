/**
 * Records of what grants are mapped, 32 bytes each, in the hypervisor's memory. Each domain has its own part of them for the grants
 * that it maps, so that nobody uses up another's; those of one granter are found by the lowest bits of their references.
 */
import type { Processor, View } from '../../hardware/platform/index.ts';
import { type DomainRecords, recordWords } from '../domains/record.ts';
import { type Areas, HypervisorError, type Layout } from '../memory/interface.ts';
import { domainCount, frameBytes, grantRecordBytes, superFrames } from '../memory/layout.ts';
import { bytesOf, wordsOf } from '../memory/words.ts';

const buckets = 16;
const none = 0xffff_ffff;

/** Records that each domain has for the grants that it maps. */
const recordsEach = ({ areas }: Layout): number =>
  Math.floor((areas.grants.frames * frameBytes) / grantRecordBytes / domainCount);

/** Tables in which a domain maps grants: as many as its records need that lie side by side. */
export const mappingTables = (layout: Layout): number => Math.ceil(recordsEach(layout) / superFrames);

export interface Mapping {
  readonly handle: number;
  readonly granter: number;
  readonly reference: number;
  readonly grantee: number;
  /** Of the grantee. */
  readonly page: number;
  readonly frame: number;
}

interface Stored extends Mapping {
  readonly used: boolean;
  /** The next mapping of the bucket, or the next free record of the grantee; `none` at the end. */
  readonly next: number;
  readonly previous: number;
}

const encode = ({ used, granter, grantee, reference, frame, page, next, previous }: Stored): Uint8Array =>
  bytesOf([
    BigInt(used) |
      (BigInt(granter) << 4n) |
      (BigInt(grantee) << 8n) |
      (BigInt(reference) << 16n) |
      (BigInt(frame) << 32n),
    BigInt(page),
    BigInt(next) | (BigInt(previous) << 32n),
    0n,
  ]);

const decode = (handle: number, bytes: Uint8Array): Stored => {
  const [first, page, links] = wordsOf(bytes) as [bigint, bigint, bigint];
  return {
    handle,
    used: (first & 1n) !== 0n,
    granter: Number((first >> 4n) & 15n),
    grantee: Number((first >> 8n) & 15n),
    reference: Number((first >> 16n) & 0xffffn),
    frame: Number(first >> 32n),
    page: Number(page),
    next: Number(links & 0xffff_ffffn),
    previous: Number(links >> 32n),
  };
};

export class Mappings {
  readonly #areas: Areas;
  readonly #records: DomainRecords;
  /** Records of each domain. */
  readonly share: number;

  constructor(areas: Areas, records: DomainRecords) {
    this.#areas = areas;
    this.#records = records;
    this.share = recordsEach(areas.layout);
  }

  async #read(processor: Processor, handle: number): Promise<Stored> {
    const view = this.#areas.view(processor, 'grants');
    return decode(handle, await view.read(grantRecordBytes * handle, grantRecordBytes));
  }

  #write(processor: Processor, stored: Stored): Promise<void> {
    return this.#areas.view(processor, 'grants').write(grantRecordBytes * stored.handle, encode(stored));
  }

  /** Where the first handle (plus one) of a bucket stands. */
  #bucket(processor: Processor, granter: number, reference: number): View {
    return this.#records.view(processor, granter).view(8 * recordWords.granted + 4 * (reference % buckets), 4);
  }

  async #first(processor: Processor, granter: number, reference: number): Promise<number> {
    const word = await this.#bucket(processor, granter, reference).read32(0);
    return word === 0 ? none : word - 1;
  }

  #setFirst(processor: Processor, granter: number, reference: number, handle: number): Promise<void> {
    return this.#bucket(processor, granter, reference).write32(0, handle === none ? 0 : handle + 1);
  }

  /** Takes a record of the grantee's, which `put` fills. @throws ENOSPC */
  async take(processor: Processor, grantee: number): Promise<number> {
    const word = await this.#records.word(processor, grantee, recordWords.mappings);
    const [ever, free] = [Number(word & 0xffff_ffffn), Number(word >> 32n)];
    const set = (nextEver: number, nextFree: number): Promise<void> =>
      this.#records.setWord(processor, grantee, recordWords.mappings, BigInt(nextEver) | (BigInt(nextFree) << 32n));
    if (free !== none) {
      await set(ever, (await this.#read(processor, free)).next);
      return free;
    }
    if (ever === this.share)
      throw new HypervisorError('ENOSPC', `domain ${grantee} maps ${this.share} grants, which is all that it may`);
    await set(ever + 1, none);
    return grantee * this.share + ever;
  }

  async put(processor: Processor, mapping: Mapping): Promise<void> {
    const { granter, reference, handle } = mapping;
    const next = await this.#first(processor, granter, reference);
    await this.#write(processor, { ...mapping, used: true, next, previous: none });
    if (next !== none) await this.#write(processor, { ...(await this.#read(processor, next)), previous: handle });
    await this.#setFirst(processor, granter, reference, handle);
  }

  /** The mapping with a handle. @throws ENOENT if the grantee has none such */
  async get(processor: Processor, grantee: number, handle: bigint): Promise<Mapping> {
    const index = handle - BigInt(grantee * this.share);
    if (index >= 0n && index < BigInt(this.share)) {
      const found = await this.#read(processor, Number(handle));
      if (found.used) return found;
    }
    throw new HypervisorError('ENOENT', `domain ${grantee} has no mapping ${handle}`);
  }

  /** Gives a record back, which `take` gave, or that of a mapping that is no more. */
  async remove(processor: Processor, grantee: number, handle: number): Promise<void> {
    const stored = await this.#read(processor, handle);
    if (stored.used) {
      const { granter, reference, next, previous } = stored;
      if (previous === none) await this.#setFirst(processor, granter, reference, next);
      else await this.#write(processor, { ...(await this.#read(processor, previous)), next });
      if (next !== none) await this.#write(processor, { ...(await this.#read(processor, next)), previous });
    }
    const word = await this.#records.word(processor, grantee, recordWords.mappings);
    await this.#write(processor, { ...stored, used: false, next: Number(word >> 32n) });
    await this.#records.setWord(
      processor,
      grantee,
      recordWords.mappings,
      (word & 0xffff_ffffn) | (BigInt(handle) << 32n),
    );
  }

  /** Mappings of one reference, or of all that share its bucket. */
  async of(processor: Processor, granter: number, reference: number, bucket = false): Promise<readonly Mapping[]> {
    const found: Mapping[] = [];
    for (let at = await this.#first(processor, granter, reference); at !== none; ) {
      const stored = await this.#read(processor, at);
      if (bucket || stored.reference === reference) found.push(stored);
      at = stored.next;
    }
    return found;
  }

  /** All mappings of a granter. */
  async granted(processor: Processor, granter: number): Promise<readonly Mapping[]> {
    const found: Mapping[] = [];
    for (let bucket = 0; bucket < buckets; bucket += 1)
      found.push(...(await this.of(processor, granter, bucket, true)));
    return found;
  }

  /** All mappings that a domain has of others. */
  async mapped(processor: Processor, grantee: number): Promise<readonly Mapping[]> {
    const word = await this.#records.word(processor, grantee, recordWords.mappings);
    const found: Mapping[] = [];
    for (let index = 0; index < Number(word & 0xffff_ffffn); index += 1) {
      const stored = await this.#read(processor, grantee * this.share + index);
      if (stored.used) found.push(stored);
    }
    return found;
  }
}

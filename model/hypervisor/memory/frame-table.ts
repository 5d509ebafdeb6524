/** The frame table: whose each frame is, and which frames are given next. Source: `docs/systems/hypervisor.md`, "Memory". */
import { BusError, type Processor } from '../../hardware/platform/index.ts';
import type { Core } from './core.ts';
import { HypervisorError } from './errors.ts';
import {
  decodeFrameRecord,
  encodeFrameRecord,
  framesOf,
  freeRecord,
  memoriesOf,
  mostReferences,
} from './frame-record.ts';
import { decodeSummary, type FrameRun, FreeMap } from './free-map.ts';
import type { Backing, Copies, FrameRecord, Frames, FreeFrames, Wanted, Windows } from './interface.ts';
import { frameBytes, frameRecordBytes, superFrames, tableFrames } from './layout.ts';
import { bytesOf, readWords, writeWords } from './words.ts';

export class FrameTable implements Frames {
  readonly #core: Core;
  readonly #windows: Windows;
  readonly map: FreeMap;
  readonly #see: (() => void)[] = [];

  constructor(core: Core, windows: Windows) {
    this.#core = core;
    this.#windows = windows;
    this.map = new FreeMap(core);
  }

  recordAddress(memory: 0 | 1, frame: number): number {
    return this.#core.areaAddress('frameTable') + frameRecordBytes * (memory * this.#core.layout.frames + frame);
  }

  /** Words of records as they are, of frames of one memory. */
  words({ machine }: Processor, memory: 0 | 1, frame: number, frames: number): Promise<bigint[]> {
    return readWords(machine, this.recordAddress(memory, frame), frames);
  }

  async record({ machine }: Processor, { frame, copies }: Backing): Promise<FrameRecord> {
    return decodeFrameRecord(await machine.read64(this.recordAddress(memoriesOf(copies)[0]!, frame)));
  }

  /** Writes the same records for each copy. Called with the lock. */
  async #write({ machine }: Processor, frame: number, copies: Copies, records: readonly FrameRecord[]): Promise<void> {
    const words = records.map(encodeFrameRecord);
    await Promise.all(
      memoriesOf(copies).map((memory) => writeWords(machine, this.recordAddress(memory, frame), words)),
    );
  }

  /** Changes the records of a backing's frames, as one step for all others. What the change throws leaves them as they were. */
  update(
    processor: Processor,
    backing: Backing,
    change: (record: FrameRecord, index: number) => FrameRecord,
  ): Promise<void> {
    return this.#core.frameLock.hold(async () => {
      const { frame, copies } = backing;
      const words = await this.words(processor, memoriesOf(copies)[0]!, frame, framesOf(backing));
      await this.#write(processor, frame, copies, words.map(decodeFrameRecord).map(change));
    });
  }

  /** Takes frames out of the map and writes their records. */
  #take(processor: Processor, copies: Copies, records: readonly FrameRecord[]): Promise<number> {
    return this.#core.frameLock.hold(async () => {
      const frame = await this.map.take(processor, copies, records.length);
      await this.#write(processor, frame, copies, records);
      return frame;
    });
  }

  async allocate(processor: Processor, owner: number, wanted: Wanted): Promise<Backing> {
    const backing = await this.claim(processor, owner, wanted);
    try {
      const view = await this.#windows.view(processor, backing);
      const zeros = new Uint8Array(frameBytes);
      for (let index = 0; index < framesOf(wanted); index += 1) await view.write(frameBytes * index, zeros);
    } catch (error) {
      await this.release(processor, backing);
      throw error instanceof BusError
        ? new HypervisorError('EIO', `a frame of the ${wanted.copies} memory cannot be cleared: ${error.message}`)
        : error;
    }
    return backing;
  }

  /** As `allocate`, but not cleared: for who writes all of it at once. */
  async claim(processor: Processor, owner: number, wanted: Wanted): Promise<Backing> {
    const { copies, form } = wanted;
    const record: FrameRecord = {
      ...freeRecord,
      state: 'page',
      owner,
      both: copies === 'both',
      super: wanted.super === true,
      form,
    };
    const records = Array.from({ length: framesOf(wanted) }, () => record);
    return { ...wanted, frame: await this.#take(processor, copies, records) };
  }

  /** A table of zeros, of a domain, that translates pages from one on. Gives its first frame. */
  async allocateTable(processor: Processor, owner: number, page: number): Promise<number> {
    const record: FrameRecord = { ...freeRecord, state: 'table', owner, both: true, page };
    const frame = await this.#take(processor, 'both', [record, record]);
    await processor.machine.write(this.#core.address(frame), new Uint8Array(tableFrames * frameBytes));
    return frame;
  }

  /** Frees a table. No walk may read it any more. */
  releaseTable(processor: Processor, frame: number): Promise<void> {
    return this.#free(processor, [{ frame, copies: 'both', frames: tableFrames }]);
  }

  release(processor: Processor, backing: Backing): Promise<void> {
    return this.releaseAll(processor, [backing]);
  }

  /** Frees the frames of several backings at once. @throws EBUSY, with nothing done, if one is referenced */
  releaseAll(processor: Processor, backings: readonly Backing[]): Promise<void> {
    const runs = backings.map((backing) => ({ ...backing, frames: framesOf(backing) }));
    return this.#free(processor, runs, ({ frame, references }) => {
      if (references > 0) throw new HypervisorError('EBUSY', `frame ${frame} is referenced`);
    });
  }

  /** Frees one copy of a page that keeps the other. */
  releaseCopy(processor: Processor, backing: Backing, copies: 'first' | 'second'): Promise<void> {
    return this.#free(processor, [{ frame: backing.frame, copies, frames: framesOf(backing) }]);
  }

  async #free(
    processor: Processor,
    runs: readonly FrameRun[],
    check?: (record: FrameRecord & { readonly frame: number }) => void,
  ): Promise<void> {
    await this.#core.frameLock.hold(async () => {
      if (check !== undefined)
        await Promise.all(
          runs.map(async ({ frame, copies, frames }) => {
            const words = await this.words(processor, memoriesOf(copies)[0]!, frame, frames);
            words.forEach((word, index) => check({ ...decodeFrameRecord(word), frame: frame + index }));
          }),
        );
      await Promise.all(
        runs.map(({ frame, copies, frames }) =>
          this.#write(processor, frame, copies, Array<FrameRecord>(frames).fill(freeRecord)),
        ),
      );
      const groups = new Map<number, FrameRun[]>();
      for (const run of runs) {
        const group = Math.floor(run.frame / superFrames);
        groups.set(group, [...(groups.get(group) ?? []), run]);
      }
      for (const [group, some] of groups) await this.map.put(processor, group, some);
    });
    for (const see of this.#see) see();
  }

  dereference(processor: Processor, backing: Backing): Promise<void> {
    return this.update(processor, backing, (record) => {
      if (record.references === 0)
        throw new HypervisorError('EINVAL', `frame ${backing.frame} has no reference that could be given up`);
      return { ...record, references: record.references - 1 };
    });
  }

  reference(processor: Processor, backing: Backing): Promise<void> {
    return this.update(processor, backing, (record) => {
      if (record.references === mostReferences)
        throw new HypervisorError('ENOSPC', `frame ${backing.frame} has as many references as can be counted`);
      return { ...record, references: record.references + 1 };
    });
  }

  markScanned(processor: Processor, backing: Backing, scanned: boolean): Promise<void> {
    return this.update(processor, backing, (record) => ({ ...record, scanned }));
  }

  /** Notes at which page of its owner's a backing is. @throws EIO when it was lost meanwhile */
  place(processor: Processor, backing: Backing, page: number | undefined): Promise<void> {
    return this.update(processor, backing, (record, index) => {
      if (record.state !== 'page')
        throw new HypervisorError('EIO', `frame ${backing.frame} was lost with the memory that had its only copy`);
      return { ...record, page: page === undefined ? undefined : page + index };
    });
  }

  async free(processor: Processor): Promise<FreeFrames> {
    const summaries = (await this.#core.frameLock.hold(() => this.map.summaries(processor))).map(decodeSummary);
    const sum = (of: 'first' | 'second' | 'both'): number =>
      summaries.reduce((total, summary) => total + summary[of], 0);
    return {
      first: sum('first'),
      second: sum('second'),
      both: sum('both'),
      super: summaries.filter(({ both }) => both === superFrames).length,
    };
  }

  onFree(see: () => void): void {
    this.#see.push(see);
  }

  /**
   * From now on no single copies are given of a memory, and pages that have their only copy there are lost. In steps of a super frame, between
   * which others go on.
   */
  async lose(processor: Processor, memory: 0 | 1): Promise<void> {
    await this.#core.frameLock.hold(() => this.map.setOutOfUse(processor, memory, true));
    const { frames } = this.#core.layout;
    for (let frame = 0; frame < frames; frame += superFrames)
      await this.#core.frameLock.hold(async () => {
        const words = await this.words(processor, memory, frame, Math.min(superFrames, frames - frame));
        const after = words.map((word) => {
          const record = decodeFrameRecord(word);
          return record.state === 'page' && !record.both ? encodeFrameRecord({ ...record, state: 'lost' }) : word;
        });
        if (after.every((word, index) => word === words[index])) return;
        await processor.machine.write(this.recordAddress(memory, frame), bytesOf(after));
      });
  }

  /** Single copies are given again of a memory. */
  async regain(processor: Processor, memory: 0 | 1): Promise<void> {
    await this.#core.frameLock.hold(() => this.map.setOutOfUse(processor, memory, false));
    for (const see of this.#see) see();
  }
}

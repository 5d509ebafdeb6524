/** Windows onto all frames, in all forms and copies. Source: `docs/systems/hypervisor.md`, "Windows". */
import { type Processor, tableEntryBytes, type View } from '../../hardware/platform/index.ts';
import { type Core, windowBase } from './core.ts';
import { HypervisorError } from './errors.ts';
import { copyBits, framesOf } from './frame-record.ts';
import type { Backing, Copies, Windows } from './interface.ts';
import { frameBytes, superFrames } from './layout.ts';
import { decodeEntry, encodePointer, encodeWindowEntry } from './table-entry.ts';
import { bytesOf, readWords } from './words.ts';

/** Frames that one table of super pages translates: 2^30 bytes. */
export const windowReach = superFrames * superFrames;

/** The number of a window's table in domain 0's table of level 2. */
const slotOf = (form: number, copies: Copies, part: number): number =>
  windowBase(form, copyBits(copies)) / (windowReach * frameBytes) + part;

/** Numbers of the tables of all windows of some forms, onto memories of so many frames. */
export const windowTables = (frames: number, forms: ReadonlySet<number>): readonly number[] =>
  [...forms].flatMap((form) =>
    (['first', 'second', 'both'] as const).flatMap((copies) =>
      Array.from({ length: Math.ceil(frames / windowReach) }, (_, part) => slotOf(form, copies, part)),
    ),
  );

/** Makes a table that translates pages from one on, of domain 0. Gives its frame. */
type MakeTable = (processor: Processor, page: number) => Promise<number>;

export class WindowTables implements Windows {
  readonly #core: Core;
  readonly #makeTable: MakeTable;
  readonly #forms: ReadonlySet<number>;
  /** Windows known to have their tables, which they keep for ever. */
  readonly #known = new Set<number>();

  /** @param forms in which pages may lie */
  constructor(core: Core, forms: ReadonlySet<number>, makeTable: MakeTable) {
    this.#core = core;
    this.#forms = forms;
    this.#makeTable = makeTable;
  }

  get mostTables(): number {
    return new Set([...this.#known, ...windowTables(this.#core.layout.frames, this.#forms)]).size;
  }

  async view(processor: Processor, backing: Backing): Promise<View> {
    const { frame, copies, form } = backing;
    if (frame < 0 || frame + framesOf(backing) > this.#core.layout.frames)
      throw new HypervisorError('EINVAL', `frame ${frame} is beyond the ${this.#core.layout.frames} of a memory`);
    const base = windowBase(form, copyBits(copies));
    await this.ensure(processor, backing);
    return processor.machine.view(base + frame * frameBytes, framesOf(backing) * frameBytes);
  }

  /** Makes the table of a window through which a backing is seen. */
  async ensure(processor: Processor, { frame, copies, form }: Backing): Promise<void> {
    const part = Math.floor(frame / windowReach);
    const slot = slotOf(form, copies, part);
    if (this.#known.has(slot)) return;
    await this.#core.windowLock.hold(async () => {
      if (this.#known.has(slot)) return;
      const first = part * windowReach;
      const superPages = Math.min(superFrames, Math.ceil((this.#core.layout.frames - first) / superFrames));
      const table = await this.#makeTable(processor, slot * windowReach);
      const entries = Array.from({ length: superPages }, (_, index) =>
        encodeWindowEntry({ frame: first + index * superFrames, copies, form }),
      );
      await processor.machine.write(
        this.#core.address(table),
        bytesOf(entries.flatMap(({ low, high }) => [low, high])),
      );
      const { low, high } = encodePointer({ frame: table, used: superPages });
      const address = (await this.#topTable(processor)) + tableEntryBytes * slot;
      await processor.machine.write64(address + 8, high);
      await processor.machine.write64(address, low);
      this.#known.add(slot);
    });
  }

  /** Address of domain 0's table of level 2. */
  async #topTable({ machine }: Processor): Promise<number> {
    const [low, high] = await readWords(machine, this.#core.areaAddress('domainTable'), 2);
    const root = decodeEntry({ low: low!, high: high! }, 3);
    if (root?.kind !== 'table') throw new HypervisorError('ESRCH', 'domain 0 has no page tables yet');
    return this.#core.address(root.frame);
  }
}

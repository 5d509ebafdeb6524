/** Memories that die and come back. Source: `docs/systems/hypervisor.md`, "A memory dies". */
import type { Processor } from '../../hardware/platform/index.ts';
import { bumpLeaves } from './cookies.ts';
import type { Core } from './core.ts';
import { HypervisorError } from './errors.ts';
import type { FrameTable } from './frame-table.ts';
import type { Lost, Memories, MemoryState, PathKey, Worker } from './interface.ts';
import { loadKeys } from './keys.ts';
import { domainCount, pageCount } from './layout.ts';
import type { DomainMaps } from './page-maps.ts';
import { restoreContent } from './restoring.ts';
import { type Present, type Site, together } from './shared.ts';
import { encodeEntry } from './table-entry.ts';

/** Cycles for which a memory may take to come out of its reset, and between two looks. */
const resetCycles = 20_000;
const pollCycles = 100;

interface Status {
  readonly state: MemoryState;
  readonly wasReset: boolean;
  readonly idle: boolean;
}

export class PlatformMemories implements Memories {
  readonly #core: Core;
  readonly #frames: FrameTable;
  readonly #maps: DomainMaps;
  readonly #keys: readonly PathKey[];
  #replacing = false;
  /** The errors for which a memory is taken out of use while the other is in use. */
  #errorLimit = 0;

  constructor(core: Core, frames: FrameTable, maps: DomainMaps, keys: readonly PathKey[]) {
    this.#core = core;
    this.#frames = frames;
    this.#maps = maps;
    this.#keys = keys;
  }

  async state(processor: Processor, memory: 0 | 1): Promise<MemoryState> {
    return (await this.#status(processor, memory)).state;
  }

  async lost(worker: Worker, memory: 0 | 1): Promise<readonly Lost[]> {
    await worker.access((processor) => this.#spareLast(processor));
    await worker.access((processor) => this.#frames.lose(processor, memory));
    const lost: Lost[] = [];
    for (let domain = 0; domain < domainCount; domain += 1) {
      const pages = await worker.access((processor) =>
        this.#maps.site(processor, domain, (site) => this.#mark(site, memory)),
      );
      for (const page of pages ?? []) lost.push({ domain, page });
    }
    return lost;
  }

  /** Marks and takes back the pages of a domain that have their only copy in a memory. Held ones are left to who holds them. */
  async #mark(site: Site, memory: 0 | 1): Promise<readonly number[]> {
    const { tables, processor, domain, core } = site;
    const only = memory === 0 ? 'first' : 'second';
    const entries = await tables.entries(processor, domain, 0, pageCount);
    const dead = entries.filter(
      (located): located is Present => located.entry.kind === 'page' && located.entry.backing.copies === only,
    );
    for (let from = 0; from < dead.length; from += together) {
      const some = dead.slice(from, from + together);
      await Promise.all(
        some.map(({ address, entry }) =>
          processor.machine.write64(address, encodeEntry({ ...entry, kind: 'lost' }).low),
        ),
      );
      await bumpLeaves(
        core,
        processor,
        some.map(({ entry }) => entry.backing),
      );
    }
    return dead.map(({ page }) => page);
  }

  async #status({ registers }: Processor, memory: 0 | 1): Promise<Status> {
    const status = await registers.keeper.memory_status.read();
    const bit = (bits: number): boolean => ((bits >>> memory) & 1) === 1;
    return {
      state: bit(status.failed) ? 'failed' : bit(status.restoring) ? 'restoring' : 'on line',
      wasReset: bit(status.was_reset),
      idle: (memory === 0 ? status.first_phase : status.second_phase) === 0,
    };
  }

  async replace(worker: Worker, memory: 0 | 1): Promise<void> {
    if (this.#replacing) throw new HypervisorError('EBUSY', 'a memory is being brought back already');
    this.#replacing = true;
    try {
      await this.#replace(worker, memory);
    } finally {
      this.#replacing = false;
    }
  }

  async #replace(worker: Worker, memory: 0 | 1): Promise<void> {
    const state = (): Promise<MemoryState> => worker.access((processor) => this.state(processor, memory));
    const command = (pulse: 'restore' | 'on_line' | 'take_out'): Promise<void> =>
      worker.access(({ registers }) => registers.keeper.memory_command.write({ [pulse]: 1 << memory }));
    if ((await state()) !== 'failed') throw new HypervisorError('EINVAL', `memory ${memory} has not failed`);
    await this.lost(worker, memory);
    await this.#reset(worker, memory);
    await worker.access(({ registers }) => loadKeys(registers.paths[memory], this.#keys));
    await command('restore');
    if ((await state()) !== 'restoring')
      throw new HypervisorError('EAGAIN', `memory ${memory} failed again before it was restored`);
    try {
      await restoreContent({ core: this.#core, frames: this.#frames, maps: this.#maps }, worker, memory);
    } catch (error) {
      // Not whole: out of use again, until somebody tries anew.
      await command('take_out');
      throw error;
    }
    await command('on_line');
    await worker.access((processor) => this.#frames.regain(processor, memory));
    await worker.access((processor) => this.#limitErrors(processor));
    // Looked at last: who sees a later failure forbids single copies again after they were allowed here.
    if ((await state()) === 'on line') return;
    await this.lost(worker, memory);
    throw new HypervisorError('EAGAIN', `memory ${memory} failed again before it was on line`);
  }

  /** With one memory left, an error costs what it is about, and not all the rest. */
  async #spareLast({ registers: { keeper } }: Processor): Promise<void> {
    const { errors } = await keeper.error_limit.read();
    if (errors === 0) return;
    this.#errorLimit = errors;
    await keeper.error_limit.write({ errors: 0 });
  }

  /** Both are in use again; who sees a later failure spares the last again. */
  async #limitErrors({ registers: { keeper } }: Processor): Promise<void> {
    const { failed, restoring } = await keeper.memory_status.read();
    if ((failed | restoring) === 0) await keeper.error_limit.write({ errors: this.#errorLimit });
  }

  async #reset(worker: Worker, memory: 0 | 1): Promise<void> {
    const { clock } = this.#core.platform;
    const until = clock.now + resetCycles;
    const status = (): Promise<Status> => worker.access((processor) => this.#status(processor, memory));
    const before = await status();
    if (before.idle && !before.wasReset)
      await worker.access(({ registers }) => registers.keeper.memory_command.write({ reset: 1 << memory }));
    for (;;) {
      const { idle, wasReset } = await status();
      if (idle && wasReset) return;
      if (clock.now > until)
        throw new HypervisorError(
          'EAGAIN',
          `memory ${memory} does not come out of its reset: nothing new stands in its place yet`,
        );
      await worker.suspend(clock.sleep(pollCycles));
    }
  }
}

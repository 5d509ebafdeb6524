/** Memories that die and come back. Source: `docs/systems/hypervisor.md`, "A memory dies". */
import type { Processor } from '../../hardware/platform/index.ts';
import { bumpLeaves } from './cookies.ts';
import type { Core } from './core.ts';
import { HypervisorError } from './errors.ts';
import type { FrameTable } from './frame-table.ts';
import type { Lost, Memories, PathKey } from './interface.ts';
import { loadKeys } from './keys.ts';
import { domainCount, pageCount } from './layout.ts';
import { Lock } from './lock.ts';
import type { DomainMaps } from './page-maps.ts';
import { restoreContent } from './restoring.ts';
import { type Present, type Site, together } from './shared.ts';
import { encodeEntry } from './table-entry.ts';

/** Cycles for which a memory may take to come out of its reset, and between two looks. */
const resetCycles = 20_000;
const pollCycles = 100;

interface Status {
  readonly failed: boolean;
  readonly restoring: boolean;
  readonly wasReset: boolean;
  readonly idle: boolean;
}

export class PlatformMemories implements Memories {
  readonly #core: Core;
  readonly #frames: FrameTable;
  readonly #maps: DomainMaps;
  readonly #keys: readonly PathKey[];
  readonly #replacing = new Lock();

  constructor(core: Core, frames: FrameTable, maps: DomainMaps, keys: readonly PathKey[]) {
    this.#core = core;
    this.#frames = frames;
    this.#maps = maps;
    this.#keys = keys;
  }

  async lost(processor: Processor, memory: 0 | 1): Promise<readonly Lost[]> {
    await this.#frames.lose(processor, memory);
    const lost: Lost[] = [];
    for (let domain = 0; domain < domainCount; domain += 1) {
      const pages = await this.#maps.site(processor, domain, (site) => this.#mark(site, memory));
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
      failed: bit(status.failed),
      restoring: bit(status.restoring),
      wasReset: bit(status.was_reset),
      idle: (memory === 0 ? status.first_phase : status.second_phase) === 0,
    };
  }

  replace(processor: Processor, memory: 0 | 1): Promise<void> {
    return this.#replacing.hold(async () => {
      const { keeper, paths } = processor.registers;
      const bits = 1 << memory;
      if (!(await this.#status(processor, memory)).failed)
        throw new HypervisorError('EINVAL', `memory ${memory} has not failed`);
      await this.lost(processor, memory);
      await this.#reset(processor, memory);
      await loadKeys(paths[memory], this.#keys);
      await keeper.memory_command.write({ restore: bits });
      if (!(await this.#status(processor, memory)).restoring)
        throw new HypervisorError('EAGAIN', `memory ${memory} failed again before it was restored`);
      await restoreContent(this.#core, this.#frames, processor, memory);
      await keeper.memory_command.write({ on_line: bits });
      const { failed, restoring } = await this.#status(processor, memory);
      if (failed || restoring)
        throw new HypervisorError('EAGAIN', `memory ${memory} failed again before it was on line`);
      await this.#frames.regain(processor, memory);
    });
  }

  async #reset(processor: Processor, memory: 0 | 1): Promise<void> {
    const { clock } = this.#core.platform;
    const until = clock.now + resetCycles;
    const before = await this.#status(processor, memory);
    if (before.idle && !before.wasReset) await processor.registers.keeper.memory_command.write({ reset: 1 << memory });
    for (;;) {
      const { idle, wasReset } = await this.#status(processor, memory);
      if (idle && wasReset) return;
      if (clock.now > until)
        throw new HypervisorError(
          'EAGAIN',
          `memory ${memory} does not come out of its reset: nothing new stands in its place yet`,
        );
      await clock.sleep(pollCycles);
    }
  }
}

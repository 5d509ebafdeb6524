/**
 * The sweep: pages that hold a pattern are taken back, and nothing that was written is lost. Source: US 9,280,458;
 * `docs/systems/hypervisor.md`, "Sweep".
 */
import type { Domains } from '../interface.ts';
import { HypervisorError, type HypervisorMemory, type PageMap } from '../memory/interface.ts';
import { superFrames } from '../memory/layout.ts';
import type { Scheduler, Thread } from '../schedule/index.ts';
import type { Traps } from '../virtual/traps.ts';
import { type Found, isCandidate, isEligible, pagesOf, partOf, runsOf } from './pages.ts';
import type { Patterns } from './patterns.ts';
import type { Scanners } from './scanner.ts';

/** Candidates that are held, and scanned again, together. */
const together = 64;

export interface SweepRequest {
  readonly domain: number;
  readonly pattern: bigint;
  readonly first: number;
  readonly count: number;
  /** Pages that match are taken out of super pages that do not match as a whole, which splits these. */
  readonly regular: boolean;
  /** Runs when nothing else is ready. */
  readonly background: boolean;
  readonly weight: number;
}

export interface SweepParts {
  readonly memory: HypervisorMemory;
  readonly scheduler: Scheduler;
  readonly domains: Domains;
  readonly patterns: Patterns;
  readonly scanners: Scanners;
  readonly traps: Traps;
}

export class Sweeps {
  readonly #parts: SweepParts;
  /** By domain: when it ends, and whether it is to end. */
  readonly #running = new Map<number, { stopping: boolean; ended: Promise<unknown> }>();

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  /**
   * Sweeps a range of a domain's pages; gives how many were taken. It is the hypervisor's own thread that does it, so that who asked may be
   * ended meanwhile and no page stays held.
   *
   * @throws EBUSY while another sweep of the domain goes on; ENOSPC without room for the pattern
   */
  async sweep(thread: Thread, request: SweepRequest): Promise<number> {
    const { domain, weight, background } = request;
    if (this.#running.has(domain)) throw new HypervisorError('EBUSY', `domain ${domain} is being swept`);
    let taken = 0;
    const state = { stopping: false, ended: Promise.resolve() as Promise<unknown> };
    const own = this.#parts.scheduler.start(
      async (sweeper) => {
        taken = await this.#range(sweeper, request, state);
      },
      { name: `sweep of domain ${domain}`, weight, background },
    );
    state.ended = own.ended;
    this.#running.set(domain, state);
    void own.ended.then(() => this.#running.delete(domain));
    const outcome = await thread.suspend(own.ended);
    if (outcome.how === 'threw') throw outcome.error;
    return taken;
  }

  /** Ends the sweep of a domain, with no page held. */
  async stop(thread: Thread, domain: number): Promise<void> {
    const running = this.#running.get(domain);
    if (running === undefined) return;
    running.stopping = true;
    await thread.suspend(running.ended);
  }

  async #range(thread: Thread, request: SweepRequest, state: { readonly stopping: boolean }): Promise<number> {
    const { memory } = this.#parts;
    const { domain, first, count } = request;
    const end = first + count;
    let taken = 0;
    for (let from = first; from < end && !state.stopping; ) {
      const to = Math.min(end, (Math.floor(from / superFrames) + 1) * superFrames);
      const entries = await thread.access((processor) =>
        memory.maps.with(processor, domain, (map) => map.entries(from, to - from)),
      );
      const found = entries.filter(isCandidate);
      const whole = found.filter((one) => pagesOf(one) > 1);
      taken += await this.#pages(
        thread,
        request,
        found.filter((one) => pagesOf(one) === 1),
        state,
      );
      for (const one of whole)
        if (!state.stopping) taken += await this.#superPage(thread, request, one, from, to, state);
      from = to;
    }
    return taken;
  }

  async #pages(
    thread: Thread,
    request: SweepRequest,
    pages: readonly Found[],
    state: { readonly stopping: boolean },
  ): Promise<number> {
    const matching: Found[] = [];
    for (const { run, pages: inRun } of runsOf(pages))
      for (const index of await this.#parts.scanners.matching(thread, run, request.pattern, true))
        matching.push(inRun[index]!);
    let taken = 0;
    for (let from = 0; from < matching.length && !state.stopping; from += together)
      taken += await this.#take(thread, request, matching.slice(from, from + together));
    return taken;
  }

  /** A super page as a whole, if all of it is in the range and matches; else, if wanted, its pages in the range that do. */
  async #superPage(
    thread: Thread,
    request: SweepRequest,
    found: Found,
    from: number,
    to: number,
    state: { readonly stopping: boolean },
  ): Promise<number> {
    const { scanners, memory } = this.#parts;
    const inside = from <= found.page && to >= found.page + superFrames;
    if (!inside && !request.regular) return 0;
    const run = { backing: found.entry.backing, frames: superFrames };
    const matching = await scanners.matching(thread, run, request.pattern, request.regular);
    if (inside && matching.length === superFrames) return this.#take(thread, request, [found]);
    if (!request.regular) return 0;
    const parts = matching.map((index) => partOf(found, index)).filter(({ page }) => page >= from && page < to);
    if (parts.length === 0) return 0;
    await thread.access((processor) =>
      memory.maps.with(processor, request.domain, async (map) => {
        // What it is now may be split by others already, or held: then it is found out below.
        await map.split(found.page).catch((error: unknown) => {
          if (!(error instanceof HypervisorError)) throw error;
        });
      }),
    );
    return this.#pages(thread, request, parts, state);
  }

  /** Steps 2 and 3, of pages that matched while anybody could write them. */
  async #take(thread: Thread, request: SweepRequest, pages: readonly Found[]): Promise<number> {
    const { memory, patterns, traps } = this.#parts;
    const { domain, pattern } = request;
    await traps.release(
      thread,
      domain,
      pages.flatMap((found) => Array.from({ length: pagesOf(found) }, (_, index) => found.page + index)),
    );
    const total = pages.reduce((sum, found) => sum + pagesOf(found), 0);
    const { number, held } = await thread.access(async (processor) => {
      const pledged = await patterns.add(processor, domain, pattern, total);
      const holding = await memory.maps.with(processor, domain, (map) => this.#hold(map, pages));
      return { number: pledged, held: holding };
    });
    const matching = await this.#scanHeld(thread, held, pattern);
    return thread.access(async (processor) => {
      let taken = 0;
      await memory.maps.with(processor, domain, async (map) => {
        for (const found of held) {
          await memory.frames.markScanned(processor, found.entry.backing, false);
          if (!matching.has(found.page)) {
            await map.unhold(found.page);
            continue;
          }
          await map.unhold(found.page, { pattern: number });
          taken += pagesOf(found);
        }
      });
      if (total > taken) await patterns.release(processor, number, total - taken);
      if (taken > 0) await this.#parts.domains.count(processor, domain, -taken);
      return taken;
    });
  }

  /** Holds those that are still what they were and that nobody else reaches. Gives them as they are now. */
  async #hold(map: PageMap, pages: readonly Found[]): Promise<readonly Found[]> {
    const { frames } = this.#parts.memory;
    const { processor } = map;
    const held: Found[] = [];
    for (const { page, entry: before } of pages) {
      const found = { page, entry: await map.read(page) };
      if (!isEligible(found) || found.entry.backing.super !== before.backing.super) continue;
      if (await this.#reached(map, found)) continue;
      await frames.markScanned(processor, found.entry.backing, true);
      held.push(found);
    }
    if (held.length > 0) await map.hold(held.map(({ page }) => page));
    return held;
  }

  /** Others reach pages of a super page only after it was split, so its first frame speaks for all. */
  async #reached({ processor }: PageMap, { entry }: Found): Promise<boolean> {
    const { references, scanned } = await this.#parts.memory.frames.record(processor, entry.backing);
    return references > 0 || scanned;
  }

  /** The pages among those held whose every word is the pattern, in both copies where these are to be compared. */
  async #scanHeld(thread: Thread, held: readonly Found[], pattern: bigint): Promise<ReadonlySet<number>> {
    const { scanners } = this.#parts;
    const matching = new Set<number>();
    const kinds = [
      held.filter(({ entry }) => entry.rights.compare !== true || entry.backing.copies !== 'both'),
      held.filter(({ entry }) => entry.rights.compare === true && entry.backing.copies === 'both'),
    ];
    for (const [index, some] of kinds.entries())
      for (const { run, pages } of runsOf(some)) {
        const found =
          index === 0
            ? await scanners.matching(thread, run, pattern, true)
            : await scanners.matchingInBoth(thread, run, pattern);
        const [first] = pages;
        if (first !== undefined && pagesOf(first) > 1) {
          if (found.length === superFrames) matching.add(first.page);
        } else for (const place of found) matching.add(pages[place]!.page);
      }
    return matching;
  }
}

/**
 * The hypervisor's memory, as its other folders see it: frames, windows onto them, page maps, explanations of faults.
 * Specified in `docs/systems/hypervisor.md`, "Memory" and "Page maps". `model/hypervisor/boot` makes one.
 *
 *     const frame = await memory.maps.with(processor, domain, async (map) => {
 *       await map.populate(page, { copies: 'both', form: 0 }, readWrite); // Zeros, reached by nobody before.
 *       return (await map.read(page)).backing;
 *     });
 *     const view = await memory.windows.view(processor, frame); // The same content, for the hypervisor.
 *
 * **Whose time.** Every operation takes the processor on which it runs, and costs what its accesses cost there.
 *
 * **Locking.** All software on the platform interleaves at every access, so:
 *
 * 1. Each domain's page map has a lock. `with` takes it, and gives the map to a body that has it until it ends. Every
 *    operation of a `PageMap` is atomic for all others that have the lock; a guest's accesses see the old entry, the
 *    new one, or none. Locks are granted in the order in which they were asked for.
 * 2. **No `with` within a `with`**, of the same domain or another: what concerns two domains is done in two steps, the
 *    first of which pins (`reference`), so that the second finds what the first saw. `explain`, `settled`, `create`,
 *    `destroy`, `memories.lost` and `memories.replace` take such locks too.
 * 3. Frame table and free frames have one lock, taken by `frames` for a few accesses, with or without a page map's.
 * 4. Of a lock's body await nothing but the platform and these operations: never a guest, nor what waits for one.
 *
 * Frames are numbered from 0, pages too (virtual address / 4096), both of 4096 bytes.
 */
import type { Platform, Processor, View } from '../../hardware/platform/index.ts';
import type { Layout } from './layout.ts';
import type { Backing, Leaving, PageEntry, PresentEntry, Rights, Trap, Wanted } from './page-entry.ts';

/** A domain's page map, by one who has its lock. What a page of a super page is asked for is of the whole super page. */
export interface PageMap {
  readonly domain: number;
  readonly processor: Processor;

  /** What stands at the page, by the tables in memory. */
  read(page: number): Promise<PageEntry>;
  /** All entries but `nothing` of some pages, in order; a super page once, by its first page. */
  entries(page: number, count: number): Promise<readonly { readonly page: number; readonly entry: PageEntry }[]>;

  /**
   * Maps frames that `frames.allocate` gave for this domain, where nothing is, was given back or swept.
   *
   * @throws EEXIST where a page is; ENOMEM without a frame for a table; EIO for a frame that was lost meanwhile
   */
  map(page: number, backing: Backing, rights: Rights): Promise<void>;
  /** Allocates, clears and maps. @throws as `map` and `frames.allocate` */
  populate(page: number, wanted: Wanted, rights: Rights): Promise<void>;

  /**
   * Takes back pages of this domain's own, and frees their frames: when it has returned, nobody reaches them any more.
   * One bump for each page. A lost page's frame is free when its memory was replaced.
   *
   * @throws ENOENT where no page is; EBUSY, with nothing done, where one is referenced, held or scanned
   */
  remove(pages: readonly number[], leaving: Leaving): Promise<void>;

  /**
   * Changes the rights of pages, each held and taken back in between. Traps stay. A super page of which not all is meant is split.
   *
   * @throws ENOENT where no page is; EBUSY where one is held; ENOMEM without a frame for a table
   */
  protect(pages: readonly number[], rights: Rights): Promise<void>;
  /** Changes in which memories and in which form a page lies, keeping its content. @throws EBUSY for a page with references */
  move(page: number, wanted: Wanted): Promise<void>;
  /**
   * Sets or clears the trap of pages. With it, they are not written by anybody when this has returned.
   *
   * @param stopped pages with one reference, of whose writes the caller sees to it that they wait
   * @throws EBUSY, with nothing done, for a page with more references, through which it could be written; EPERM for a foreign one
   */
  trap(pages: readonly number[], trap: Trap | undefined, stopped?: ReadonlySet<number>): Promise<void>;

  /**
   * Marks pages held and takes them back: nobody reaches them but by references, and their content stays. Referenced
   * and trapped ones are held too: who may not hold these looks first.
   */
  hold(pages: readonly number[]): Promise<void>;
  /** Ends the holding: as it was before, or with the frame freed and the page left otherwise. Whoever waits goes on. */
  unhold(page: number, leaving?: Leaving): Promise<void>;

  /** Makes 512 pages of the super page around a page, with a table of their own. Nothing is done where there is none. */
  split(page: number): Promise<void>;
  /** Makes a super page of the 512 pages around a page, if they are such as can be one. Says whether it did. */
  join(page: number): Promise<boolean>;

  /**
   * Counts a reference to a page of this domain's own, which stays where it is until that is given up with
   * `frames.dereference`. A super page is split first.
   *
   * @throws ENOENT where no page is, EPERM for a foreign one, EBUSY for one that is held, TrappedPageError for one with a trap, ENOSPC when
   * the count is full
   */
  reference(page: number): Promise<PresentEntry>;
  /** Maps another domain's page, by a reference that the caller holds and that goes over to the entry. @throws as `map` */
  mapForeign(page: number, backing: Backing, rights: Rights): Promise<void>;
  /** Takes back a foreign page, and gives up its reference. @throws ENOENT where there is none */
  unmapForeign(page: number): Promise<void>;
}

export interface PageMaps {
  /** Runs a body with a domain's page map and its lock. @throws ESRCH where the domain has no page map */
  with<Result>(processor: Processor, domain: number, body: (map: PageMap) => Promise<Result>): Promise<Result>;
  /** Gives a domain an empty page map. @throws EEXIST, ENOMEM */
  create(processor: Processor, domain: number): Promise<void>;
  /**
   * Takes back every page, when it is not held, gives up the references of foreign ones, frees frames, tables and map.
   * Who counts patterns looks for swept pages first.
   *
   * @throws EBUSY, with all else done, where pages are referenced by others
   */
  destroy(processor: Processor, domain: number): Promise<void>;
  /** Waits until a page is not held; at once if it is not. */
  settled(processor: Processor, domain: number, page: number): Promise<void>;
}

/** Of one frame of one memory: a word of the frame table. */
export interface FrameRecord {
  readonly state: 'free' | 'hypervisor' | 'table' | 'page' | 'lost';
  readonly owner: number;
  readonly both: boolean;
  readonly super: boolean;
  readonly scanned: boolean;
  readonly form: number;
  readonly references: number;
  /** In its owner's page map; `undefined`: at none. */
  readonly page: number | undefined;
}

export interface FreeFrames {
  /** Frames that are free in the first memory, in the second, and in both at once. */
  readonly first: number;
  readonly second: number;
  readonly both: number;
  /** Super frames that are free in all of both memories. */
  readonly super: number;
}

export interface Frames {
  /**
   * Frames for a domain, cleared in their form. Single ones come from super frames that are broken already.
   *
   * @throws ENOMEM without such frames; EIO when the only memory asked for is out of use
   */
  allocate(processor: Processor, owner: number, wanted: Wanted): Promise<Backing>;
  /** Frees frames that no page map reaches any more, and that were never mapped or taken back. @throws EBUSY with references */
  release(processor: Processor, backing: Backing): Promise<void>;
  /** The record of a frame, of the first memory that it is in. */
  record(processor: Processor, backing: Backing): Promise<FrameRecord>;
  /** Gives up a reference. */
  dereference(processor: Processor, backing: Backing): Promise<void>;
  /** Sets or clears `scanned`. */
  markScanned(processor: Processor, backing: Backing, scanned: boolean): Promise<void>;
  free(processor: Processor): Promise<FreeFrames>;
  /** Calls when there may be frames that were not given before: after each release, and when a memory gives single copies again. */
  onFree(see: () => void): void;
}

/** The hypervisor's own sight of frames, whatever page maps say: privileged accesses of domain 0. */
export interface Windows {
  /** A view of the frames of a backing, with its copies and form. Its tables are made when it is first used. */
  view(processor: Processor, backing: Backing): Promise<View>;
  /** Tables that all windows may come to: of forms that have a key, in all copies, and those that there are. */
  readonly mostTables: number;
}

/** Areas of the hypervisor's memory, mirrored, all zeros after boot; what lies in them is their users'. */
export type AreaName = 'domains' | 'events' | 'grants' | 'patterns' | 'clients';

export interface Areas {
  readonly layout: Layout;
  view(processor: Processor, area: AreaName): View;
}

/** An access that was answered with an error. */
export interface FaultedAccess {
  readonly domain: number;
  readonly address: number;
  readonly bytes: number;
  readonly write: boolean;
}

/** Why an access was answered with an error, by the tables as they are now. Wait, bring back or call a handler; then try again. */
export type Explanation =
  /** Nothing forbids it now. */
  | { readonly kind: 'none' }
  | {
      /** `no right`: its owner set no such right. */
      readonly kind: 'held' | 'given back' | 'lost' | 'nothing' | 'no right';
      /** The first page that stops the access. */
      readonly page: number;
    }
  | { readonly kind: 'swept'; readonly page: number; readonly pattern: number }
  | { readonly kind: 'trap'; readonly page: number; readonly trap: Trap };

export interface Lost {
  readonly domain: number;
  readonly page: number;
}

/**
 * Who does work that takes long: it has a processor for each access, which is not interrupted, and gives it away while it waits. A thread of
 * the scheduler is one.
 */
export interface Worker {
  access<Result>(work: (processor: Processor) => Promise<Result>): Promise<Result>;
  suspend<Result>(wait: Promise<Result>): Promise<Result>;
}

/** What the keeper says of a memory. `restoring`: it is written, and not read yet. */
export type MemoryState = 'on line' | 'failed' | 'restoring';

export interface Memories {
  state(processor: Processor, memory: 0 | 1): Promise<MemoryState>;
  /**
   * After the keeper took a memory out of use: what had its only copy there is lost, at every page that has it, of every domain.
   * To be called until it was done once for each failure; more does no harm.
   */
  lost(worker: Worker, memory: 0 | 1): Promise<readonly Lost[]>;
  /**
   * Brings a replaced memory back: reset, keys and forms, restored by the keeper's engine, on line. Runs as long as that takes.
   *
   * @throws EAGAIN when it does not come out of its reset, or fails again meanwhile; EINVAL when it has not failed; EBUSY while one is being
   * brought back
   */
  replace(worker: Worker, memory: 0 | 1): Promise<void>;
}

/** Something that is not as it must be. */
export interface Finding {
  /** Such as `memory 1, frame 77` or `domain 3, page 0x12`. */
  readonly where: string;
  readonly what: string;
}

/** What callers have, beside what page maps say. */
export interface Accounted {
  /** Pages to which a reference is held, one each, that no foreign entry has. */
  readonly references?: readonly Backing[] | undefined;
  /** Frames that were allocated and are not mapped. */
  readonly unmapped?: readonly { readonly owner: number; readonly backing: Backing }[] | undefined;
}

export interface HypervisorMemory {
  readonly platform: Platform;
  readonly areas: Areas;
  readonly windows: Windows;
  readonly frames: Frames;
  readonly maps: PageMaps;
  readonly memories: Memories;
  /** Why an access faulted; clears the fault record of the processor's unit. Takes the lock of the domain's page map. */
  explain(processor: Processor, access: FaultedAccess): Promise<Explanation>;
  /** Walks everything, in a moment in which nothing else runs, and says what is not accounted for. Empty: all is well. */
  audit(processor: Processor, accounted?: Accounted): Promise<readonly Finding[]>;
}

export { HypervisorError, type HypervisorErrorCode, OutOfUseError, TrappedPageError } from './errors.ts';
export type { PathKey } from './keys.ts';
export type { Layout } from './layout.ts';
export type {
  Backing,
  Copies,
  Leaving,
  PageEntry,
  PresentEntry,
  Rights,
  Trap,
  Wanted,
} from './page-entry.ts';

import { DiskError } from '../../hypervisor/disk/platform-disk.ts';
import { MemoryTree } from '../memory/tree.ts';
import type { AnswerJournal, JournalEntry } from '../server/answers.ts';
import type { QuotaLimits } from '../tree/quota.ts';
import type { Reference, Tree } from '../tree/tree.ts';
import { AnswerLog } from './answer-log.ts';
import { Changes } from './changes.ts';
import { DiskLog } from './disk-log.ts';
import { Replay } from './image.ts';
import { type BlockDevice, look, type Member, Mirror } from './mirror.ts';
import { decodePuts } from './puts.ts';
import { choose, readLog } from './reading.ts';
import { DiskReference } from './reference.ts';

export interface DiskTreeOptions {
  /** What it may hold; what its log has room for when left out. */
  readonly quota?: QuotaLimits;
  /** Nanoseconds since 1970; the host's clock when left out. */
  readonly now?: () => bigint;
  /** Blocks of each disk that are used, of a tree that is new; all of the smaller disk when left out. */
  readonly blocks?: number;
  /** Which of the disks is to count, where each has gone on without the other. */
  readonly prefer?: number;
}

const unlimited: QuotaLimits = { bytes: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY };

/** A tree in memory whose changes are in a log, on one disk or the same on two, before they are acknowledged; and with them the answers to its clients. */
export class DiskTree implements Tree {
  /** Answers that outlive the server. */
  readonly journal: AnswerJournal;
  readonly #tree: MemoryTree;
  readonly #log: DiskLog;

  private constructor(tree: MemoryTree, log: DiskLog) {
    this.#tree = tree;
    this.#log = log;
    this.journal = new AnswerLog(log);
  }

  /**
   * Makes the tree as its disks have it, an empty one where they were never used, and writes it to all of them that work: one that was left behind, or is new, is a copy again.
   * @param devices its disks; null for one that does not answer
   * @throws DiskError where no disk works, or each has gone on without the other; FileError with EBADMSG for a disk that holds something else, which is left as it is
   */
  static async open(devices: readonly (BlockDevice | null)[], options: DiskTreeOptions = {}): Promise<DiskTree> {
    let failure: unknown = new DiskError('no disk answers');
    const members = await Promise.all(
      devices.map(async (device) => {
        try {
          return device === null ? null : await look(device);
        } catch (error) {
          if (!(error instanceof DiskError)) throw error;
          failure = error;
          return null;
        }
      }),
    );
    const working = members.filter((member): member is Member => member !== null);
    if (working.length === 0) throw failure;
    const { quota, now, prefer } = options;
    const chosen = choose(working, prefer === undefined ? null : (members[prefer] ?? null));
    const tree = new MemoryTree({ quota: unlimited, ...(now === undefined ? {} : { now }) });
    let journal: JournalEntry[] = [];
    const replay = new Replay(tree);
    for await (const payload of chosen === null ? [] : readLog(chosen))
      for (const put of decodePuts(payload)) {
        if (put.put === 'journal') journal.push(put.entry);
        else if (put.put === 'no journal') journal = [];
        else replay.put(put);
      }
    replay.end();
    const superblocks = working.map(({ superblock }) => superblock).filter((one) => one !== null);
    const blocks =
      chosen?.superblock.blocks ?? Math.min(options.blocks ?? 2 ** 32, ...working.map(({ device }) => device.blocks));
    const mirror = new Mirror(
      working
        .filter(({ device }) => device.blocks >= blocks)
        .map((member) => ({ device: member.device, current: chosen === null || chosen.members.includes(member) })),
      devices.length,
      {
        blocks,
        epoch: chosen?.superblock.epoch ?? 0,
        sequence: Math.max(0, ...superblocks.map(({ sequence }) => sequence)),
        begun: Math.max(0, ...superblocks.map(({ begun }) => begun)),
      },
    );
    tree.quota.limits = quota ?? { bytes: mirror.bytes, files: Math.floor(mirror.bytes / 512) };
    const changes = new Changes(tree);
    tree.observe(changes);
    const log = new DiskLog(mirror, tree, changes, journal);
    await log.beginAnew();
    return new DiskTree(tree, log);
  }

  /** Disks that all that is acknowledged is on. */
  get disks(): number {
    return this.#log.disks;
  }

  async root(): Promise<Reference> {
    return new DiskReference(this.#log, await this.#tree.root());
  }

  /** Resolves when all that was begun is on the disks. @throws DiskError */
  close(): Promise<void> {
    return this.#log.commit();
  }
}

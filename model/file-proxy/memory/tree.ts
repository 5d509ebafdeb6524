import type { Octets } from '../protocol/octets.ts';
import { modes } from '../tree/mode.ts';
import { Quota, type QuotaLimits } from '../tree/quota.ts';
import type { Reference, Tree } from '../tree/tree.ts';
import { MemoryNode } from './node.ts';
import { MemoryReference } from './reference.ts';

export interface MemoryTreeOptions {
  readonly quota?: QuotaLimits;
  /** Nanoseconds since 1970; the host's clock when left out. */
  readonly now?: () => bigint;
  readonly uid?: number;
  readonly gid?: number;
  /** `file` for a tree that is one file and nothing else; a directory when left out. */
  readonly root?: 'directory' | 'file';
}

/** What the nodes of one tree have in common. */
export interface MemoryShare {
  readonly quota: Quota;
  readonly now: () => bigint;
  readonly uid: number;
  readonly gid: number;
  make(mode: number, more?: { readonly device?: bigint; readonly target?: Octets; readonly gid?: number }): MemoryNode;
}

/** Files kept in memory: a share that has no host directory, and the local part of a guest's tree. */
export class MemoryTree implements Tree {
  readonly quota: Quota;
  private readonly rootNode: MemoryNode;
  private readonly share: MemoryShare;
  constructor({ quota, now, uid, gid, root }: MemoryTreeOptions = {}) {
    let identity = 0n;
    const limits = new Quota(quota ?? { bytes: 2 ** 30, files: 2 ** 20 });
    const clock = now ?? ((): bigint => BigInt(Date.now()) * 1_000_000n);
    const owner = { uid: uid ?? 0, gid: gid ?? 0 };
    this.quota = limits;
    this.share = {
      ...owner,
      quota: limits,
      now: clock,
      make: (mode, { device = 0n, target = '' as Octets, gid: group = owner.gid } = {}) =>
        new MemoryNode(limits, {
          identity: ++identity,
          mode,
          uid: owner.uid,
          gid: group,
          device,
          target,
          now: clock(),
        }),
    };
    this.rootNode = this.share.make(root === 'file' ? modes.file | 0o644 : modes.directory | 0o755);
    this.rootNode.links = 1;
    this.rootNode.parent = this.rootNode;
  }
  async root(): Promise<Reference> {
    return new MemoryReference(this.share, this.rootNode, null);
  }
}

import type { Octets } from '../protocol/octets.ts';
import { modes } from '../tree/mode.ts';
import { Quota, type QuotaLimits } from '../tree/quota.ts';
import type { Tree } from '../tree/tree.ts';
import { MemoryNode } from './node.ts';
import type { TreeObserver } from './observer.ts';
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
  readonly rootNode: MemoryNode;
  private readonly share: MemoryShare;
  private readonly owner: { readonly quota: Quota; observer: TreeObserver | null };
  /** The identity that was given last. */
  lastIdentity = 0n;
  constructor({ quota, now, uid, gid, root }: MemoryTreeOptions = {}) {
    const limits = new Quota(quota ?? { bytes: 2 ** 30, files: 2 ** 20 });
    const clock = now ?? ((): bigint => BigInt(Date.now()) * 1_000_000n);
    const owner = { uid: uid ?? 0, gid: gid ?? 0 };
    this.quota = limits;
    this.owner = { quota: limits, observer: null };
    this.share = {
      ...owner,
      quota: limits,
      now: clock,
      make: (mode, { device = 0n, target = '' as Octets, gid: group = owner.gid } = {}) => {
        this.lastIdentity += 1n;
        const { lastIdentity: identity } = this;
        return new MemoryNode(this.owner, { identity, mode, uid: owner.uid, gid: group, device, target, now: clock() });
      },
    };
    this.rootNode = this.share.make(root === 'file' ? modes.file | 0o644 : modes.directory | 0o755);
    this.rootNode.links = 1;
    this.rootNode.parent = this.rootNode;
  }
  /** Tells of every change from now on. */
  observe(observer: TreeObserver): void {
    this.owner.observer = observer;
  }
  /** Makes an object as an earlier tree had it, which has no name yet. */
  remake(
    identity: bigint,
    fixed: { readonly mode: number; readonly device: bigint; readonly target: Octets },
  ): MemoryNode {
    return new MemoryNode(this.owner, { identity, uid: 0, gid: 0, now: 0n, ...fixed });
  }
  async root(): Promise<MemoryReference> {
    return new MemoryReference(this.share, this.rootNode, null);
  }
}

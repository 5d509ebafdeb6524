import fs from 'node:fs';
import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import type { Qid } from '../protocol/qid.ts';
import { isType, modes } from '../tree/mode.ts';
import { closeDescriptor, heldPath, keyOf, statUnder } from './descriptors.ts';
import type { FileState } from './share.ts';
import type { HostTree } from './tree.ts';

/** Names of one object that are remembered: an object with more can still be reached by these. */
const namesLimit = 8;

/** An object of the host, held by one client: one descriptor however many references there are. */
export class HostNode {
  readonly tree: HostTree;
  readonly descriptor: number;
  readonly key: string;
  readonly qid: Qid;
  readonly type: number;
  /** Of a symbolic link, which never changes. */
  readonly target: Octets;
  readonly state: FileState;
  /** Where it was last seen, latest first: looked at again before use, since anyone may have renamed it. Each holds its directory. */
  private names: { readonly parent: HostNode; readonly name: Octets }[] = [];
  private holds = 0;

  constructor(tree: HostTree, descriptor: number, stats: fs.BigIntStats, target: Octets) {
    this.tree = tree;
    this.descriptor = descriptor;
    this.key = keyOf(stats);
    this.qid = tree.share.qidOf(stats);
    this.type = Number(stats.mode) & modes.type;
    this.target = target;
    this.state = tree.share.use(stats);
  }
  get path(): string {
    return heldPath(this.descriptor);
  }
  get isDirectory(): boolean {
    return isType(this.type, modes.directory);
  }
  hold(): this {
    this.holds += 1;
    return this;
  }
  async letGo(): Promise<void> {
    this.holds -= 1;
    if (this.holds > 0) return;
    const names = this.names;
    this.names = [];
    await this.tree.drop(this);
    for (const { parent } of names) await parent.letGo();
  }
  seenAt(parent: HostNode, name: Octets): void {
    if (this === parent || this.key === this.tree.rootKey) return;
    const others = this.names.filter((known) => known.parent !== parent || known.name !== name);
    if (others.length === this.names.length) parent.hold();
    this.names = [{ parent, name }, ...others];
    const dropped = this.names.length > (this.isDirectory ? 1 : namesLimit) ? this.names.pop() : undefined;
    if (dropped !== undefined) void dropped.parent.letGo();
  }
  /** The directory through which it was last seen. */
  get parent(): HostNode | null {
    return this.names[0]?.parent ?? null;
  }
  /** A directory and name by which it can be reached at this moment. @throws FileError with ENOENT, EBUSY for the root */
  async place(): Promise<{ readonly parent: HostNode; readonly name: Octets }> {
    if (this.key === this.tree.rootKey) throw new FileError('EBUSY');
    for (const known of this.names) {
      const stats = await statUnder(known.parent.descriptor, known.name).catch(() => null);
      if (stats !== null && keyOf(stats) === this.key) return known;
    }
    throw new FileError('ENOENT');
  }
  /**
   * Refuses what someone on the host moved out of the share: a hold alone would still reach it. Linux answers from its memory, so this may wait for it.
   * @throws FileError with ESTALE
   */
  checkInside(): void {
    const root = fs.readlinkSync(heldPath(this.tree.share.rootDescriptor), 'latin1');
    const own = fs.readlinkSync(this.path, 'latin1');
    if (own !== root && !own.startsWith(root.endsWith('/') ? root : `${root}/`)) throw new FileError('ESTALE');
  }
  /** As `checkInside`, of what must be a directory. @throws FileError with ENOTDIR or ESTALE */
  checkDirectory(): void {
    if (!this.isDirectory) throw new FileError('ENOTDIR');
    this.checkInside();
  }
  close(): Promise<void> {
    return closeDescriptor(this.descriptor);
  }
}

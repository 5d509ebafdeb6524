import fs from 'node:fs';
import { codeOf, FileError } from '../protocol/errors.ts';
import { bytesOf, type Octets } from '../protocol/octets.ts';
import type { Qid } from '../protocol/qid.ts';
import { isType, modes } from '../tree/mode.ts';
import type { Attributes, Change, OpenFile, OpenFlags, Reference, Statistics } from '../tree/tree.ts';
import { changeNode, permissionsGiven, resizeNode } from './change.ts';
import { closeDescriptor, holdSame, keyOf, openHeld, openUnder, pathUnder, statOf, statUnder } from './descriptors.ts';
import { HostDirectory } from './directory.ts';
import { HostFile } from './file.ts';
import type { HostNode } from './node.ts';

const { O_CREAT, O_EXCL, O_NONBLOCK, O_RDONLY, O_WRONLY, O_RDWR, O_SYNC } = fs.constants;
const { link, lstat, mkdir, rename, rmdir, symlink, unlink } = fs.promises;

const attempts = 8;

/** The host's flags. Reading and writing place every byte themselves, so appending is ours to do; a file that would block is not opened at all. */
const hostFlags = ({ read, write, sync }: OpenFlags): number =>
  (write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY) | (sync ? O_SYNC : 0) | O_NONBLOCK;

/** A hold on one object of a host directory. */
export class HostReference implements Reference {
  readonly node: HostNode;
  private held = true;
  /** Takes over one hold of the node. */
  constructor(node: HostNode) {
    this.node = node;
  }
  get qid(): Qid {
    return this.node.qid;
  }
  async duplicate(): Promise<Reference> {
    return new HostReference(this.node.hold());
  }
  async walk(name: Octets): Promise<Reference> {
    const { node } = this;
    if (name === '.' || name === '..') {
      if (!node.isDirectory) throw new FileError('ENOTDIR');
      return new HostReference((name === '.' ? node : (node.parent ?? node)).hold());
    }
    return new HostReference(await node.tree.find(node, name));
  }
  async attributes(): Promise<Attributes> {
    const stats = await statOf(this.node.descriptor);
    return {
      qid: this.node.tree.share.qidOf(stats),
      mode: Number(stats.mode),
      uid: Number(stats.uid),
      gid: Number(stats.gid),
      links: Number(stats.nlink),
      device: stats.rdev,
      size: Number(stats.size),
      blockSize: Number(stats.blksize),
      blocks: Number(stats.blocks),
      accessed: stats.atimeNs,
      modified: stats.mtimeNs,
      changed: stats.ctimeNs,
      born: stats.birthtimeNs,
    };
  }
  change(change: Change): Promise<void> {
    return changeNode(this.node, change);
  }
  async open(flags: OpenFlags): Promise<OpenFile> {
    const { node } = this;
    if (node.isDirectory) {
      if (flags.write || flags.truncate) throw new FileError('EISDIR');
      node.checkInside();
      return new HostDirectory(node);
    }
    if (isType(node.type, modes.symlink)) throw new FileError('ELOOP');
    // A pipe or a device would hold up the server, or reach past the share.
    if (!isType(node.type, modes.file)) throw new FileError('EOPNOTSUPP');
    node.checkInside();
    node.tree.takeDescriptor();
    let descriptor = -1;
    try {
      descriptor = await openHeld(node.descriptor, hostFlags(flags));
      if (flags.truncate) await resizeNode(node, 0);
      return new HostFile(node, descriptor, flags);
    } catch (error) {
      node.tree.returnDescriptor();
      if (descriptor >= 0) await closeDescriptor(descriptor);
      throw error;
    }
  }
  /** Changes of one directory's names take turns, over all clients: what was looked at is what is changed, and its count is right before another looks. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.node.checkDirectory();
    return this.node.state.turns.run(() => {
      this.node.checkDirectory();
      return work();
    });
  }
  /** Makes a file that was not there, open, with exactly the mode asked for. @throws Node's error with EEXIST */
  private async createFile(name: Octets, flags: OpenFlags, mode: number): Promise<{ node: HostNode; file: OpenFile }> {
    const { node } = this;
    const { tree } = node;
    // Both that it needs, so that nothing is made where one is refused.
    tree.takeDescriptor(2);
    let descriptor = -1;
    let held = -1;
    try {
      tree.share.quota?.chargeFile();
      try {
        descriptor = await openUnder(
          node.descriptor,
          name,
          hostFlags(flags) | O_CREAT | O_EXCL,
          mode & permissionsGiven,
        );
      } catch (error) {
        tree.share.quota?.returnFile();
        throw error;
      }
      await fs.promises.chmod(`/proc/self/fd/${descriptor}`, mode & permissionsGiven);
      held = await holdSame(descriptor);
      const made = await tree.adopt(held, await statOf(held), '' as Octets);
      made.seenAt(node, name);
      return { node: made, file: new HostFile(made, descriptor, flags) };
    } catch (error) {
      tree.returnDescriptor(2);
      for (const open of [descriptor, held]) if (open >= 0) await closeDescriptor(open);
      throw error;
    }
  }
  async create(name: Octets, flags: OpenFlags, mode: number): Promise<{ reference: Reference; file: OpenFile }> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      try {
        const { node, file } = await this.inTurn(() => this.createFile(name, flags, mode));
        return { reference: new HostReference(node), file };
      } catch (error) {
        if (flags.exclusive || codeOf(error) !== 'EEXIST') throw error;
      }
      let existing: Reference | null = null;
      try {
        existing = await this.walk(name);
        return { reference: existing, file: await existing.open(flags) };
      } catch (error) {
        await existing?.release();
        // Between the two looks someone took it away.
        if (existing !== null || codeOf(error) !== 'ENOENT') throw error;
      }
    }
    throw new FileError('ESTALE');
  }
  /** Makes a name by `work`, counted as a file; gives its object's qid. */
  private async add(name: Octets, work: (path: Buffer) => Promise<void>): Promise<fs.BigIntStats> {
    const { node } = this;
    node.tree.share.quota?.chargeFile();
    try {
      await work(pathUnder(node.descriptor, name));
    } catch (error) {
      node.tree.share.quota?.returnFile();
      throw error;
    }
    return statUnder(node.descriptor, name);
  }
  makeDirectory(name: Octets, mode: number): Promise<Qid> {
    return this.inTurn(() => this.makeDirectoryInTurn(name, mode));
  }
  private async makeDirectoryInTurn(name: Octets, mode: number): Promise<Qid> {
    const { tree } = this.node;
    // Kept for what holds it once it is made.
    tree.takeDescriptor();
    try {
      await this.add(name, (path) => mkdir(path, mode & permissionsGiven).then(() => undefined));
    } finally {
      tree.returnDescriptor();
    }
    const made = await tree.find(this.node, name);
    try {
      // The server's own umask took bits away.
      if (made.isDirectory) await fs.promises.chmod(made.path, mode & permissionsGiven);
      return made.qid;
    } finally {
      await made.letGo();
    }
  }
  async makeSymlink(name: Octets, target: Octets): Promise<Qid> {
    const stats = await this.inTurn(() => this.add(name, (path) => symlink(bytesOf(target), path)));
    return this.node.tree.share.qidOf(stats);
  }
  async makeNode(name: Octets, mode: number): Promise<Qid> {
    const type = mode & modes.type;
    if (type !== 0 && type !== modes.file) throw new FileError('EPERM');
    const flags = { read: false, write: true, truncate: false, append: false, exclusive: true, sync: false };
    const { node, file } = await this.inTurn(() => this.createFile(name, flags, mode));
    await file.close();
    await node.letGo();
    return node.qid;
  }
  async link(target: Reference, name: Octets): Promise<void> {
    if (!(target instanceof HostReference) || target.node.tree !== this.node.tree) throw new FileError('EXDEV');
    const { node } = target;
    if (node.isDirectory) throw new FileError('EPERM');
    await this.inTurn(() => this.linkInTurn(node, name));
  }
  private async linkInTurn(node: HostNode, name: Octets): Promise<void> {
    const made = pathUnder(this.node.descriptor, name);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const from = await node.place();
      from.parent.checkInside();
      await link(pathUnder(from.parent.descriptor, from.name), made);
      if (keyOf(await lstat(made, { bigint: true })) === node.key) {
        node.seenAt(this.node, name);
        return;
      }
      // The old name was another's by then, whose only name this may be by now.
      await this.unlinkInTurn(name, false);
    }
    throw new FileError('ESTALE');
  }
  /** Holds what a name stands for, so that its space is given back once it is gone; null where nothing is there, or nothing is counted. */
  private async counted(directory: HostNode, name: Octets): Promise<HostNode | null> {
    const { tree } = directory;
    if (tree.share.quota === null) return null;
    return tree.find(directory, name).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENAMETOOLONG') return null;
      throw error;
    });
  }
  async rename(name: Octets, directory: Reference, newName: Octets): Promise<void> {
    if (!(directory instanceof HostReference) || directory.node.tree !== this.node.tree) throw new FileError('EXDEV');
    // In one order for all, so that no two wait for each other.
    const [first, second] = this.node.key < directory.node.key ? [this, directory] : [directory, this];
    const work = (): Promise<void> => this.renameInTurn(name, directory.node, newName);
    await first.inTurn(first.node.key === second.node.key ? work : () => second.inTurn(work));
  }
  private async renameInTurn(name: Octets, directory: HostNode, newName: Octets): Promise<void> {
    const moved = await this.node.tree.find(this.node, name);
    let replaced: HostNode | null = null;
    try {
      replaced = await this.counted(directory, newName);
      await rename(pathUnder(this.node.descriptor, name), pathUnder(directory.descriptor, newName));
      moved.seenAt(directory, newName);
    } finally {
      await replaced?.letGo();
      await moved.letGo();
    }
  }
  unlink(name: Octets, isDirectory: boolean): Promise<void> {
    return this.inTurn(() => this.unlinkInTurn(name, isDirectory));
  }
  private async unlinkInTurn(name: Octets, isDirectory: boolean): Promise<void> {
    const { node } = this;
    const removed = await this.counted(node, name);
    try {
      await (isDirectory ? rmdir : unlink)(pathUnder(node.descriptor, name));
    } finally {
      await removed?.letGo();
    }
  }
  async place(): Promise<{ directory: Reference; name: Octets }> {
    const { parent, name } = await this.node.place();
    return { directory: new HostReference(parent.hold()), name };
  }
  async target(): Promise<Octets> {
    if (!isType(this.node.type, modes.symlink)) throw new FileError('EINVAL');
    return this.node.target;
  }
  async statistics(): Promise<Statistics> {
    const { quota } = this.node.tree.share;
    const host = await fs.promises.statfs(this.node.path, { bigint: true });
    const smaller = (left: bigint, right: number | undefined): bigint =>
      right === undefined || left < BigInt(right) ? left : BigInt(right);
    const block = host.bsize;
    const room = quota === null ? undefined : Math.floor(quota.bytesLeft / Number(block));
    return {
      type: Number(host.type),
      blockSize: Number(block),
      blocks: smaller(host.blocks, quota === null ? undefined : Math.floor(quota.limits.bytes / Number(block))),
      blocksFree: smaller(host.bfree, room),
      blocksAvailable: smaller(host.bavail, room),
      files: smaller(host.files, quota?.limits.files),
      filesFree: smaller(host.ffree, quota?.filesLeft),
    };
  }
  async listExtended(): Promise<readonly Octets[]> {
    throw new FileError('EOPNOTSUPP');
  }
  async getExtended(): Promise<Uint8Array> {
    throw new FileError('EOPNOTSUPP');
  }
  async setExtended(): Promise<void> {
    throw new FileError('EOPNOTSUPP');
  }
  async release(): Promise<void> {
    if (!this.held) return;
    this.held = false;
    await this.node.letGo();
  }
}

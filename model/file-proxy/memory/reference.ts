import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import type { Qid } from '../protocol/qid.ts';
import { isType, modes } from '../tree/mode.ts';
import type { Attributes, Change, OpenFile, OpenFlags, Reference, Statistics } from '../tree/tree.ts';
import { MemoryFile } from './file.ts';
import type { MemoryNode } from './node.ts';
import type { MemoryShare } from './tree.ts';

const extendedLimit = 65_536;

/** A hold on one node, with the directory and name by which it was reached. */
export class MemoryReference implements Reference {
  readonly node: MemoryNode;
  private readonly share: MemoryShare;
  private readonly reached: { readonly parent: MemoryNode; readonly name: Octets } | null;
  private held = true;
  constructor(share: MemoryShare, node: MemoryNode, reached: MemoryReference['reached']) {
    this.share = share;
    this.node = node;
    this.reached = reached;
    node.hold();
  }
  get qid(): Qid {
    return this.node.qid;
  }
  private child(name: Octets): MemoryNode {
    const entry = this.node.entries.get(name);
    if (entry === undefined) throw new FileError('ENOENT');
    return entry.node;
  }
  /** This directory, to make a name in. @throws FileError */
  private forNew(name: Octets): MemoryNode {
    if (this.node.entries.has(name)) throw new FileError('EEXIST');
    // A directory that was removed takes no names.
    if (this.node.links === 0) throw new FileError('ENOENT');
    return this.node;
  }
  async duplicate(): Promise<Reference> {
    return new MemoryReference(this.share, this.node, this.reached);
  }
  async walk(name: Octets): Promise<Reference> {
    if (name === '.') return this.duplicate();
    if (name === '..') {
      if (this.node.children === null) throw new FileError('ENOTDIR');
      return new MemoryReference(this.share, this.node.parent ?? this.node, null);
    }
    return new MemoryReference(this.share, this.child(name), { parent: this.node, name });
  }
  async attributes(): Promise<Attributes> {
    return this.node.attributes();
  }
  async change({ mode, uid, gid, size, accessed, modified }: Change): Promise<void> {
    const { node } = this;
    const now = this.share.now();
    if (size !== undefined) {
      if (node.children !== null) throw new FileError('EISDIR');
      if (!isType(node.mode, modes.file)) throw new FileError('EINVAL');
      node.resize(size);
      node.touch(now);
    }
    if (mode !== undefined) {
      if (isType(node.mode, modes.symlink)) throw new FileError('EOPNOTSUPP');
      node.mode = (node.mode & modes.type) | (mode & modes.permissions);
    }
    if (uid !== undefined) node.uid = uid;
    if (gid !== undefined) node.gid = gid;
    if (accessed !== undefined) node.accessed = accessed === 'now' ? now : accessed;
    if (modified !== undefined) node.modified = modified === 'now' ? now : modified;
    node.mark(now);
  }
  async open(flags: OpenFlags): Promise<OpenFile> {
    const { node } = this;
    if (node.children !== null && (flags.write || flags.truncate)) throw new FileError('EISDIR');
    if (isType(node.mode, modes.symlink)) throw new FileError('ELOOP');
    if (node.children === null && !isType(node.mode, modes.file)) throw new FileError('EOPNOTSUPP');
    if (flags.truncate) {
      node.resize(0);
      node.touch(this.share.now());
    }
    return new MemoryFile(node, flags, this.share.now);
  }
  async create(
    name: Octets,
    flags: OpenFlags,
    mode: number,
    gid: number,
  ): Promise<{ reference: Reference; file: OpenFile }> {
    const found = this.node.entries.get(name);
    if (found !== undefined) {
      if (flags.exclusive) throw new FileError('EEXIST');
      const reference = new MemoryReference(this.share, found.node, { parent: this.node, name });
      try {
        return { reference, file: await reference.open(flags) };
      } catch (error) {
        await reference.release();
        throw error;
      }
    }
    this.forNew(name);
    const node = this.share.make(modes.file | (mode & modes.permissions), { gid });
    this.node.insert(name, node, this.share.now());
    const reference = new MemoryReference(this.share, node, { parent: this.node, name });
    return { reference, file: new MemoryFile(node, flags, this.share.now) };
  }
  private add(name: Octets, mode: number, gid: number, more: { device?: bigint; target?: Octets } = {}): Qid {
    const directory = this.forNew(name);
    const node = this.share.make(mode, { ...more, gid });
    directory.insert(name, node, this.share.now());
    return node.qid;
  }
  async makeDirectory(name: Octets, mode: number, gid: number): Promise<Qid> {
    return this.add(name, modes.directory | (mode & modes.permissions), gid);
  }
  async makeSymlink(name: Octets, target: Octets, gid: number): Promise<Qid> {
    return this.add(name, modes.symlink | 0o777, gid, { target });
  }
  async makeNode(name: Octets, mode: number, device: bigint, gid: number): Promise<Qid> {
    const type = (mode & modes.type) === 0 ? modes.file : mode & modes.type;
    if (type === modes.directory || type === modes.symlink) throw new FileError('EINVAL');
    return this.add(name, type | (mode & modes.permissions), gid, { device });
  }
  async link(target: Reference, name: Octets): Promise<void> {
    if (!(target instanceof MemoryReference) || target.share !== this.share) throw new FileError('EXDEV');
    if (target.node.children !== null) throw new FileError('EPERM');
    if (target.node.links === 0) throw new FileError('ENOENT');
    this.forNew(name).insert(name, target.node, this.share.now());
  }
  async rename(name: Octets, directory: Reference, newName: Octets): Promise<void> {
    if (!(directory instanceof MemoryReference) || directory.share !== this.share) throw new FileError('EXDEV');
    const node = this.child(name);
    const into = directory.node;
    if (into.children !== null && into.links === 0) throw new FileError('ENOENT');
    const existing = into.entries.get(newName)?.node;
    if (existing === node) return;
    const isAbove = (upper: MemoryNode | undefined, lower: MemoryNode): boolean => {
      for (let at: MemoryNode | null = lower; at !== null; at = at.parent === at ? null : at.parent)
        if (at === upper) return true;
      return false;
    };
    if (isAbove(node, into)) throw new FileError('EINVAL');
    if (isAbove(existing, this.node)) throw new FileError('ENOTEMPTY');
    if (node.children !== null) {
      if (existing !== undefined && existing.children === null) throw new FileError('ENOTDIR');
    } else if (existing !== undefined && existing.children !== null) throw new FileError('EISDIR');
    if (existing?.children !== null && (existing?.children?.size ?? 0) > 0) throw new FileError('ENOTEMPTY');
    const now = this.share.now();
    node.hold();
    if (existing !== undefined) into.removeName(newName, now);
    this.node.removeName(name, now);
    into.insert(newName, node, now);
    node.letGo();
  }
  async unlink(name: Octets, isDirectory: boolean): Promise<void> {
    const node = this.child(name);
    if (isDirectory && node.children === null) throw new FileError('ENOTDIR');
    if (!isDirectory && node.children !== null) throw new FileError('EISDIR');
    if ((node.children?.size ?? 0) > 0) throw new FileError('ENOTEMPTY');
    this.node.removeName(name, this.share.now());
  }
  async place(): Promise<{ directory: Reference; name: Octets }> {
    const { node, share, reached } = this;
    if (reached !== null && reached.parent.children?.get(reached.name)?.node === node)
      return { directory: new MemoryReference(share, reached.parent, null), name: reached.name };
    if (node.parent === node) throw new FileError('EBUSY');
    for (const [name, entry] of node.parent?.entries ?? [])
      if (entry.node === node) return { directory: new MemoryReference(share, node.parent!, null), name };
    throw new FileError('ENOENT');
  }
  async target(): Promise<Octets> {
    if (!isType(this.node.mode, modes.symlink)) throw new FileError('EINVAL');
    return this.node.target;
  }
  async statistics(): Promise<Statistics> {
    const { limits, bytesLeft, filesLeft } = this.share.quota;
    const blocks = (bytes: number): bigint => BigInt(Math.floor(bytes / 4096));
    return {
      // Linux's TMPFS_MAGIC.
      type: 0x0102_1994,
      blockSize: 4096,
      blocks: blocks(limits.bytes),
      blocksFree: blocks(bytesLeft),
      blocksAvailable: blocks(bytesLeft),
      files: BigInt(limits.files),
      filesFree: BigInt(filesLeft),
    };
  }
  async listExtended(): Promise<readonly Octets[]> {
    return [...this.node.extended.keys()];
  }
  async getExtended(name: Octets): Promise<Uint8Array> {
    const value = this.node.extended.get(name);
    if (value === undefined) throw new FileError('ENODATA');
    return value;
  }
  async setExtended(name: Octets, value: Uint8Array, how: 'any' | 'create' | 'replace' | 'remove'): Promise<void> {
    const { extended } = this.node;
    const old = extended.get(name);
    if (how === 'create' && old !== undefined) throw new FileError('EEXIST');
    if ((how === 'replace' || how === 'remove') && old === undefined) throw new FileError('ENODATA');
    const total = [...extended.entries()].reduce((sum, [key, kept]) => sum + key.length + kept.length, value.length);
    if (how !== 'remove' && total > extendedLimit) throw new FileError('ENOSPC');
    this.node.setExtended(name, how === 'remove' ? null : value, this.share.now());
  }
  async release(): Promise<void> {
    if (!this.held) return;
    this.held = false;
    this.node.letGo();
  }
}

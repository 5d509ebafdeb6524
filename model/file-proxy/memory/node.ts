import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import { type Qid, qidType } from '../protocol/qid.ts';
import { isType, modes } from '../tree/mode.ts';
import type { Quota } from '../tree/quota.ts';
import type { Attributes } from '../tree/tree.ts';
import type { TreeObserver } from './observer.ts';

const nothing = new Uint8Array(0);
/** Bytes of one file: what an array can surely hold. */
const sizeLimit = 2 ** 31;

/** What all objects of a tree charge, and who is told of their changes. */
export interface NodeOwner {
  readonly quota: Quota;
  readonly observer: TreeObserver | null;
}

/** What an object is, beside its content, its names and its extended attributes. Times in nanoseconds since 1970. */
export interface NodeState {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly accessed: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
  readonly born: bigint;
  readonly version: number;
  /** Of a directory: the place of the next name. */
  readonly nextPlace: bigint;
}

/** One object of an in-memory tree. */
export class MemoryNode {
  readonly identity: bigint;
  mode: number;
  uid: number;
  gid: number;
  readonly device: bigint;
  links = 0;
  /** Of a directory: the one that holds it; the root holds itself. */
  parent: MemoryNode | null = null;
  /** Of a directory; null for others. The number is where reading goes on after the name: it never changes while the name stays. */
  readonly children: Map<Octets, { readonly node: MemoryNode; readonly place: bigint }> | null;
  private nextPlace = 3n;
  readonly target: Octets;
  readonly extended = new Map<Octets, Uint8Array>();
  accessed: bigint;
  modified: bigint;
  changed: bigint;
  born: bigint;
  /** References and open files that keep it. */
  holds = 0;
  private buffer = nothing;
  private length = 0;
  private version = 0;
  private readonly owner: NodeOwner;

  constructor(
    owner: NodeOwner,
    {
      identity,
      mode,
      uid,
      gid,
      device,
      target,
      now,
    }: Readonly<{
      identity: bigint;
      mode: number;
      uid: number;
      gid: number;
      device: bigint;
      target: Octets;
      now: bigint;
    }>,
  ) {
    this.owner = owner;
    this.identity = identity;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.device = device;
    this.target = target;
    this.children = isType(mode, modes.directory) ? new Map() : null;
    this.accessed = now;
    this.modified = now;
    this.changed = now;
    this.born = now;
    owner.quota.chargeFile();
  }
  get size(): number {
    return this.length;
  }
  get qid(): Qid {
    const type = this.children !== null ? qidType.directory : isType(this.mode, modes.symlink) ? qidType.symlink : 0;
    return { type, version: this.version, path: this.identity };
  }
  /** @throws FileError with ENOTDIR */
  get entries(): NonNullable<MemoryNode['children']> {
    if (this.children === null) throw new FileError('ENOTDIR');
    return this.children;
  }
  touch(now: bigint): void {
    this.modified = now;
    this.changed = now;
    this.version = (this.version + 1) >>> 0;
    this.owner.observer?.node(this);
  }
  /** Something of it was changed beside its content and its names. */
  mark(now: bigint): void {
    this.changed = now;
    this.owner.observer?.node(this);
  }
  insert(name: Octets, node: MemoryNode, now: bigint): void {
    this.entries.set(name, { node, place: this.nextPlace++ });
    node.links += 1;
    if (node.children !== null) node.parent = this;
    this.touch(now);
    node.mark(now);
    this.owner.observer?.entry(this, name);
  }
  /** Takes a name away; the object goes with its last hold. */
  removeName(name: Octets, now: bigint): void {
    const { node } = this.entries.get(name)!;
    this.entries.delete(name);
    node.links -= 1;
    this.touch(now);
    node.mark(now);
    this.owner.observer?.entry(this, name);
    node.forget();
  }
  hold(): void {
    this.holds += 1;
  }
  letGo(): void {
    this.holds -= 1;
    this.forget();
  }
  /** Gives its space back once it has neither name nor hold. */
  private forget(): void {
    if (this.links > 0 || this.holds > 0) return;
    this.owner.quota.chargeBytes(-this.length);
    for (const value of this.extended.values()) this.owner.quota.chargeBytes(-value.length);
    this.owner.quota.returnFile();
    this.buffer = nothing;
    this.length = 0;
    this.extended.clear();
  }
  read(offset: number, count: number): Uint8Array {
    return this.buffer.slice(Math.min(offset, this.length), Math.min(offset + count, this.length));
  }
  /** Bytes written: fewer than given where the quota ends. @throws FileError with EDQUOT where none fits */
  write(offset: number, data: Uint8Array, now: bigint): number {
    // Past the end, the gap is charged too.
    const count = Math.min(data.length, this.length - offset + this.owner.quota.bytesLeft);
    if (count <= 0 && data.length > 0) throw new FileError('EDQUOT');
    if (offset + count > this.length) this.resize(offset + count);
    this.buffer.set(data.subarray(0, count), offset);
    this.owner.observer?.content(this, offset, count);
    this.touch(now);
    return count;
  }
  /** @throws FileError with EDQUOT */
  resize(size: number): void {
    if (size > sizeLimit) throw new FileError('EFBIG');
    this.owner.quota.chargeBytes(size - this.length);
    if (size > this.buffer.length) {
      const grown = new Uint8Array(Math.max(size, Math.min(this.buffer.length * 2, size + 2 ** 26)));
      grown.set(this.buffer.subarray(0, this.length));
      this.buffer = grown;
    } else if (size < this.length) {
      // What is cut off must read as zeros when the file grows again.
      this.buffer.fill(0, size, this.length);
      if (size * 4 < this.buffer.length) this.buffer = this.buffer.slice(0, size);
    }
    this.length = size;
    this.owner.observer?.size(this);
  }
  /** @throws FileError with EDQUOT */
  setExtended(name: Octets, value: Uint8Array | null, now: bigint): void {
    this.putExtended(name, value);
    this.owner.observer?.extended(this, name);
    this.mark(now);
  }
  /** Has an attribute, content or name as an earlier tree had it: no time changes, and nobody is told. */
  putExtended(name: Octets, value: Uint8Array | null): void {
    this.owner.quota.chargeBytes((value?.length ?? 0) - (this.extended.get(name)?.length ?? 0));
    if (value === null) this.extended.delete(name);
    else this.extended.set(name, Uint8Array.from(value));
  }
  putContent(offset: number, data: Uint8Array): void {
    if (offset + data.length > this.length) this.resize(offset + data.length);
    this.buffer.set(data, offset);
  }
  putEntry(name: Octets, entry: { readonly node: MemoryNode; readonly place: bigint } | null): void {
    const old = this.entries.get(name)?.node;
    this.entries.delete(name);
    if (entry !== null) {
      this.entries.set(name, entry);
      entry.node.links += 1;
      if (entry.node.children !== null) entry.node.parent = this;
    }
    if (old === undefined) return;
    old.links -= 1;
    old.forget();
  }
  get state(): NodeState {
    const { mode, uid, gid, accessed, modified, changed, born, version, nextPlace } = this;
    return { mode, uid, gid, accessed, modified, changed, born, version, nextPlace };
  }
  set state(state: NodeState) {
    Object.assign(this, state);
  }
  attributes(): Attributes {
    const directory = this.children !== null;
    const size = directory ? 4096 : isType(this.mode, modes.symlink) ? this.target.length : this.length;
    return {
      qid: this.qid,
      mode: this.mode,
      uid: this.uid,
      gid: this.gid,
      links: directory ? this.links + 1 + this.subdirectories() : this.links,
      device: this.device,
      size,
      blockSize: 4096,
      blocks: Math.ceil(this.length / 512),
      accessed: this.accessed,
      modified: this.modified,
      changed: this.changed,
      born: this.born,
    };
  }
  private subdirectories(): number {
    let count = 0;
    for (const { node } of this.entries.values()) if (node.children !== null) count += 1;
    return count;
  }
}

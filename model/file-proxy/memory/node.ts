import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import { type Qid, qidType } from '../protocol/qid.ts';
import { isType, modes } from '../tree/mode.ts';
import type { Quota } from '../tree/quota.ts';
import type { Attributes } from '../tree/tree.ts';

const nothing = new Uint8Array(0);
/** Bytes of one file: what an array can surely hold. */
const sizeLimit = 2 ** 31;

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
  readonly born: bigint;
  /** References and open files that keep it. */
  holds = 0;
  private buffer = nothing;
  private length = 0;
  private version = 0;
  private readonly quota: Quota;

  constructor(
    quota: Quota,
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
    this.quota = quota;
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
    quota.chargeFile();
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
  }
  insert(name: Octets, node: MemoryNode, now: bigint): void {
    this.entries.set(name, { node, place: this.nextPlace++ });
    node.links += 1;
    if (node.children !== null) node.parent = this;
    this.touch(now);
    node.changed = now;
  }
  /** Takes a name away; the object goes with its last hold. */
  removeName(name: Octets, now: bigint): void {
    const { node } = this.entries.get(name)!;
    this.entries.delete(name);
    node.links -= 1;
    this.touch(now);
    node.changed = now;
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
    this.quota.chargeBytes(-this.length);
    for (const value of this.extended.values()) this.quota.chargeBytes(-value.length);
    this.quota.returnFile();
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
    const count = Math.min(data.length, this.length - offset + this.quota.bytesLeft);
    if (count <= 0 && data.length > 0) throw new FileError('EDQUOT');
    if (offset + count > this.length) this.resize(offset + count);
    this.buffer.set(data.subarray(0, count), offset);
    this.touch(now);
    return count;
  }
  /** @throws FileError with EDQUOT */
  resize(size: number): void {
    if (size > sizeLimit) throw new FileError('EFBIG');
    this.quota.chargeBytes(size - this.length);
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

import type { Octets } from '../protocol/octets.ts';
import { textOf } from '../protocol/octets.ts';
import { isType, modes } from '../tree/mode.ts';
import type { Attributes } from '../tree/tree.ts';

/** Questions that a mode answers, in the shape of Node's `Stats` and `Dirent`. */
class Typed {
  /** Not enumerable, so that what is printed and compared are the fields that Node has. */
  readonly #type: number;
  constructor(mode: number) {
    this.#type = mode & modes.type;
  }
  isFile(): boolean {
    return isType(this.#type, modes.file);
  }
  isDirectory(): boolean {
    return isType(this.#type, modes.directory);
  }
  isSymbolicLink(): boolean {
    return isType(this.#type, modes.symlink);
  }
  isFIFO(): boolean {
    return isType(this.#type, modes.fifo);
  }
  isSocket(): boolean {
    return isType(this.#type, modes.socket);
  }
  isBlockDevice(): boolean {
    return isType(this.#type, modes.block);
  }
  isCharacterDevice(): boolean {
    return isType(this.#type, modes.character);
  }
}

const million = 1_000_000n;
const milliseconds = (time: bigint): number => Number(time / million) + Number(time % million) / 1e6;
const date = (time: bigint): Date => new Date(Math.round(milliseconds(time)));

/** Node's `fs.Stats`. */
export class Stats extends Typed {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly blksize: number;
  readonly blocks: number;
  readonly atimeMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly birthtimeMs: number;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;
  constructor(attributes: Attributes, device: number) {
    super(attributes.mode);
    this.dev = device;
    this.ino = Number(attributes.qid.path);
    this.mode = attributes.mode;
    this.nlink = attributes.links;
    this.uid = attributes.uid;
    this.gid = attributes.gid;
    this.rdev = Number(attributes.device);
    this.size = attributes.size;
    this.blksize = attributes.blockSize;
    this.blocks = attributes.blocks;
    this.atimeMs = milliseconds(attributes.accessed);
    this.mtimeMs = milliseconds(attributes.modified);
    this.ctimeMs = milliseconds(attributes.changed);
    this.birthtimeMs = milliseconds(attributes.born);
    this.atime = date(attributes.accessed);
    this.mtime = date(attributes.modified);
    this.ctime = date(attributes.changed);
    this.birthtime = date(attributes.born);
  }
}

/** Node's `fs.BigIntStats`. */
export class BigIntStats extends Typed {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mode: bigint;
  readonly nlink: bigint;
  readonly uid: bigint;
  readonly gid: bigint;
  readonly rdev: bigint;
  readonly size: bigint;
  readonly blksize: bigint;
  readonly blocks: bigint;
  readonly atimeMs: bigint;
  readonly mtimeMs: bigint;
  readonly ctimeMs: bigint;
  readonly birthtimeMs: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly birthtimeNs: bigint;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly birthtime: Date;
  constructor(attributes: Attributes, device: number) {
    super(attributes.mode);
    this.dev = BigInt(device);
    this.ino = attributes.qid.path;
    this.mode = BigInt(attributes.mode);
    this.nlink = BigInt(attributes.links);
    this.uid = BigInt(attributes.uid);
    this.gid = BigInt(attributes.gid);
    this.rdev = attributes.device;
    this.size = BigInt(attributes.size);
    this.blksize = BigInt(attributes.blockSize);
    this.blocks = BigInt(attributes.blocks);
    this.atimeNs = attributes.accessed;
    this.mtimeNs = attributes.modified;
    this.ctimeNs = attributes.changed;
    this.birthtimeNs = attributes.born;
    this.atimeMs = attributes.accessed / million;
    this.mtimeMs = attributes.modified / million;
    this.ctimeMs = attributes.changed / million;
    this.birthtimeMs = attributes.born / million;
    this.atime = date(attributes.accessed);
    this.mtime = date(attributes.modified);
    this.ctime = date(attributes.changed);
    this.birthtime = date(attributes.born);
  }
}

/** Node's `fs.Dirent`. */
export class Dirent extends Typed {
  readonly name: string | Buffer;
  readonly parentPath: string;
  readonly path: string;
  constructor(name: string | Buffer, parentPath: string, mode: number) {
    super(mode);
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
  }
}

/** A name as Node gives it, by the encoding asked for. */
export const encoded = (name: Octets, encoding: BufferEncoding | 'buffer' | null | undefined): string | Buffer => {
  if (encoding === 'buffer') return Buffer.from(name, 'latin1');
  return encoding === undefined || encoding === null || encoding === 'utf8' || encoding === 'utf-8'
    ? textOf(name)
    : Buffer.from(name, 'latin1').toString(encoding);
};

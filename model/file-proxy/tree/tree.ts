import type { Entry } from '../protocol/entries.ts';
import type { Octets } from '../protocol/octets.ts';
import type { Qid } from '../protocol/qid.ts';

/** Times in nanoseconds since 1970, sizes in bytes. */
export interface Attributes {
  readonly qid: Qid;
  /** Type and permissions, as in Linux's `st_mode`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly device: bigint;
  readonly size: number;
  readonly blockSize: number;
  /** Of 512 bytes. */
  readonly blocks: number;
  readonly accessed: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
  readonly born: bigint;
}

/** What to change; `now` is the server's clock. */
export interface Change {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  readonly accessed?: bigint | 'now';
  readonly modified?: bigint | 'now';
}

export interface Statistics {
  readonly type: number;
  readonly blockSize: number;
  readonly blocks: bigint;
  readonly blocksFree: bigint;
  readonly blocksAvailable: bigint;
  readonly files: bigint;
  readonly filesFree: bigint;
}

export interface OpenFlags {
  readonly read: boolean;
  readonly write: boolean;
  readonly truncate: boolean;
  readonly append: boolean;
  /** Fails with EEXIST where the name is taken; for `create` alone. */
  readonly exclusive: boolean;
  /** Every write is on the medium before it is answered. */
  readonly sync: boolean;
}

/** A file or directory that was opened. It lives on when its names are gone. */
export interface OpenFile {
  /** At most `count` bytes; fewer only at the end of the file. */
  read(offset: number, count: number): Promise<Uint8Array>;
  /** Bytes written: fewer than given only where space ran out. */
  write(offset: number, data: Uint8Array): Promise<number>;
  /** The entries from a place that an earlier entry named (0 is the start), of about `limit` bytes as they travel; none at the end. */
  entries(from: bigint, limit: number): Promise<readonly Entry[]>;
  sync(dataOnly: boolean): Promise<void>;
  close(): Promise<void>;
}

/**
 * A hold on one object of a tree: what a fid is. It follows the object through renames, and outlives its names. Names given to it are single components,
 * checked by who calls (`checkName`). Operations refuse with an error whose `code` is Linux's.
 */
export interface Reference {
  readonly qid: Qid;
  duplicate(): Promise<Reference>;
  /** The object of that name; `..` is the parent, of the root the root itself. Symbolic links are never followed. */
  walk(name: Octets): Promise<Reference>;
  attributes(): Promise<Attributes>;
  change(change: Change): Promise<void>;
  open(flags: OpenFlags): Promise<OpenFile>;
  create(name: Octets, flags: OpenFlags, mode: number, gid: number): Promise<{ reference: Reference; file: OpenFile }>;
  makeDirectory(name: Octets, mode: number, gid: number): Promise<Qid>;
  makeSymlink(name: Octets, target: Octets, gid: number): Promise<Qid>;
  /** A file that is no directory or link, by `mode`. */
  makeNode(name: Octets, mode: number, device: bigint, gid: number): Promise<Qid>;
  /** Gives `target`, of the same tree, a further name in this directory. */
  link(target: Reference, name: Octets): Promise<void>;
  rename(name: Octets, directory: Reference, newName: Octets): Promise<void>;
  unlink(name: Octets, isDirectory: boolean): Promise<void>;
  /** The directory and name by which the object can be reached now. */
  place(): Promise<{ directory: Reference; name: Octets }>;
  target(): Promise<Octets>;
  statistics(): Promise<Statistics>;
  listExtended(): Promise<readonly Octets[]>;
  getExtended(name: Octets): Promise<Uint8Array>;
  /** An empty value with `remove` takes the attribute away. */
  setExtended(name: Octets, value: Uint8Array, how: 'any' | 'create' | 'replace' | 'remove'): Promise<void>;
  release(): Promise<void>;
}

/** One client's view of a shared tree. */
export interface Tree {
  root(): Promise<Reference>;
}

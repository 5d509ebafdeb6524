import type { OpenFlags } from '../tree/tree.ts';

/** Flags of Tlopen and Tlcreate: Linux's for x86, whatever the machine (`include/net/9p/9p.h`). */
const bits = {
  writeOnly: 0o1,
  readWrite: 0o2,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  append: 0o2000,
  dataSync: 0o10000,
  directory: 0o200000,
  sync: 0o4000000,
} as const;
const accessMask = 0o3;

export interface WireFlags extends OpenFlags {
  /** Nothing but a directory is to be opened. */
  readonly directory: boolean;
}

/** Flags that say how a program waits or what it sees of the page cache are the client's own, and are passed over. */
export const openFlagsOf = (word: number): WireFlags => {
  const has = (bit: number): boolean => (word & bit) !== 0;
  const access = word & accessMask;
  return {
    read: access === 0 || access === bits.readWrite,
    write: access === bits.writeOnly || access === bits.readWrite,
    truncate: has(bits.truncate),
    append: has(bits.append),
    exclusive: has(bits.exclusive),
    // Linux's O_SYNC holds O_DSYNC's bit too.
    sync: has(bits.dataSync) || has(bits.sync),
    directory: has(bits.directory),
  };
};

export const wordOfFlags = ({ read, write, truncate, append, exclusive, sync }: OpenFlags): number =>
  (write ? (read ? bits.readWrite : bits.writeOnly) : 0) |
  (truncate ? bits.truncate : 0) |
  (append ? bits.append : 0) |
  (exclusive ? bits.exclusive : 0) |
  (sync ? bits.sync | bits.dataSync : 0);

import type { Statistics } from '../tree/tree.ts';

type Field = 'type' | 'bsize' | 'blocks' | 'bfree' | 'bavail' | 'files' | 'ffree';

/** Node's `fs.StatFs`: numbers, or with `bigint` those. */
export class StatFs {
  readonly type: number | bigint;
  readonly bsize: number | bigint;
  readonly blocks: number | bigint;
  readonly bfree: number | bigint;
  readonly bavail: number | bigint;
  readonly files: number | bigint;
  readonly ffree: number | bigint;
  constructor(of: Readonly<Record<Field, number | bigint>>) {
    this.type = of.type;
    this.bsize = of.bsize;
    this.blocks = of.blocks;
    this.bfree = of.bfree;
    this.bavail = of.bavail;
    this.files = of.files;
    this.ffree = of.ffree;
  }
}

export const statFs = (told: Statistics, bigint: boolean): StatFs => {
  const as = bigint ? BigInt : Number;
  return new StatFs({
    type: as(told.type),
    bsize: as(told.blockSize),
    blocks: as(told.blocks),
    bfree: as(told.blocksFree),
    bavail: as(told.blocksAvailable),
    files: as(told.files),
    ffree: as(told.filesFree),
  });
};

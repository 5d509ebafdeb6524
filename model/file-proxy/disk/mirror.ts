import { DiskError } from '../../hypervisor/disk/platform-disk.ts';
import { FileError } from '../protocol/errors.ts';
import { encodeRecord } from './records.ts';
import { decodeSuperblock, encodeSuperblock, type Superblock, superblocks } from './superblock.ts';

/** A disk, a block at a time. What fails throws DiskError; then the disk may have done it or not. */
export interface BlockDevice {
  readonly blocks: number;
  readBlock(block: number): Promise<Uint8Array>;
  writeBlock(block: number, content: Uint8Array): Promise<void>;
}

export const blockBytes = 4096;
const leastBlocks = superblocks + 2 * 2;

/** One disk of a mirror, as it was found. */
export interface Member {
  readonly device: BlockDevice;
  /** Null on a disk that was never used. */
  readonly superblock: Superblock | null;
}

/** What is on a disk. @throws DiskError; FileError with EBADMSG for one that holds something else: zeros in its first two blocks would have it used */
export const look = async (device: BlockDevice): Promise<Member> => {
  const contents = [await device.readBlock(0), await device.readBlock(1)];
  const [superblock = null] = contents
    .map(decodeSuperblock)
    .filter((one) => one !== null)
    .sort((one, other) => other.sequence - one.sequence);
  if (superblock === null && contents.some((content) => content.some((byte) => byte !== 0)))
    throw new FileError('EBADMSG', { syscall: 'open' });
  return { device, superblock };
};

/** Where a log lies on its disks. */
export interface Area {
  /** Block of each disk at which it begins. */
  readonly from: number;
  readonly bytes: number;
}
export const areaOf = (epoch: number, blocks: number): Area => {
  const each = Math.floor((blocks - superblocks) / 2);
  return { from: superblocks + (epoch % 2) * each, bytes: each * blockBytes };
};

interface Copy {
  readonly device: BlockDevice;
  /** It has the log that counts. */
  current: boolean;
}

/** A log on all of its disks that work. What has been appended is on each of them. */
export class Mirror {
  readonly #disks: number;
  readonly #blocks: number;
  #copies: readonly Copy[];
  #sequence: number;
  #epoch: number;
  #begun: number;
  /** Bytes of the area that are used. */
  #end = 0;
  /** The block in which the log ends, as far as it is used. */
  #tail = new Uint8Array(blockBytes);

  /** @param disks how many there should be; @param last what counts on them now, with the highest sequence and the last epoch begun of all. @throws DiskError */
  constructor(copies: readonly Copy[], disks: number, last: Omit<Superblock, 'alone'>) {
    if (last.blocks < leastBlocks) throw new DiskError(`a disk of ${last.blocks} blocks is too small for a tree`);
    this.#copies = copies;
    this.#disks = disks;
    this.#sequence = last.sequence;
    this.#epoch = last.epoch;
    this.#begun = last.begun;
    this.#blocks = last.blocks;
  }

  /** Disks that have not failed. */
  get working(): number {
    return this.#copies.length;
  }
  get end(): number {
    return this.#end;
  }
  /** Bytes that a log may have. */
  get bytes(): number {
    return areaOf(this.#epoch, this.#blocks).bytes;
  }

  /** Begins another log, in the other area; until all of it is there, the one before counts. @throws DiskError where no disk works any more, RangeError where it has no room */
  async begin(payloads: Iterable<Uint8Array>): Promise<void> {
    const next = this.#begun + 1 + ((this.#begun + 1 - this.#epoch + 1) % 2);
    this.#begun = next;
    await this.#writeSuperblocks();
    this.#end = 0;
    this.#tail = new Uint8Array(blockBytes);
    for (const payload of payloads) await this.#put(next, payload);
    this.#epoch = next;
    for (const copy of this.#copies) copy.current = true;
    await this.#writeSuperblocks();
  }

  /** Appends a record. @throws DiskError where no disk works any more, RangeError where it has no room */
  async append(payload: Uint8Array): Promise<void> {
    const { working } = this;
    await this.#put(this.#epoch, payload);
    // Nothing is acknowledged before those that go on know that they do so alone.
    if (this.working < working) await this.#writeSuperblocks();
  }

  async #put(epoch: number, payload: Uint8Array): Promise<void> {
    const record = encodeRecord(epoch, this.#end, payload);
    const { from, bytes } = areaOf(epoch, this.#blocks);
    if (this.#end + record.length > bytes) throw new RangeError('the record does not fit its area');
    const within = this.#end % blockBytes;
    const first = from + (this.#end - within) / blockBytes;
    const content = new Uint8Array(Math.ceil((within + record.length) / blockBytes) * blockBytes);
    content.set(this.#tail.subarray(0, within));
    content.set(record, within);
    await this.#onAll(async ({ device }) => {
      for (let at = 0; at < content.length; at += blockBytes)
        await device.writeBlock(first + at / blockBytes, content.subarray(at, at + blockBytes));
    });
    this.#end += record.length;
    this.#tail = this.#end % blockBytes === 0 ? new Uint8Array(blockBytes) : content.slice(-blockBytes);
  }

  async #writeSuperblocks(): Promise<void> {
    for (let working = -1; working !== this.working; ) {
      working = this.working;
      this.#sequence += 1;
      const content = encodeSuperblock(
        {
          sequence: this.#sequence,
          epoch: this.#epoch,
          begun: this.#begun,
          blocks: this.#blocks,
          alone: this.#copies.filter(({ current }) => current).length < this.#disks,
        },
        blockBytes,
      );
      await this.#onAll(async ({ device, current }) => {
        if (current) await device.writeBlock(this.#sequence % superblocks, content);
      });
    }
  }

  /** Does something with each disk; those that fail are left behind. @throws DiskError where all have failed */
  async #onAll(work: (copy: Copy) => Promise<void>): Promise<void> {
    let reason: unknown = new DiskError('no disk works any more');
    const copies = await Promise.all(
      this.#copies.map(async (copy) => {
        try {
          await work(copy);
          return [copy];
        } catch (error) {
          if (!(error instanceof DiskError)) throw error;
          reason = error;
          return [];
        }
      }),
    );
    this.#copies = copies.flat();
    if (this.#copies.length === 0) throw reason;
  }
}

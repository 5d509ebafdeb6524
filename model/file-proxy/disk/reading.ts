import { DiskError } from '../../hypervisor/disk/platform-disk.ts';
import { type Area, areaOf, type BlockDevice, blockBytes, type Member } from './mirror.ts';
import { payloadOf, recordBytes, recordHeaderBytes } from './records.ts';
import type { Superblock } from './superblock.ts';

/** The beginning of a disk's log, as far as it has been read. */
class AreaOfDisk {
  readonly #device: BlockDevice;
  readonly #area: Area;
  readonly #blocks: Uint8Array[] = [];

  constructor(device: BlockDevice, area: Area) {
    this.#device = device;
    this.#area = area;
  }

  /** @throws DiskError */
  async #read(from: number, count: number): Promise<Uint8Array> {
    while (this.#blocks.length * blockBytes < from + count)
      this.#blocks.push(await this.#device.readBlock(this.#area.from + this.#blocks.length));
    const first = Math.floor(from / blockBytes);
    const blocks = Buffer.concat(this.#blocks.slice(first, Math.ceil((from + count) / blockBytes)));
    return blocks.subarray(from - first * blockBytes, from - first * blockBytes + count);
  }

  /** The payload of the record at a position; null where there is none. @throws DiskError */
  async record(epoch: number, position: number): Promise<Uint8Array | null> {
    const { bytes } = this.#area;
    if (position + recordHeaderBytes > bytes) return null;
    const count = recordBytes(await this.#read(position, recordHeaderBytes), epoch, position);
    if (count === null || position + count > bytes) return null;
    return payloadOf(await this.#read(position, count));
  }
}

/** Which disks have the log that counts. */
export interface Chosen {
  readonly superblock: Superblock;
  readonly members: readonly Member[];
}

/**
 * @param prefer the disk that is to count, where each has gone on without the other
 * @returns null where no disk was ever used. @throws DiskError where each has gone on without the other
 */
export const choose = (members: readonly Member[], prefer: Member | null): Chosen | null => {
  const used = members.filter(({ superblock }) => superblock !== null);
  if (prefer?.superblock) return { superblock: prefer.superblock, members: [prefer] };
  if (used.filter(({ superblock }) => superblock!.alone).length > 1)
    throw new DiskError(
      'each disk has gone on without the other, and they hold different histories: say with `prefer` which is to count',
    );
  const [superblock = null] = used
    .map((one) => one.superblock!)
    .sort((one, other) => other.epoch - one.epoch || other.sequence - one.sequence);
  return superblock && { superblock, members: used.filter((one) => one.superblock!.epoch === superblock.epoch) };
};

/**
 * The records of the log that counts. Disks that have it hold the same bytes at the same places, as far as each of them goes: a record is taken from any that has it whole.
 * What was torn at the end is left out; nobody was told of it.
 */
export const readLog = async function* ({
  members,
  superblock: { epoch, blocks },
}: Chosen): AsyncGenerator<Uint8Array> {
  let left = members.map(({ device }) => new AreaOfDisk(device, areaOf(epoch, blocks)));
  let failure: DiskError | null = null;
  for (let position = 0; ; ) {
    let payload: Uint8Array | null = null;
    for (const area of left) {
      try {
        payload ??= await area.record(epoch, position);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        failure = error;
        left = left.filter((one) => one !== area);
      }
    }
    if (left.length === 0) throw failure ?? new DiskError('no disk has the log');
    if (payload === null) return;
    yield payload;
    position += recordHeaderBytes + payload.length;
  }
};

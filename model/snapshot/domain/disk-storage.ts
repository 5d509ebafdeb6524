import type { Clock } from '../../hardware/platform/index.ts';
import { diskBlockBytes as blockBytes, DiskError, PlatformDisk } from '../../hypervisor/disk/platform-disk.ts';
import type { Thread } from '../../hypervisor/schedule/index.ts';
import { type Storage, StorageError } from '../storage.ts';
import type { LentPorts } from './lent-ports.ts';

const asStorageError = (error: unknown): unknown =>
  error instanceof DiskError ? new StorageError('failed', error.message) : error;
const stored = async <Result>(work: Promise<Result>): Promise<Result> => {
  try {
    return await work;
  } catch (error) {
    throw asStorageError(error);
  }
};

/** A disk of the platform from its first block on: what was written is on it when the write has ended. */
export class DiskStorage implements Storage {
  readonly size: number;
  readonly #disk: PlatformDisk;

  private constructor(disk: PlatformDisk, most: number) {
    this.#disk = disk;
    this.size = Math.min(most, disk.blocks) * blockBytes;
  }

  /** @param most blocks of it that are used. @throws StorageError for a disk that has failed */
  static async open(clock: Clock, thread: Thread, ports: LentPorts, disk: 0 | 1, most: number): Promise<DiskStorage> {
    return new DiskStorage(await ports.until(thread, stored(PlatformDisk.open(clock, ports, disk))), most);
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const { block, within, length } = pieceAt(offset + done, into.length - done);
      const content = await stored(this.#disk.readBlock(block));
      into.set(content.subarray(within, within + length), done);
      done += length;
    }
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    for (let done = 0; done < data.length; ) {
      const { block, within, length } = pieceAt(offset + done, data.length - done);
      const part = data.subarray(done, done + length);
      await stored(
        length === blockBytes
          ? this.#disk.writeBlock(block, part)
          : this.#disk.changeBlock(block, (content) => content.set(part, within)),
      );
      done += length;
    }
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}

const pieceAt = (offset: number, left: number): { block: number; within: number; length: number } => {
  const within = offset % blockBytes;
  return { block: Math.floor(offset / blockBytes), within, length: Math.min(blockBytes - within, left) };
};

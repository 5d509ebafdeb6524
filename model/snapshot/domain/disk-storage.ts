import { BusError, type Clock, type Processor } from '../../hardware/platform/index.ts';
import { Lock } from '../../hypervisor/memory/lock.ts';
import type { Thread } from '../../hypervisor/schedule/index.ts';
import { type Storage, StorageError } from '../storage.ts';
import type { LentPorts } from './lent-ports.ts';

const blockBytes = 4096;
/** Of a disk that is there. One that has failed is faked, and reads as something else. */
const identification = 0x4453_4b31;
/** Cycles between two looks whether a command has ended, and how often to look before the disk counts as failed. */
const lookCycles = 500;
const mostLooks = 40;

/** A disk of the platform from its first block on: what was written is on it when the write has ended. */
export class DiskStorage implements Storage {
  readonly size: number;
  readonly #disk: 0 | 1;
  readonly #ports: LentPorts;
  readonly #clock: Clock;
  /** The disk does one thing at a time, and has one buffer. */
  readonly #lock = new Lock();

  private constructor(clock: Clock, ports: LentPorts, disk: 0 | 1, blocks: number) {
    this.#clock = clock;
    this.#ports = ports;
    this.#disk = disk;
    this.size = blocks * blockBytes;
  }

  /** @param most blocks of it that are used. @throws StorageError for a disk that has failed */
  static async open(clock: Clock, thread: Thread, ports: LentPorts, disk: 0 | 1, most: number): Promise<DiskStorage> {
    const storage = new DiskStorage(clock, ports, disk, most);
    const capacity = storage.#attempt(async ({ devices }) => {
      const { blocks } = await devices.disks[disk].registers.capacity.read();
      return blocks;
    });
    return new DiskStorage(clock, ports, disk, Math.min(most, await ports.until(thread, capacity)));
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const { block, within, length } = pieceAt(offset + done, into.length - done);
      const content = await this.#lock.hold(() => this.#readBlock(block));
      into.set(content.subarray(within, within + length), done);
      done += length;
    }
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    for (let done = 0; done < data.length; ) {
      const { block, within, length } = pieceAt(offset + done, data.length - done);
      const part = data.subarray(done, done + length);
      await this.#lock.hold(async () => {
        const content = length === blockBytes ? part : await this.#readBlock(block);
        if (length !== blockBytes) content.set(part, within);
        await this.#attempt(({ devices }) => devices.disks[this.#disk].buffer.write(0, content));
        await this.#command(block, 'write');
      });
      done += length;
    }
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  async #readBlock(block: number): Promise<Uint8Array> {
    await this.#command(block, 'read');
    return this.#attempt(({ devices }) => devices.disks[this.#disk].buffer.read(0, blockBytes));
  }

  /** Has the disk move a block between its buffer and its medium. */
  async #command(block: number, what: 'read' | 'write'): Promise<void> {
    await this.#attempt(async ({ devices }) => {
      const { registers } = devices.disks[this.#disk];
      await registers.interrupt_status.write({ done: 1, error: 1 });
      await registers.block.write({ number: block });
      await registers.command.write({ [what]: 1 });
    });
    for (let looks = 0; looks < mostLooks; looks += 1) {
      await this.#clock.sleep(lookCycles);
      const { done, error } = await this.#attempt(({ devices }) =>
        devices.disks[this.#disk].registers.interrupt_status.read(),
      );
      if (error === 1) throw this.#failure(`it has no block ${block}`);
      if (done === 1) return;
    }
    throw this.#failure('it does not end a command');
  }

  /** Does something with the disk by somebody's port, and makes sure that it was the disk that answered. */
  async #attempt<Result>(work: (processor: Processor) => Promise<Result>): Promise<Result> {
    return this.#ports.do(async (processor) => {
      try {
        const result = await work(processor);
        const { value } = await processor.devices.disks[this.#disk].registers.identification.read();
        if (value !== identification) throw this.#failure('it has failed, and its answers are faked');
        return result;
      } catch (error) {
        throw error instanceof BusError ? this.#failure(error.message) : error;
      }
    });
  }

  #failure(what: string): StorageError {
    return new StorageError('failed', `disk ${this.#disk}: ${what}`);
  }
}

const pieceAt = (offset: number, left: number): { block: number; within: number; length: number } => {
  const within = offset % blockBytes;
  return { block: Math.floor(offset / blockBytes), within, length: Math.min(blockBytes - within, left) };
};

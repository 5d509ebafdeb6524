import { BusError, type Clock, type Processor } from '../../hardware/platform/index.ts';
import { Lock } from '../memory/lock.ts';

/** Bytes of a disk's block. */
export const diskBlockBytes = 4096;

/** Identification of a disk that is there. One that has failed is faked, and reads as something else. */
const identification = 0x4453_4b31;
/** Cycles between two looks whether a command has ended, and how often to look before the disk counts as failed. */
const lookCycles = 500;
const mostLooks = 40;

/** A disk did not do what it was asked; whether a write was done is not known. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code = 'EIO';
}

/** By whose port of a processor devices are reached. */
export interface DevicePort {
  do<Result>(work: (processor: Processor) => Promise<Result>): Promise<Result>;
}

/** A disk of the platform, a block at a time: what was written is on it when the write has ended. */
export class PlatformDisk {
  readonly blocks: number;
  readonly #disk: 0 | 1;
  readonly #port: DevicePort;
  readonly #clock: Clock;
  /** The disk does one thing at a time, and has one buffer. */
  readonly #lock = new Lock();

  private constructor(clock: Clock, port: DevicePort, disk: 0 | 1, blocks: number) {
    this.#clock = clock;
    this.#port = port;
    this.#disk = disk;
    this.blocks = blocks;
  }

  /** Takes a disk over; what a program that is no more has begun on it is waited for. @throws DiskError for a disk that has failed */
  static async open(clock: Clock, port: DevicePort, disk: 0 | 1): Promise<PlatformDisk> {
    const unknown = new PlatformDisk(clock, port, disk, 0);
    await unknown.#idle();
    const { blocks } = await unknown.#attempt(({ devices }) => devices.disks[disk].registers.capacity.read());
    return new PlatformDisk(clock, port, disk, blocks);
  }

  /** @throws DiskError */
  readBlock(block: number): Promise<Uint8Array> {
    return this.#lock.hold(() => this.#read(block));
  }

  /** @param content of a whole block. @throws DiskError */
  writeBlock(block: number, content: Uint8Array): Promise<void> {
    return this.#lock.hold(() => this.#write(block, content));
  }

  /** Reads a block, and writes it changed; nothing else is done with the disk between. @throws DiskError */
  changeBlock(block: number, change: (content: Uint8Array) => void): Promise<void> {
    return this.#lock.hold(async () => {
      const content = await this.#read(block);
      change(content);
      await this.#write(block, content);
    });
  }

  async #read(block: number): Promise<Uint8Array> {
    await this.#command(block, 'read');
    return this.#attempt(({ devices }) => devices.disks[this.#disk].buffer.read(0, diskBlockBytes));
  }

  async #write(block: number, content: Uint8Array): Promise<void> {
    await this.#attempt(({ devices }) => devices.disks[this.#disk].buffer.write(0, content));
    await this.#command(block, 'write');
  }

  /** Waits until the disk is not at work: a command given to it meanwhile would be lost. */
  async #idle(): Promise<void> {
    for (let looks = 0; looks < mostLooks; looks += 1) {
      const { busy } = await this.#attempt(({ devices }) => devices.disks[this.#disk].registers.status.read());
      if (busy === 0) return;
      await this.#clock.sleep(lookCycles);
    }
    throw this.#failure('it does not end a command');
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
    return this.#port.do(async (processor) => {
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

  #failure(what: string): DiskError {
    return new DiskError(`disk ${this.#disk}: ${what}`);
  }
}

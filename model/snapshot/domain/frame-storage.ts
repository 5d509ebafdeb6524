import { BusError, type Processor } from '../../hardware/platform/index.ts';
import { pageBytes } from '../../hypervisor/guest/index.ts';
import type { Hypervisor } from '../../hypervisor/index.ts';
import type { Backing } from '../../hypervisor/memory/interface.ts';
import type { Thread } from '../../hypervisor/schedule/index.ts';
import { allOrFirstFailure } from '../settled.ts';
import { SnapshotError, type Storage, StorageError } from '../storage.ts';
import type { LentPorts } from './lent-ports.ts';

/** Frames of the platform's memory, of both copies: what was written is in memory when the write has ended. */
export class FrameStorage implements Storage {
  readonly size: number;
  /** For the audit of memory: no page map has them. */
  readonly frames: readonly Backing[];
  readonly #hypervisor: Hypervisor;
  readonly #ports: LentPorts;

  private constructor(hypervisor: Hypervisor, ports: LentPorts, frames: readonly Backing[]) {
    this.#hypervisor = hypervisor;
    this.#ports = ports;
    this.frames = frames;
    this.size = frames.length * pageBytes;
  }

  /** Takes frames, which are counted to domain 0. @throws SnapshotError where so many are promised to others; ENOMEM */
  static async allocate(
    hypervisor: Hypervisor,
    thread: Thread,
    ports: LentPorts,
    pages: number,
  ): Promise<FrameStorage> {
    const { domains, memory } = hypervisor;
    if (!(await thread.access((processor) => domains.claim(processor, pages))))
      throw new SnapshotError(`The memory for a store of ${pages} pages is promised to others.`);
    const frames: Backing[] = [];
    const storage = new FrameStorage(hypervisor, ports, frames);
    try {
      while (frames.length < pages)
        frames.push(
          await thread.access((processor) => memory.frames.allocate(processor, 0, { copies: 'both', form: 0 })),
        );
    } catch (error) {
      await storage.#release(thread, pages);
      throw error;
    }
    return new FrameStorage(hypervisor, ports, frames);
  }

  /** Frees the frames. */
  release(thread: Thread): Promise<void> {
    return this.#release(thread, this.frames.length);
  }

  async #release(thread: Thread, counted: number): Promise<void> {
    const { domains, memory } = this.#hypervisor;
    for (const frame of this.frames) await thread.access((processor) => memory.frames.release(processor, frame));
    await thread.access((processor) => domains.count(processor, 0, -counted));
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    await this.#pieces(offset, into.length, async (processor, frame, within, from, to) => {
      const view = await this.#hypervisor.memory.windows.view(processor, frame);
      into.set(await view.read(within, to - from), from);
    });
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    await this.#pieces(offset, data.length, async (processor, frame, within, from, to) => {
      const view = await this.#hypervisor.memory.windows.view(processor, frame);
      await view.write(within, data.subarray(from, to));
    });
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  async #pieces(
    offset: number,
    length: number,
    go: (processor: Processor, frame: Backing, within: number, from: number, to: number) => Promise<void>,
  ): Promise<void> {
    const pieces: Promise<void>[] = [];
    for (let done = 0; done < length; ) {
      const frame = this.frames[Math.floor((offset + done) / pageBytes)]!;
      const within = (offset + done) % pageBytes;
      const [from, to] = [done, Math.min(length, done + pageBytes - within)];
      pieces.push(this.#ports.do((processor) => go(processor, frame, within, from, to)));
      done = to;
    }
    try {
      await allOrFirstFailure(pieces);
    } catch (error) {
      throw error instanceof BusError ? new StorageError('failed', error.message) : error;
    }
  }
}

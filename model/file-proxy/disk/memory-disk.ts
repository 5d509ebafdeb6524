/** A disk in memory, whose writes reach it a sector at a time and may be cut off: for tests. */
import { DiskError } from '../../hypervisor/disk/platform-disk.ts';
import { type BlockDevice, blockBytes } from './mirror.ts';

const sectorBytes = 512;

export class MemoryDisk implements BlockDevice {
  readonly blocks: number;
  readonly #contents = new Map<number, Uint8Array>();
  /** Called before each sector is written. What it throws is what becomes of the write. */
  beforeSector: () => void = () => undefined;
  /** It answers nothing any more. */
  dead = false;

  constructor(blocks: number) {
    this.blocks = blocks;
  }
  /** With such a content. */
  static of(content: Uint8Array): MemoryDisk {
    const disk = new MemoryDisk(content.length / blockBytes);
    for (let block = 0; block < disk.blocks; block += 1) {
      const own = content.slice(block * blockBytes, (block + 1) * blockBytes);
      if (own.some((byte) => byte !== 0)) disk.#contents.set(block, own);
    }
    return disk;
  }
  async readBlock(block: number): Promise<Uint8Array> {
    if (this.dead) throw new DiskError('the disk is dead');
    return this.#contents.get(block)?.slice() ?? new Uint8Array(blockBytes);
  }
  async writeBlock(block: number, content: Uint8Array): Promise<void> {
    if (block >= this.blocks) throw new DiskError(`the disk has no block ${block}`);
    const own = this.#contents.get(block) ?? new Uint8Array(blockBytes);
    this.#contents.set(block, own);
    for (let at = 0; at < blockBytes; at += sectorBytes) {
      this.beforeSector();
      if (this.dead) throw new DiskError('the disk is dead');
      own.set(content.subarray(at, at + sectorBytes), at);
      await undefined;
    }
  }
  /** What is on it now, as a disk of its own. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk(this.blocks);
    for (const [block, content] of this.#contents) copy.#contents.set(block, content.slice());
    return copy;
  }
}

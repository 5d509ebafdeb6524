import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import type { OpenFile, Reference } from '../tree/tree.ts';
import { Turns } from '../tree/turns.ts';
import type { GuestFlags } from './arguments.ts';

/** Bytes that are read or written of a whole file in one go. */
const wholeFilePart = 2 ** 18;

/** A file that the guest has open. */
export class OpenHandle {
  readonly reference: Reference;
  readonly file: OpenFile;
  readonly flags: GuestFlags;
  readonly device: number;
  readonly path: readonly Octets[];
  private position = 0;
  /** Works that use or move the position, one after another. */
  private readonly turns = new Turns();
  private readonly appends: Turns;
  constructor(
    opened: { readonly reference: Reference; readonly file: OpenFile },
    flags: GuestFlags,
    at: { readonly device: number; readonly path: readonly Octets[] },
    appends: Turns,
  ) {
    this.reference = opened.reference;
    this.file = opened.file;
    this.flags = flags;
    this.device = at.device;
    this.path = at.path;
    this.appends = appends;
  }
  /** Reads at a position, or where the last read or write without one ended. */
  async read(count: number, position: number | null): Promise<Uint8Array> {
    if (!this.flags.read) throw new FileError('EBADF');
    if (position !== null) return this.file.read(position, count);
    return this.turns.run(async () => {
      const data = await this.file.read(this.position, count);
      this.position += data.length;
      return data;
    });
  }
  async write(data: Uint8Array, position: number | null): Promise<number> {
    if (!this.flags.write) throw new FileError('EBADF');
    // The end of the file is looked up here: an append that is sent twice must not be made twice.
    if (this.flags.append)
      return this.appends.run(async () => {
        const { size } = await this.reference.attributes();
        const written = await this.file.write(size, data);
        // As `pwrite` does it: a write at a position moves none.
        if (position === null) this.position = size + written;
        return written;
      });
    if (position !== null) return this.file.write(position, data);
    return this.turns.run(async () => {
      const written = await this.file.write(this.position, data);
      this.position += written;
      return written;
    });
  }
  /** Writes all, or fails. @param check called before each part: what it throws ends the work */
  async writeAll(data: Uint8Array, check: () => void): Promise<void> {
    let done = 0;
    while (done < data.length) {
      check();
      const written = await this.write(data.subarray(done, done + wholeFilePart), null);
      if (written === 0) throw new FileError('EIO');
      done += written;
    }
  }
  async readAll(check: () => void): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (;;) {
      check();
      const part = await this.read(wholeFilePart, null);
      if (part.length === 0) return Buffer.concat(parts);
      parts.push(part);
    }
  }
  async close(): Promise<void> {
    try {
      await this.file.close();
    } finally {
      await this.reference.release();
    }
  }
}

const firstDescriptor = 3;
const descriptorLimit = 65_536;

/** The guest's descriptors: as in Linux, the lowest free number. */
export class Handles {
  private readonly open = new Map<number, OpenHandle>();
  add(handle: OpenHandle): number {
    let descriptor = firstDescriptor;
    while (this.open.has(descriptor)) descriptor += 1;
    if (descriptor >= descriptorLimit) throw new FileError('EMFILE');
    this.open.set(descriptor, handle);
    return descriptor;
  }
  /** @throws FileError with EBADF */
  get(descriptor: number): OpenHandle {
    const handle = this.open.get(descriptor);
    if (handle === undefined) throw new FileError('EBADF');
    return handle;
  }
  take(descriptor: number): OpenHandle {
    const handle = this.get(descriptor);
    this.open.delete(descriptor);
    return handle;
  }
}

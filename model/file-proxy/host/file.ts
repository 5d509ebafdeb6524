import fs from 'node:fs';
import { promisify } from 'node:util';
import type { Entry } from '../protocol/entries.ts';
import { codeOf, FileError } from '../protocol/errors.ts';
import type { OpenFile, OpenFlags } from '../tree/tree.ts';
import { closeDescriptor } from './descriptors.ts';
import type { HostNode } from './node.ts';

const readInto = promisify(fs.read);
const writeFrom = promisify(fs.write);
const syncAll = promisify(fs.fsync);
const syncData = promisify(fs.fdatasync);
const statNumber = promisify(fs.fstat);

/** An open regular file of the host. */
export class HostFile implements OpenFile {
  private readonly node: HostNode;
  private readonly descriptor: number;
  private readonly flags: OpenFlags;
  private open = true;
  /** Takes over one of the tree's counted descriptors. */
  constructor(node: HostNode, descriptor: number, flags: OpenFlags) {
    this.node = node.hold();
    this.descriptor = descriptor;
    this.flags = flags;
  }
  async read(offset: number, count: number): Promise<Uint8Array> {
    if (!this.flags.read) throw new FileError('EBADF');
    const bytes = Buffer.allocUnsafe(count);
    let filled = 0;
    while (filled < count) {
      const { bytesRead } = await readInto(this.descriptor, bytes, filled, count - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }
  async write(offset: number, data: Uint8Array): Promise<number> {
    if (!this.flags.write) throw new FileError('EBADF');
    if (data.length === 0) return 0;
    return this.node.state.turns.run(() => this.writeInTurn(offset, data));
  }
  private async writeInTurn(asked: number, data: Uint8Array): Promise<number> {
    const { state, tree } = this.node;
    const { quota } = tree.share;
    const size = (await statNumber(this.descriptor)).size;
    // The host may have changed the file: the quota follows what is there.
    quota?.count(size - state.size, 0);
    state.size = size;
    const offset = this.flags.append ? size : asked;
    const room = quota === null ? data.length : Math.min(data.length, size - offset + quota.bytesLeft);
    if (room <= 0) throw new FileError('EDQUOT');
    const growth = Math.max(0, offset + room - size);
    quota?.chargeBytes(growth);
    state.size = size + growth;
    let written = 0;
    try {
      while (written < room)
        written += (await writeFrom(this.descriptor, data, written, room - written, offset + written)).bytesWritten;
    } catch (error) {
      const now = (await statNumber(this.descriptor)).size;
      quota?.count(now - state.size, 0);
      state.size = now;
      if (written === 0) throw error;
    }
    return written;
  }
  async entries(): Promise<readonly Entry[]> {
    throw new FileError('ENOTDIR');
  }
  async sync(dataOnly: boolean): Promise<void> {
    // A file system without it has nothing to make sure of.
    await (dataOnly ? syncData : syncAll)(this.descriptor).catch((error: unknown) => {
      if (codeOf(error) !== 'EINVAL') throw error;
    });
  }
  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await closeDescriptor(this.descriptor);
    this.node.tree.returnDescriptor();
    await this.node.letGo();
  }
}

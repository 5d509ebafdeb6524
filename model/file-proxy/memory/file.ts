import { type Entry, entryBytes, entryType } from '../protocol/entries.ts';
import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import { modes } from '../tree/mode.ts';
import type { OpenFile, OpenFlags } from '../tree/tree.ts';
import type { MemoryNode } from './node.ts';

/** An open file or directory of an in-memory tree. */
export class MemoryFile implements OpenFile {
  private readonly node: MemoryNode;
  private readonly flags: OpenFlags;
  private readonly now: () => bigint;
  private open = true;
  constructor(node: MemoryNode, flags: OpenFlags, now: () => bigint) {
    this.node = node;
    this.flags = flags;
    this.now = now;
    node.hold();
  }
  async read(offset: number, count: number): Promise<Uint8Array> {
    if (!this.flags.read) throw new FileError('EBADF');
    if (this.node.children !== null) throw new FileError('EISDIR');
    return this.node.read(offset, count);
  }
  async write(offset: number, data: Uint8Array): Promise<number> {
    if (!this.flags.write) throw new FileError('EBADF');
    return data.length === 0 ? 0 : this.node.write(this.flags.append ? this.node.size : offset, data, this.now());
  }
  async entries(from: bigint, limit: number): Promise<readonly Entry[]> {
    const { node } = this;
    const found: Entry[] = [];
    let room = limit;
    const dots = [
      { name: '.' as Octets, node, place: 1n },
      { name: '..' as Octets, node: node.parent ?? node, place: 2n },
    ];
    const add = (name: Octets, child: MemoryNode, place: bigint): boolean => {
      if (place <= from) return true;
      room -= entryBytes({ name });
      if (room < 0) return false;
      found.push({ qid: child.qid, next: place, type: entryType(child.mode & modes.type), name });
      return true;
    };
    for (const dot of dots) if (!add(dot.name, dot.node, dot.place)) return found;
    for (const [name, { node: child, place }] of node.entries) if (!add(name, child, place)) break;
    return found;
  }
  async sync(): Promise<void> {}
  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    this.node.letGo();
  }
}

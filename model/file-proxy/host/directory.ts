import fs from 'node:fs';
import { type Entry, entryBytes, entryType } from '../protocol/entries.ts';
import { codeOf, FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import { modes } from '../tree/mode.ts';
import type { OpenFile } from '../tree/tree.ts';
import { statOf, statUnder } from './descriptors.ts';
import type { HostNode } from './node.ts';

/** What a name costs in memory beyond its bytes. */
const nameOverhead = 64;
/** Names whose objects are looked at in one go. */
const batch = 64;

/** An open directory of the host. Its names are read when reading starts at 0, so that places in the list stay while names come and go. */
export class HostDirectory implements OpenFile {
  private readonly node: HostNode;
  private names: readonly Octets[] = [];
  private charged = 0;
  private open = true;
  constructor(node: HostNode) {
    this.node = node.hold();
  }
  async read(): Promise<Uint8Array> {
    throw new FileError('EISDIR');
  }
  async write(): Promise<number> {
    throw new FileError('EBADF');
  }
  private forget(): void {
    this.node.tree.chargeListing(-this.charged);
    this.charged = 0;
    this.names = [];
  }
  private charge(bytes: number): void {
    this.node.tree.chargeListing(bytes);
    this.charged += bytes;
  }
  private async list(): Promise<void> {
    this.node.checkDirectory();
    this.forget();
    const names: Octets[] = ['.' as Octets, '..' as Octets];
    const directory = await fs.promises.opendir(this.node.path, { encoding: 'latin1', bufferSize: 512 });
    for await (const { name } of directory) {
      this.charge(name.length + nameOverhead);
      names.push(name as Octets);
    }
    this.names = names;
  }
  private async entry(name: Octets, next: bigint): Promise<Entry | null> {
    const { node } = this;
    try {
      const above = name === '..' ? (node.parent ?? node) : node;
      const stats =
        name === '.' || name === '..' ? await statOf(above.descriptor) : await statUnder(node.descriptor, name);
      return { qid: node.tree.share.qidOf(stats), next, type: entryType(Number(stats.mode) & modes.type), name };
    } catch (error) {
      // It went since the list was read.
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }
  async entries(from: bigint, limit: number): Promise<readonly Entry[]> {
    // Also where a client goes on after the server was started anew.
    if (from === 0n || this.names.length === 0) await this.list();
    const found: Entry[] = [];
    const { names } = this;
    if (from < 0n || from >= BigInt(names.length)) return found;
    let room = limit;
    let at = Number(from);
    while (at < names.length && (found.length === 0 || room > 0)) {
      const part: Promise<Entry | null>[] = [];
      while (at < names.length && part.length < batch && (room -= entryBytes({ name: names[at]! })) >= 0) {
        part.push(this.entry(names[at]!, BigInt(at + 1)));
        at += 1;
      }
      if (part.length === 0) break;
      for (const entry of await Promise.all(part)) if (entry !== null) found.push(entry);
    }
    return found;
  }
  async sync(): Promise<void> {
    const handle = await fs.promises.open(this.node.path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    this.forget();
    await this.node.letGo();
  }
}

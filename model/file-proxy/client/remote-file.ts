import { type Entry, unpackEntries } from '../protocol/entries.ts';
import { FileError } from '../protocol/errors.ts';
import { type Body, ioHeaderBytes, type RequestName } from '../protocol/layout.ts';
import type { OpenFile } from '../tree/tree.ts';
import type { Place } from './place.ts';
import type { RemoteTree } from './remote-tree.ts';

/** An open file of a remote tree. Reads and writes of more than a message holds go out as several at once. */
export class RemoteFile implements OpenFile {
  private readonly tree: RemoteTree;
  private readonly fid: number;
  private readonly place: Place;
  private open = true;
  constructor(tree: RemoteTree, fid: number, place: Place) {
    this.tree = tree;
    this.fid = fid;
    this.place = place;
  }
  private get ioUnit(): number {
    return this.tree.client.messageSize - ioHeaderBytes;
  }
  private async request<N extends RequestName>(name: N, body: Body<N>): ReturnType<typeof this.tree.client.request<N>> {
    try {
      return await this.tree.client.request(name, body);
    } catch (error) {
      throw this.tree.lostOr(error, this.fid);
    }
  }
  async read(offset: number, count: number): Promise<Uint8Array> {
    const { fid, ioUnit } = this;
    const pieces = Array.from({ length: Math.max(1, Math.ceil(count / ioUnit)) }, (_, index) => index * ioUnit);
    const replies = await Promise.all(
      pieces.map((at) =>
        this.request('Tread', { fid, offset: BigInt(offset + at), count: Math.min(ioUnit, count - at) }),
      ),
    );
    const data = replies.map((reply) => reply.data);
    if (data.length === 1) return data[0]!;
    // What follows a short piece is not next to it.
    const short = data.findIndex((piece, index) => piece.length < Math.min(ioUnit, count - pieces[index]!));
    return Buffer.concat(short < 0 ? data : data.slice(0, short + 1));
  }
  async write(offset: number, data: Uint8Array): Promise<number> {
    const { fid, ioUnit } = this;
    let written = 0;
    // One after another: a write that fails must not leave a hole before one that did not.
    do {
      const piece = data.subarray(written, written + ioUnit);
      const { count } = await this.request('Twrite', { fid, offset: BigInt(offset + written), data: piece });
      if (count > piece.length) throw new FileError('EPROTO');
      written += count;
      if (count < piece.length) break;
    } while (written < data.length);
    return written;
  }
  async entries(from: bigint, limit: number): Promise<readonly Entry[]> {
    const count = Math.min(limit, this.ioUnit);
    const { data } = await this.request('Treaddir', { fid: this.fid, offset: from, count });
    const entries = unpackEntries(data);
    if (entries === null) throw new FileError('EPROTO');
    return entries;
  }
  async sync(dataOnly: boolean): Promise<void> {
    await this.request('Tfsync', { fid: this.fid, dataOnly: dataOnly ? 1 : 0 });
  }
  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.tree.clunk(this.fid, this.place);
  }
}

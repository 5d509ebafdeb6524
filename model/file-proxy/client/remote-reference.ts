import { attributesFromWire, changeToWire } from '../protocol/attributes.ts';
import { codeOf, FileError } from '../protocol/errors.ts';
import { type Body, ioHeaderBytes, type Message, type ReplyName, type RequestName } from '../protocol/layout.ts';
import { type Octets, octetsFromBytes } from '../protocol/octets.ts';
import { wordOfFlags } from '../protocol/open-flags.ts';
import type { Qid } from '../protocol/qid.ts';
import type { Attributes, Change, OpenFile, OpenFlags, Reference, Statistics } from '../tree/tree.ts';
import { RefusedError } from './client.ts';
import type { Place } from './place.ts';
import { RemoteFile } from './remote-file.ts';
import type { RemoteTree } from './remote-tree.ts';

const unlinkDirectory = 0x200;

/** A hold on an object of a remote tree: a fid. */
export class RemoteReference implements Reference {
  readonly qid: Qid;
  private readonly tree: RemoteTree;
  private readonly fid: number;
  private readonly place_: Place;
  private held = true;
  /** Takes over a hold of the place. */
  constructor(tree: RemoteTree, fid: number, qid: Qid, place: Place) {
    this.tree = tree;
    this.fid = fid;
    this.qid = qid;
    this.place_ = place;
  }
  private async request<N extends RequestName>(
    name: N,
    body: Body<N>,
    done?: () => void,
  ): Promise<Message<ReplyName<N>>> {
    try {
      return await this.tree.client.request(name, body, done);
    } catch (error) {
      throw this.tree.lostOr(error, this.fid);
    }
  }
  /** Whether a name is there. */
  private async has(name: Octets): Promise<boolean> {
    try {
      await (await this.walk(name)).release();
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }
  /**
   * Makes a name. It is looked for first, so that EEXIST for a request that was sent on two connections says that the first did it, where the server cannot say.
   * @throws FileError
   */
  private async making(name: Octets, make: () => Promise<Qid | null>): Promise<Qid> {
    if (await this.has(name)) throw new FileError('EEXIST');
    try {
      const qid = await make();
      if (qid !== null) return qid;
    } catch (error) {
      if (!(error instanceof RefusedError && error.resent && error.code === 'EEXIST')) throw error;
    }
    const made = await this.walk(name);
    await made.release();
    return made.qid;
  }
  /** Takes a name away: as with `making`, ENOENT for what was sent twice says that it is done. `taken` follows it in the places. */
  private async taking<N extends RequestName>(name: Octets, how: N, body: Body<N>, taken: () => void): Promise<void> {
    if (!(await this.has(name))) throw new FileError('ENOENT');
    try {
      await this.request(how, body, taken);
    } catch (error) {
      if (!(error instanceof RefusedError && error.resent && error.code === 'ENOENT')) throw error;
      taken();
    }
  }
  duplicate(): Promise<Reference> {
    return this.tree.walk(this.fid, [], this.place_.hold(), this.qid);
  }
  walk(name: Octets): Promise<Reference> {
    const place =
      name === '.' ? this.place_.hold() : name === '..' ? this.place_.above.hold() : this.place_.child(name);
    return this.tree.walk(this.fid, [name], place, this.qid);
  }
  async attributes(): Promise<Attributes> {
    return attributesFromWire(await this.request('Tgetattr', { fid: this.fid, mask: 0xfffn }));
  }
  async change(change: Change): Promise<void> {
    await this.request('Tsetattr', { fid: this.fid, ...changeToWire(change) });
  }
  async open(flags: OpenFlags): Promise<OpenFile> {
    const { tree } = this;
    const place = this.place_.hold();
    const { fid } = await tree.walk(this.fid, [], place, this.qid);
    try {
      await tree.client.request('Tlopen', { fid, flags: wordOfFlags(flags) });
    } catch (error) {
      await tree.clunk(fid, place);
      throw error;
    }
    tree.remember(fid, place, this.qid, flags);
    return new RemoteFile(tree, fid, place);
  }
  async create(
    name: Octets,
    flags: OpenFlags,
    mode: number,
    gid: number,
  ): Promise<{ reference: Reference; file: OpenFile }> {
    const { tree } = this;
    if (flags.exclusive && (await this.has(name))) throw new FileError('EEXIST');
    const place = this.place_.hold();
    const { fid } = await tree.walk(this.fid, [], place, this.qid);
    const word = wordOfFlags(flags);
    let qid: Qid;
    let doubtful = false;
    try {
      const asked = { fid, entry: name, flags: word, mode, gid };
      const { reply } = await tree.client.ask('Tlcreate', asked).catch((error: unknown) => {
        if (!(error instanceof RefusedError && error.resent && error.code === 'EEXIST')) throw error;
        // The first may have made it, or another client: nothing of its content may go.
        doubtful = true;
        const opening = wordOfFlags({ ...flags, exclusive: false, truncate: false });
        return tree.client.ask('Tlcreate', { ...asked, flags: opening });
      });
      qid = reply.qid;
    } catch (error) {
      await tree.clunk(fid, place);
      throw error;
    }
    const made = this.place_.child(name);
    tree.remember(fid, made, qid, flags);
    place.letGo();
    const file = new RemoteFile(tree, fid, made);
    let reference: Reference | null = null;
    try {
      reference = await this.walk(name);
      if (doubtful && (await reference.attributes()).size > 0) throw new FileError('EEXIST');
      return { reference, file };
    } catch (error) {
      await reference?.release();
      await file.close();
      throw error;
    }
  }
  makeDirectory(name: Octets, mode: number, gid: number): Promise<Qid> {
    return this.making(name, async () => (await this.request('Tmkdir', { fid: this.fid, entry: name, mode, gid })).qid);
  }
  makeSymlink(name: Octets, target: Octets, gid: number): Promise<Qid> {
    return this.making(
      name,
      async () => (await this.request('Tsymlink', { fid: this.fid, entry: name, target, gid })).qid,
    );
  }
  makeNode(name: Octets, mode: number, device: bigint, gid: number): Promise<Qid> {
    const major = Number((device >> 8n) & 0xfffn);
    const minor = Number((device & 0xffn) | ((device >> 12n) & 0xfff00n));
    return this.making(
      name,
      async () => (await this.request('Tmknod', { fid: this.fid, entry: name, mode, major, minor, gid })).qid,
    );
  }
  async link(target: Reference, name: Octets): Promise<void> {
    if (!(target instanceof RemoteReference) || target.tree !== this.tree) throw new FileError('EXDEV');
    await this.making(name, async () => {
      await this.request('Tlink', { directory: this.fid, fid: target.fid, entry: name });
      return target.qid;
    });
  }
  async rename(name: Octets, directory: Reference, newName: Octets): Promise<void> {
    if (!(directory instanceof RemoteReference) || directory.tree !== this.tree) throw new FileError('EXDEV');
    const names = { oldDirectory: this.fid, oldEntry: name, newDirectory: directory.fid, newEntry: newName };
    await this.taking(name, 'Trenameat', names, () => this.place_.renamed(name, directory.place_, newName));
  }
  async unlink(name: Octets, isDirectory: boolean): Promise<void> {
    const flags = isDirectory ? unlinkDirectory : 0;
    await this.taking(name, 'Tunlinkat', { fid: this.fid, entry: name, flags }, () => this.place_.removed(name));
  }
  async place(): Promise<{ directory: Reference; name: Octets }> {
    const path = this.place_.path();
    if (path === null) throw new FileError('ENOENT');
    const name = path.at(-1);
    if (name === undefined) throw new FileError('EBUSY');
    let directory = await this.tree.root();
    for (const step of path.slice(0, -1)) {
      const next = await directory.walk(step);
      await directory.release();
      directory = next;
    }
    return { directory, name };
  }
  async target(): Promise<Octets> {
    return (await this.request('Treadlink', { fid: this.fid })).target;
  }
  async statistics(): Promise<Statistics> {
    return this.request('Tstatfs', { fid: this.fid });
  }
  /** Reads an extended attribute's value, or with an empty name the list of all. */
  private async extended(entry: Octets): Promise<Uint8Array> {
    const { tree } = this;
    const newFid = tree.takeFid();
    const { size } = await this.request('Txattrwalk', { fid: this.fid, newFid, entry });
    const unit = tree.client.messageSize - ioHeaderBytes;
    const parts: Uint8Array[] = [];
    for (let at = 0; at < Number(size); at += unit)
      parts.push((await this.request('Tread', { fid: newFid, offset: BigInt(at), count: unit })).data);
    await tree.clunk(newFid, this.place_.hold());
    return Buffer.concat(parts);
  }
  async listExtended(): Promise<readonly Octets[]> {
    const list = octetsFromBytes(await this.extended('' as Octets));
    return list.split('\0').slice(0, -1) as Octets[];
  }
  getExtended(name: Octets): Promise<Uint8Array> {
    return this.extended(name);
  }
  async setExtended(name: Octets, value: Uint8Array, how: 'any' | 'create' | 'replace' | 'remove'): Promise<void> {
    const { tree } = this;
    const place = this.place_.hold();
    const { fid } = await tree.walk(this.fid, [], place, this.qid);
    const flags = how === 'create' ? 1 : how === 'any' ? 0 : 2;
    try {
      await tree.client.request('Txattrcreate', { fid, entry: name, size: BigInt(value.length), flags });
      const unit = tree.client.messageSize - ioHeaderBytes;
      for (let at = 0; at < value.length; at += unit)
        await tree.client.request('Twrite', { fid, offset: BigInt(at), data: value.subarray(at, at + unit) });
    } catch (error) {
      await tree.clunk(fid, place).catch(() => undefined);
      throw error;
    }
    await tree.clunk(fid, place);
  }
  async release(): Promise<void> {
    if (!this.held) return;
    this.held = false;
    await this.tree.clunk(this.fid, this.place_);
  }
}

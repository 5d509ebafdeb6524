import type { MemoryReference } from '../memory/reference.ts';
import type { Entry } from '../protocol/entries.ts';
import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';
import type { Qid } from '../protocol/qid.ts';
import type { Attributes, Change, OpenFile, OpenFlags, Reference, Statistics } from '../tree/tree.ts';
import type { DiskLog } from './disk-log.ts';

/** Bytes that a change takes in the log at most, beside what is given to it: up to four objects, their names' places, a record's header. */
const changeBytes = 2500;
/** Of names and texts, of which a byte may be spelled with six, twice: the objects that they belong to have them too. */
const textBytes = (...texts: readonly string[]): number => 2 * JSON.stringify(texts).length;

/** Nothing is told before what it follows from is on the disks: of what this server says, the next one knows. */
const told = async <T>(log: DiskLog, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } finally {
    await log.commit();
  }
};
const changing = async <T>(
  log: DiskLog,
  { bytes = 0, how = 'grows' }: { readonly bytes?: number; readonly how?: 'grows' | 'may use all' },
  work: () => Promise<T>,
): Promise<T> => {
  const done = await log.admit(changeBytes + bytes, how);
  try {
    return await told(log, work);
  } finally {
    done();
  }
};

class DiskFile implements OpenFile {
  readonly #log: DiskLog;
  readonly #file: OpenFile;
  constructor(log: DiskLog, file: OpenFile) {
    this.#log = log;
    this.#file = file;
  }
  read(offset: number, count: number): Promise<Uint8Array> {
    return told(this.#log, () => this.#file.read(offset, count));
  }
  write(offset: number, data: Uint8Array): Promise<number> {
    return changing(this.#log, { bytes: data.length }, () => this.#file.write(offset, data));
  }
  entries(from: bigint, limit: number): Promise<readonly Entry[]> {
    return told(this.#log, () => this.#file.entries(from, limit));
  }
  sync(): Promise<void> {
    return this.#log.commit();
  }
  close(): Promise<void> {
    return this.#file.close();
  }
}

/** A hold on an object of a tree whose changes are written down before they are acknowledged. */
export class DiskReference implements Reference {
  readonly #log: DiskLog;
  readonly #held: MemoryReference;
  constructor(log: DiskLog, held: MemoryReference) {
    this.#log = log;
    this.#held = held;
  }
  get qid(): Qid {
    return this.#held.qid;
  }
  #of(held: Reference): DiskReference {
    return new DiskReference(this.#log, held as MemoryReference);
  }
  #told<T>(work: (held: MemoryReference) => Promise<T>): Promise<T> {
    return told(this.#log, () => work(this.#held));
  }
  #change<T>(work: (held: MemoryReference) => Promise<T>, ...texts: readonly string[]): Promise<T> {
    return changing(this.#log, { bytes: textBytes(...texts) }, () => work(this.#held));
  }
  async duplicate(): Promise<Reference> {
    return this.#of(await this.#held.duplicate());
  }
  async walk(name: Octets): Promise<Reference> {
    return this.#of(await this.#told((held) => held.walk(name)));
  }
  attributes(): Promise<Attributes> {
    return this.#told((held) => held.attributes());
  }
  change(change: Change): Promise<void> {
    // Less content makes room.
    const how = change.size !== undefined && change.size < this.#held.node.size ? 'may use all' : 'grows';
    return changing(this.#log, { how }, () => this.#held.change(change));
  }
  async open(flags: OpenFlags): Promise<OpenFile> {
    const open = (): Promise<OpenFile> => this.#held.open(flags);
    const file = flags.truncate ? await changing(this.#log, { how: 'may use all' }, open) : await told(this.#log, open);
    return new DiskFile(this.#log, file);
  }
  async create(
    name: Octets,
    flags: OpenFlags,
    mode: number,
    gid: number,
  ): Promise<{ reference: Reference; file: OpenFile }> {
    const { reference, file } = await this.#change((held) => held.create(name, flags, mode, gid), name);
    return { reference: this.#of(reference), file: new DiskFile(this.#log, file) };
  }
  makeDirectory(name: Octets, mode: number, gid: number): Promise<Qid> {
    return this.#change((held) => held.makeDirectory(name, mode, gid), name);
  }
  makeSymlink(name: Octets, target: Octets, gid: number): Promise<Qid> {
    return this.#change((held) => held.makeSymlink(name, target, gid), name, target);
  }
  makeNode(name: Octets, mode: number, device: bigint, gid: number): Promise<Qid> {
    return this.#change((held) => held.makeNode(name, mode, device, gid), name);
  }
  async link(target: Reference, name: Octets): Promise<void> {
    if (!(target instanceof DiskReference)) throw new FileError('EXDEV');
    await this.#change((held) => held.link(target.#held, name), name, target.#held.node.target);
  }
  async rename(name: Octets, directory: Reference, newName: Octets): Promise<void> {
    if (!(directory instanceof DiskReference)) throw new FileError('EXDEV');
    const target = this.#held.node.children?.get(name)?.node.target ?? '';
    await this.#change((held) => held.rename(name, directory.#held, newName), name, newName, target);
  }
  unlink(name: Octets, isDirectory: boolean): Promise<void> {
    const target = this.#held.node.children?.get(name)?.node.target ?? '';
    return changing(this.#log, { bytes: textBytes(name, target), how: 'may use all' }, () =>
      this.#held.unlink(name, isDirectory),
    );
  }
  async place(): Promise<{ directory: Reference; name: Octets }> {
    const { directory, name } = await this.#told((held) => held.place());
    return { directory: this.#of(directory), name };
  }
  target(): Promise<Octets> {
    return this.#told((held) => held.target());
  }
  statistics(): Promise<Statistics> {
    return this.#told((held) => held.statistics());
  }
  listExtended(): Promise<readonly Octets[]> {
    return this.#told((held) => held.listExtended());
  }
  getExtended(name: Octets): Promise<Uint8Array> {
    return this.#told((held) => held.getExtended(name));
  }
  setExtended(name: Octets, value: Uint8Array, how: 'any' | 'create' | 'replace' | 'remove'): Promise<void> {
    return changing(this.#log, { bytes: value.length + textBytes(name) }, () =>
      this.#held.setExtended(name, value, how),
    );
  }
  release(): Promise<void> {
    return this.#held.release();
  }
}

import { FileError } from '../protocol/errors.ts';
import { noFid } from '../protocol/layout.ts';
import type { Octets } from '../protocol/octets.ts';
import type { OpenFile, Reference } from '../tree/tree.ts';

/** An extended attribute that a fid reads, or gathers to set when it is clunked. */
export interface ExtendedValue {
  readonly value: Uint8Array;
  readonly setting: { readonly name: Octets; readonly how: 'any' | 'create' | 'replace' | 'remove' } | null;
  /** Bytes gathered so far. */
  filled: number;
}

/** What a client calls one of its handles by. */
export interface Fid {
  readonly reference: Reference;
  file: OpenFile | null;
  isDirectory: boolean;
  extended: ExtendedValue | null;
}

/** Bytes of extended attributes that a connection's fids hold together. */
const extendedLimit = 2 ** 22;

interface Slot {
  /** Null while the request that makes or replaces the fid is under way. */
  fid: Fid | null;
  uses: number;
  /** Called whenever nothing uses it any more. */
  idle(): void;
}

const emptySlot = (): Slot => ({ fid: null, uses: 0, idle: () => undefined });
const untilIdle = (slot: Slot): Promise<void> =>
  slot.uses === 0 ? Promise.resolve() : new Promise((resolve) => (slot.idle = resolve));

/** A connection's fids. One that is clunked goes when the last request that uses it is done. */
export class Fids {
  private readonly slots = new Map<number, Slot>();
  private readonly limit: number;
  private extendedBytes = 0;
  constructor(limit: number) {
    this.limit = limit;
  }
  get size(): number {
    return this.slots.size;
  }
  /** Keeps a number for the fid that `make` gives, which nobody can use before. @throws FileError */
  async add(number: number, make: () => Promise<Fid | null>): Promise<void> {
    if (number === noFid || this.slots.has(number)) throw new FileError('EBADF');
    if (this.slots.size >= this.limit) throw new FileError('EMFILE');
    const slot = emptySlot();
    this.slots.set(number, slot);
    try {
      slot.fid = await make();
    } finally {
      if (slot.fid === null) this.slots.delete(number);
    }
  }
  /** Puts another fid in place of one. The number stays taken meanwhile, so that no request can make a fid that this one would write over. */
  async replace(number: number, fid: Fid): Promise<void> {
    const slot = this.slots.get(number);
    const old = slot?.fid ?? null;
    if (slot === undefined || old === null) {
      await this.dispose(fid);
      throw new FileError('EBADF');
    }
    slot.fid = null;
    await untilIdle(slot);
    slot.fid = fid;
    await this.dispose(old);
  }
  /** Runs `work` with a fid, which stays whole until it is done. @throws FileError with EBADF */
  async use<T>(number: number, work: (fid: Fid) => Promise<T>): Promise<T> {
    const slot = this.slots.get(number);
    if (slot === undefined || slot.fid === null) throw new FileError('EBADF');
    slot.uses += 1;
    try {
      return await work(slot.fid);
    } finally {
      slot.uses -= 1;
      if (slot.uses === 0) slot.idle();
    }
  }
  /** Takes a fid out; resolves once nothing uses it any more. @throws FileError with EBADF */
  private async take(number: number): Promise<Fid> {
    const slot = this.slots.get(number);
    if (slot === undefined || slot.fid === null) throw new FileError('EBADF');
    const { fid } = slot;
    this.slots.delete(number);
    await untilIdle(slot);
    return fid;
  }
  /** Gives a fid an extended attribute's value to read or to gather. @throws FileError with ENOMEM where the connection has too many */
  extend(fid: Fid, extended: ExtendedValue): void {
    const bytes = extended.value.length - (fid.extended?.value.length ?? 0);
    if (this.extendedBytes + bytes > extendedLimit) throw new FileError('ENOMEM');
    this.extendedBytes += bytes;
    fid.extended = extended;
  }
  private async dispose({ file, reference, extended }: Fid): Promise<void> {
    this.extendedBytes -= extended?.value.length ?? 0;
    await file?.close();
    await reference.release();
  }
  /** Ends a fid, setting the extended attribute that it gathered. @throws FileError */
  async clunk(number: number): Promise<void> {
    const fid = await this.take(number);
    try {
      await settle(fid);
    } finally {
      await this.dispose(fid);
    }
  }
  /** Ends all, for a connection that ends or starts anew. */
  async clear(): Promise<void> {
    for (const number of [...this.slots.keys()])
      await this.take(number)
        .then((fid) => this.dispose(fid))
        .catch(() => undefined);
  }
}

const settle = async ({ reference, extended }: Fid): Promise<void> => {
  if (extended === null || extended.setting === null) return;
  const { value, filled, setting } = extended;
  if (filled !== value.length) throw new FileError('EINVAL');
  await reference.setExtended(setting.name, value, setting.how);
};

import { type Octets, octetsFromBytes } from './octets.ts';
import { type Qid, qidBytes } from './qid.ts';

/** One name in a directory, as Rreaddir carries it. */
export interface Entry {
  readonly qid: Qid;
  /** Where reading goes on after this entry. */
  readonly next: bigint;
  /** Linux's `d_type`. */
  readonly type: number;
  readonly name: Octets;
}

/** Linux's `d_type` is the file type of the mode, shifted. */
export const entryType = (mode: number): number => (mode >> 12) & 0xf;

const fixedBytes = qidBytes + 8 + 1 + 2;
export const entryBytes = ({ name }: Pick<Entry, 'name'>): number => fixedBytes + name.length;

/** Entries one after another, as many as fit `limit` bytes whole. */
export const packEntries = (entries: readonly Entry[], limit: number): Uint8Array => {
  const buffer = Buffer.alloc(
    entries.reduce(
      ({ sum, full }, entry) =>
        full || sum + entryBytes(entry) > limit ? { sum, full: true } : { sum: sum + entryBytes(entry), full },
      { sum: 0, full: false },
    ).sum,
  );
  let at = 0;
  for (const { qid, next, type, name } of entries) {
    if (at === buffer.length) break;
    buffer.writeUInt8(qid.type, at);
    buffer.writeUInt32LE(qid.version, at + 1);
    buffer.writeBigUInt64LE(qid.path, at + 5);
    buffer.writeBigUInt64LE(next, at + qidBytes);
    buffer.writeUInt8(type, at + qidBytes + 8);
    buffer.writeUInt16LE(name.length, at + qidBytes + 9);
    buffer.write(name, at + fixedBytes, 'latin1');
    at += fixedBytes + name.length;
  }
  return buffer;
};

/** Reads what `packEntries` wrote; null where the bytes are no whole entries. */
export const unpackEntries = (data: Uint8Array): readonly Entry[] | null => {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const entries: Entry[] = [];
  let at = 0;
  while (at < buffer.length) {
    if (buffer.length - at < fixedBytes) return null;
    const length = buffer.readUInt16LE(at + qidBytes + 9);
    const end = at + fixedBytes + length;
    if (end > buffer.length) return null;
    entries.push({
      qid: { type: buffer.readUInt8(at), version: buffer.readUInt32LE(at + 1), path: buffer.readBigUInt64LE(at + 5) },
      next: buffer.readBigUInt64LE(at + qidBytes),
      type: buffer.readUInt8(at + qidBytes + 8),
      name: octetsFromBytes(buffer.subarray(at + fixedBytes, end)),
    });
    at = end;
  }
  return entries;
};

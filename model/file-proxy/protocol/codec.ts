import { headerBytes, type Kinds, layout, type Message, type MessageName, walkLimit } from './layout.ts';
import { bytesOf, type Octets, octetsFromBytes } from './octets.ts';
import { type Qid, qidBytes } from './qid.ts';

/** Bytes that are no message: why, and the tag to answer under. */
export interface Malformed {
  readonly name: null;
  readonly tag: number;
  readonly type: number;
  readonly reason: string;
  /** The type is none of the protocol's, rather than its fields being wrong. */
  readonly unknown: boolean;
}

const byType = new Map<number, MessageName>(
  (Object.keys(layout) as MessageName[]).map((name) => [layout[name].type, name]),
);

/** Thrown and caught in this file alone. */
class Short extends Error {}

/** Reads fields from left to right; every count is held to the bytes that are there before anything is made of it. */
class Reader {
  private at = headerBytes;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  private take(count: number): number {
    const from = this.at;
    if (count > this.bytes.length - from) throw new Short(`ends at byte ${this.bytes.length} within a field`);
    this.at = from + count;
    return from;
  }
  private qid(): Qid {
    const from = this.take(qidBytes);
    const { view } = this;
    return {
      type: view.getUint8(from),
      version: view.getUint32(from + 1, true),
      path: view.getBigUint64(from + 5, true),
    };
  }
  private text(): Octets {
    const count = this.view.getUint16(this.take(2), true);
    const from = this.take(count);
    return octetsFromBytes(this.bytes.subarray(from, from + count));
  }
  private list<T>(one: () => T): readonly T[] {
    const count = this.view.getUint16(this.take(2), true);
    if (count > walkLimit) throw new Short(`counts ${count} names, of which ${walkLimit} are allowed`);
    return Array.from({ length: count }, one);
  }
  field(kind: keyof Kinds): Kinds[keyof Kinds] {
    const { view } = this;
    switch (kind) {
      case 'u8':
        return view.getUint8(this.take(1));
      case 'u16':
        return view.getUint16(this.take(2), true);
      case 'u32':
        return view.getUint32(this.take(4), true);
      case 'u64':
        return view.getBigUint64(this.take(8), true);
      case 'text':
        return this.text();
      case 'data': {
        const count = view.getUint32(this.take(4), true);
        const from = this.take(count);
        return this.bytes.subarray(from, from + count);
      }
      case 'qid':
        return this.qid();
      case 'names':
        return this.list(() => this.text());
      case 'qids':
        return this.list(() => this.qid());
    }
  }
  /** Every byte must belong to a field. */
  end(): void {
    if (this.at !== this.bytes.length) throw new Short(`has ${this.bytes.length - this.at} bytes past its last field`);
  }
}

/** Reads one message, whose size field has been held against `bytes.length` or is checked here. Data in it are views of `bytes`. Never throws. */
export const decode = (bytes: Uint8Array): Message | Malformed => {
  if (bytes.length < headerBytes)
    return { name: null, tag: 0xffff, type: 0, reason: 'is shorter than a header', unknown: false };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = view.getUint8(4);
  const tag = view.getUint16(5, true);
  if (view.getUint32(0, true) !== bytes.length)
    return { name: null, tag, type, reason: 'is not as long as its size says', unknown: false };
  const name = byType.get(type);
  if (name === undefined) return { name: null, tag, type, reason: `has the unknown type ${type}`, unknown: true };
  const reader = new Reader(bytes);
  const message: Record<string, unknown> = { name, tag };
  try {
    for (const [field, kind] of Object.entries(layout[name].fields)) message[field] = reader.field(kind);
    reader.end();
  } catch (error) {
    if (error instanceof Short) return { name: null, tag, type, reason: error.message, unknown: false };
    throw error;
  }
  // The fields were read by the layout that the type is made from.
  return message as unknown as Message;
};

const sizeOf = (kind: keyof Kinds, value: unknown): number => {
  switch (kind) {
    case 'u8':
      return 1;
    case 'u16':
      return 2;
    case 'u32':
      return 4;
    case 'u64':
      return 8;
    case 'text':
      return 2 + (value as Octets).length;
    case 'data':
      return 4 + (value as Uint8Array).length;
    case 'qid':
      return qidBytes;
    case 'names':
      return (value as readonly Octets[]).reduce((sum, name) => sum + 2 + name.length, 2);
    case 'qids':
      return 2 + qidBytes * (value as readonly Qid[]).length;
  }
};

/** A message's bytes, as they follow one another. */
export type Parts = readonly Uint8Array[];

export const bytesIn = (parts: Parts): number => parts.reduce((sum, part) => sum + part.length, 0);

/** The bytes in one piece. */
export const join = (parts: Parts): Uint8Array => (parts.length === 1 ? parts[0]! : Buffer.concat(parts));

/** The message in one piece. @throws RangeError as `encodeParts` */
export const encode = <N extends MessageName>(message: Message<N>): Uint8Array => {
  const parts = encodeParts(message);
  const whole = new Uint8Array(bytesIn(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/**
 * What comes before a message's data, and the data themselves, which are not copied; of a message without data, one part.
 * @throws RangeError on a text of more than 65,535 bytes: what is encoded is ours.
 */
export const encodeParts = <N extends MessageName>(message: Message<N>): Parts => {
  const { type, fields } = layout[message.name];
  const values = message as unknown as Readonly<Record<string, unknown>>;
  const kinds = Object.entries(fields);
  const size = kinds.reduce((sum, [field, kind]) => sum + sizeOf(kind, values[field]), headerBytes);
  // Data are a message's last field.
  const [lastField, lastKind] = kinds.at(-1) ?? ['', null];
  const data = lastKind === 'data' ? (values[lastField] as Uint8Array) : null;
  const bytes = new Uint8Array(size - (data?.length ?? 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, size, true);
  view.setUint8(4, type);
  view.setUint16(5, message.tag, true);
  let at = headerBytes;
  const putText = (text: Octets): void => {
    if (text.length > 0xffff) throw new RangeError(`a text of ${text.length} bytes does not fit its count of 16 bits`);
    view.setUint16(at, text.length, true);
    bytes.set(bytesOf(text), at + 2);
    at += 2 + text.length;
  };
  const putQid = (qid: Qid): void => {
    view.setUint8(at, qid.type);
    view.setUint32(at + 1, qid.version, true);
    view.setBigUint64(at + 5, qid.path, true);
    at += qidBytes;
  };
  const putList = <T>(list: readonly T[], put: (one: T) => void): void => {
    view.setUint16(at, list.length, true);
    at += 2;
    for (const one of list) put(one);
  };
  for (const [field, kind] of kinds) {
    const value = values[field];
    switch (kind) {
      case 'u8':
        view.setUint8(at++, value as number);
        break;
      case 'u16':
        view.setUint16(at, value as number, true);
        at += 2;
        break;
      case 'u32':
        view.setUint32(at, value as number, true);
        at += 4;
        break;
      case 'u64':
        view.setBigUint64(at, value as bigint, true);
        at += 8;
        break;
      case 'text':
        putText(value as Octets);
        break;
      case 'data':
        view.setUint32(at, (value as Uint8Array).length, true);
        at += 4;
        break;
      case 'qid':
        putQid(value as Qid);
        break;
      case 'names':
        putList(value as readonly Octets[], putText);
        break;
      case 'qids':
        putList(value as readonly Qid[], putQid);
        break;
    }
  }
  return data === null || data.length === 0 ? [bytes] : [bytes, data];
};

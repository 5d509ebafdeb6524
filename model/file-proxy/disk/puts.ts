/** What a record says: what is so from then on. A record's puts count all together or not at all. */
import type { Octets } from '../protocol/octets.ts';
import type { JournalEntry } from '../server/answers.ts';

/** Identities, places and times are decimal numbers; times in nanoseconds since 1970. */
export type Put =
  /** An object, before any name stands for it; or what has become of it, beside its content and names. */
  | {
      readonly put: 'node';
      readonly node: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      readonly device: string;
      readonly target: Octets;
      readonly accessed: string;
      readonly modified: string;
      readonly changed: string;
      readonly born: string;
      readonly version: number;
      readonly nextPlace: string;
    }
  /** What a name in a directory stands for; null for nothing. */
  | {
      readonly put: 'entry';
      readonly directory: string;
      readonly name: Octets;
      readonly node: string | null;
      readonly place: string;
    }
  | { readonly put: 'size'; readonly node: string; readonly size: number }
  | { readonly put: 'content'; readonly node: string; readonly offset: number; readonly data: Uint8Array }
  | { readonly put: 'extended'; readonly node: string; readonly name: Octets; readonly data: Uint8Array | null }
  /** The identity that was given last. */
  | { readonly put: 'identity'; readonly last: string }
  /** One more entry of the journal of answers; or none are kept any more. */
  | { readonly put: 'journal'; readonly entry: JournalEntry }
  | { readonly put: 'no journal' };

/** Puts as text, in which data are their lengths, one byte a character; then the data. */
export const encodePuts = (puts: readonly Put[]): Uint8Array => {
  const data: Uint8Array[] = [];
  const plain = puts.map((put) => {
    if (!('data' in put) || put.data === null) return put;
    data.push(put.data);
    return { ...put, data: put.data.length };
  });
  const escaped = JSON.stringify(plain).replace(
    /[^\0-\xff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const text = Buffer.from(escaped, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text, ...data]);
};

export const decodePuts = (payload: Uint8Array): readonly Put[] => {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  let at = 4 + bytes.readUInt32LE(0);
  const plain = JSON.parse(bytes.toString('latin1', 4, at)) as { readonly data?: number | null }[];
  return plain.map((put) => {
    if (typeof put.data !== 'number') return put;
    at += put.data;
    return { ...put, data: bytes.subarray(at - put.data, at) };
  }) as unknown as readonly Put[];
};

/** Messages of the XenStore wire protocol (`xs_wire.h`), as bytes and back. */
import { StoreError } from './errors.ts';

export const messageTypes = {
  DIRECTORY: 1,
  READ: 2,
  GET_PERMS: 3,
  WATCH: 4,
  UNWATCH: 5,
  TRANSACTION_START: 6,
  TRANSACTION_END: 7,
  INTRODUCE: 8,
  RELEASE: 9,
  GET_DOMAIN_PATH: 10,
  WRITE: 11,
  MKDIR: 12,
  RM: 13,
  SET_PERMS: 14,
  WATCH_EVENT: 15,
  ERROR: 16,
  IS_DOMAIN_INTRODUCED: 17,
  RESUME: 18,
  SET_TARGET: 19,
  RESET_WATCHES: 21,
  DIRECTORY_PART: 22,
  GET_FEATURE: 23,
  GET_QUOTA: 25,
  SET_QUOTA: 26,
} as const;

export type MessageName = keyof typeof messageTypes;

/** Bytes of a header. */
export const headerBytes = 16;
/** Most bytes of a payload, in both directions. */
export const payloadLimit = 4096;

export interface Message {
  readonly type: number;
  /** Chosen by who asks, and the same in the answer. */
  readonly request: number;
  /** 0: none. */
  readonly transaction: number;
  readonly payload: Uint8Array;
}

export const encodeMessage = ({ type, request, transaction, payload }: Message): Uint8Array => {
  const bytes = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, request, true);
  view.setUint32(8, transaction, true);
  view.setUint32(12, payload.length, true);
  bytes.set(payload, headerBytes);
  return bytes;
};

/** Texts as bytes, each with a NUL behind it. A character is a byte. */
export const encodeTexts = (...texts: readonly string[]): Uint8Array =>
  Uint8Array.from(Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1'));

export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** The texts of a payload that is nothing but texts, each with a NUL behind it. @throws StoreError EINVAL */
export const decodeTexts = (payload: Uint8Array): readonly string[] => {
  if (payload.length === 0) return [];
  if (payload[payload.length - 1] !== 0) throw new StoreError('EINVAL', 'a text has no NUL at its end');
  return textOf(payload.subarray(0, -1)).split('\0');
};

/** A length that no message may have: whoever sends it is not to be understood any more. */
export class MessageTooLong extends Error {
  override readonly name = 'MessageTooLong';

  constructor(length: number) {
    super(`a message of ${length} bytes came; ${payloadLimit} are the most`);
  }
}

/** Puts one message after the other together, from bytes as they come. */
export class MessageReader {
  #bytes = new Uint8Array(headerBytes);
  #filled = 0;

  /** How many bytes of the message under way are still to come, as far as is known: never 0. */
  get wanted(): number {
    return this.#bytes.length - this.#filled;
  }

  /**
   * Takes bytes, at most as many as are wanted.
   *
   * @returns the message that they complete, or null
   * @throws MessageTooLong
   */
  accept(bytes: Uint8Array): Message | null {
    this.#bytes.set(bytes, this.#filled);
    this.#filled += bytes.length;
    if (this.wanted > 0) return null;
    const view = new DataView(this.#bytes.buffer);
    const length = view.getUint32(12, true);
    if (length > payloadLimit) throw new MessageTooLong(length);
    if (this.#filled < headerBytes + length) {
      const whole = new Uint8Array(headerBytes + length);
      whole.set(this.#bytes);
      this.#bytes = whole;
      return null;
    }
    const payload = this.#bytes.subarray(headerBytes);
    this.forget();
    return {
      type: view.getUint32(0, true),
      request: view.getUint32(4, true),
      transaction: view.getUint32(8, true),
      payload,
    };
  }

  /** Forgets what came of the message under way. */
  forget(): void {
    this.#bytes = new Uint8Array(headerBytes);
    this.#filled = 0;
  }
}

import type { Export, Exports } from './export.ts';
import type { Intake } from './intake.ts';
import {
  handshakeFlags,
  infos,
  longestOption,
  longestRequest,
  longestString,
  magics,
  mostOptions,
  optionReplies,
  options,
  transmissionFlags,
} from './protocol.ts';

/** What a client and the server agreed on. */
export interface Session {
  readonly exported: Export;
  readonly structured: boolean;
  /** Metadata contexts that the client chose, with their numbers. */
  readonly contexts: ReadonlyMap<string, number>;
}

/** How far a handshake is: `more` bytes are needed, the connection is to be closed, or what was agreed on. */
export type Step = 'more' | 'close' | Session;

export const flagsOf = (exported: Export): number =>
  transmissionFlags.hasFlags |
  transmissionFlags.flush |
  transmissionFlags.df |
  transmissionFlags.multiConnection |
  transmissionFlags.cache |
  (exported.readOnly
    ? transmissionFlags.readOnly
    : transmissionFlags.fua | transmissionFlags.trim | transmissionFlags.writeZeroes);

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};

const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
};

const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

/** Reads an option's data; anything beyond its end throws a RangeError. */
class OptionReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  u16(): number {
    this.#at += 2;
    return this.#data.readUInt16BE(this.#at - 2);
  }

  u32(): number {
    this.#at += 4;
    return this.#data.readUInt32BE(this.#at - 4);
  }

  string(): string {
    const length = this.u32();
    if (length > longestString || this.#at + length > this.#data.length) throw new RangeError('a string is too long');
    this.#at += length;
    return this.#data.toString('utf8', this.#at - length, this.#at);
  }

  end(): void {
    if (this.#at !== this.#data.length) throw new RangeError('there are bytes left');
  }
}

/** The server's side of option haggling. */
export class Handshake {
  readonly #exports: Exports;
  readonly #send: (bytes: Buffer) => void;
  #greeted = false;
  #noZeroes = false;
  #structured = false;
  #chosen: { readonly name: string; readonly session: Session } | null = null;
  #count = 0;

  constructor(exports: Exports, send: (bytes: Buffer) => void) {
    this.#exports = exports;
    this.#send = send;
    send(Buffer.concat([magics.server, u16(handshakeFlags.fixedNewstyle | handshakeFlags.noZeroes)]));
  }

  /** Goes as far as the bytes reach. */
  advance(intake: Intake): Step {
    if (!this.#greeted) {
      const flags = intake.take(4);
      if (flags === null) return 'more';
      const value = flags.readUInt32BE();
      // A client that knows more than we offered does not speak this protocol.
      if ((value & ~(handshakeFlags.fixedNewstyle | handshakeFlags.noZeroes)) !== 0) return 'close';
      this.#noZeroes = (value & handshakeFlags.noZeroes) !== 0;
      this.#greeted = true;
    }
    for (;;) {
      const step = this.#option(intake);
      if (step !== null) return step;
    }
  }

  #header: { readonly option: number; readonly length: number } | null = null;

  /** Answers one option; null when the next may follow. */
  #option(intake: Intake): Step | null {
    if (this.#header === null) {
      const header = intake.take(16);
      if (header === null) return 'more';
      if (header.readBigUInt64BE() !== magics.option) return 'close';
      this.#header = { option: header.readUInt32BE(8), length: header.readUInt32BE(12) };
    }
    const { option, length } = this.#header;
    this.#count += 1;
    if (length > longestOption || this.#count > mostOptions) {
      this.#reply(option, optionReplies.tooBig, Buffer.from(`an option has at most ${longestOption} bytes`));
      return 'close';
    }
    const data = intake.take(length);
    if (data === null) {
      this.#count -= 1;
      return 'more';
    }
    this.#header = null;
    try {
      return this.#answer(option, data);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#reply(option, optionReplies.invalid, Buffer.from('the data of the option do not have its form'));
      return null;
    }
  }

  #answer(option: number, data: Buffer): Step | null {
    switch (option) {
      case options.exportName:
        return this.#exportName(data);
      case options.abort:
        this.#reply(option, optionReplies.acknowledged);
        return 'close';
      case options.list:
        return this.#list(data);
      case options.info:
      case options.go:
        return this.#go(option, data);
      case options.structuredReply:
        new OptionReader(data).end();
        this.#structured = true;
        this.#reply(option, optionReplies.acknowledged);
        return null;
      case options.listMetaContext:
      case options.setMetaContext:
        return this.#metaContexts(option, data);
      default:
        this.#reply(option, optionReplies.unsupported);
        return null;
    }
  }

  #exportName(data: Buffer): Step {
    const name = data.toString('utf8');
    const exported = this.#exports.find(name);
    if (exported === null) return 'close';
    this.#send(Buffer.concat([u64(exported.size), u16(flagsOf(exported)), Buffer.alloc(this.#noZeroes ? 0 : 124)]));
    return this.#session(name, exported);
  }

  #list(data: Buffer): null {
    new OptionReader(data).end();
    for (const name of this.#exports.names()) {
      const bytes = Buffer.from(name);
      this.#reply(options.list, optionReplies.server, Buffer.concat([u32(bytes.length), bytes]));
    }
    this.#reply(options.list, optionReplies.acknowledged);
    return null;
  }

  #go(option: number, data: Buffer): Session | null {
    const reader = new OptionReader(data);
    const name = reader.string();
    const asked = new Set(Array.from({ length: reader.u16() }, () => reader.u16()));
    reader.end();
    const exported = this.#exports.find(name);
    if (exported === null) {
      this.#reply(option, optionReplies.unknown, Buffer.from(`there is no export '${name}'`));
      return null;
    }
    const info = (kind: number, ...parts: readonly Buffer[]): void =>
      this.#reply(option, optionReplies.info, Buffer.concat([u16(kind), ...parts]));
    info(infos.export, u64(exported.size), u16(flagsOf(exported)));
    if (asked.has(infos.name)) info(infos.name, Buffer.from(name));
    if (asked.has(infos.description)) info(infos.description, Buffer.from(exported.description));
    info(infos.blockSize, u32(1, 4096, longestRequest));
    this.#reply(option, optionReplies.acknowledged);
    return option === options.go ? this.#session(name, exported) : null;
  }

  #metaContexts(option: number, data: Buffer): null {
    const reader = new OptionReader(data);
    const name = reader.string();
    const count = reader.u32();
    if (count * 4 > data.length) throw new RangeError('more queries than there is room for');
    const queries = Array.from({ length: count }, () => reader.string());
    reader.end();
    const setting = option === options.setMetaContext;
    if (setting) this.#chosen = null;
    if (!this.#structured) {
      this.#reply(option, optionReplies.invalid, Buffer.from('structured replies must be negotiated first'));
      return null;
    }
    const exported = this.#exports.find(name);
    if (exported === null) {
      this.#reply(option, optionReplies.unknown, Buffer.from(`there is no export '${name}'`));
      return null;
    }
    const listed = (context: string): boolean =>
      setting
        ? queries.includes(context)
        : queries.length === 0 ||
          queries.some((query) => query === context || (query.endsWith(':') && context.startsWith(query)));
    const contexts = new Map<string, number>();
    for (const [index, context] of exported.contexts().entries()) {
      if (!listed(context)) continue;
      contexts.set(context, index);
      this.#reply(option, optionReplies.metaContext, Buffer.concat([u32(setting ? index : 0), Buffer.from(context)]));
    }
    if (setting) this.#chosen = { name, session: { exported, structured: this.#structured, contexts } };
    this.#reply(option, optionReplies.acknowledged);
    return null;
  }

  #session(name: string, exported: Export): Session {
    // What the contexts were offered for, not what has the name by now.
    if (this.#chosen?.name === name) return this.#chosen.session;
    return { exported, structured: this.#structured, contexts: new Map() };
  }

  #reply(option: number, type: number, data: Buffer = Buffer.alloc(0)): void {
    const header = Buffer.alloc(20);
    header.writeBigUInt64BE(magics.optionReply);
    header.writeUInt32BE(option, 8);
    header.writeUInt32BE(type, 12);
    header.writeUInt32BE(data.length, 16);
    this.#send(Buffer.concat([header, data]));
  }
}

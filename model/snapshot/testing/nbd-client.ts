import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { chunks, commands, infos, magics, optionReplies, options } from '../nbd/protocol.ts';

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
export const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};

/** The bytes of an option. */
export const optionBytes = (option: number, data: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([u64(magics.option), u32(option), u32(data.length), data]);

/** The bytes of a request, without its data. */
export const requestBytes = (type: number, cookie: bigint, offset: bigint, length: number, flags = 0): Buffer =>
  Buffer.concat([u32(magics.request), u16(flags), u16(type), u64(cookie), u64(offset), u32(length)]);

const string = (text: string): Buffer => Buffer.concat([u32(Buffer.byteLength(text)), Buffer.from(text)]);

export interface OptionReply {
  readonly type: number;
  readonly data: Buffer;
}

export interface Reply {
  /** 0, or an error number of the protocol. */
  readonly error: number;
  readonly data: Buffer;
  /** By metadata context: pairs of length and flags. */
  readonly extents: ReadonlyMap<number, readonly (readonly [number, number])[]>;
}

/** A plain client, for tests: one thing at a time, or several requests at once. */
export class NbdClient {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #closed = false;
  #cookie = 0n;
  readonly #waiting = new Map<bigint, (reply: Reply) => void>();
  contexts = new Map<string, number>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** Connects and reads the greeting, whose flags it answers with 3: fixed newstyle, no zeroes. */
  static async connect(where: NetConnectOpts, clientFlags = 3): Promise<NbdClient> {
    const client = new NbdClient(connect(where));
    const greeting = await client.take(18);
    if (!greeting.subarray(0, 16).equals(magics.server)) throw new Error('this is no NBD server');
    client.socket.write(u32(clientFlags));
    return client;
  }

  /** The next bytes of the server. @throws Error when it closes the connection first */
  async take(count: number): Promise<Buffer> {
    while (this.#received.length < count) {
      if (this.#closed) throw new Error('the server closed the connection');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const bytes = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return bytes;
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    if (!this.#closed) await new Promise((resolve) => this.socket.once('close', resolve));
  }

  /** All replies to an option, up to the last. */
  async option(option: number, data?: Buffer): Promise<readonly OptionReply[]> {
    this.socket.write(optionBytes(option, data));
    const replies: OptionReply[] = [];
    for (;;) {
      const header = await this.take(20);
      if (header.readBigUInt64BE() !== magics.optionReply) throw new Error('this is no reply to an option');
      const type = header.readUInt32BE(12);
      replies.push({ type, data: await this.take(header.readUInt32BE(16)) });
      if (type === optionReplies.acknowledged || type >= 0x8000_0000) return replies;
    }
  }

  async list(): Promise<readonly string[]> {
    const replies = await this.option(options.list);
    return replies.filter(({ type }) => type === optionReplies.server).map(({ data }) => data.toString('utf8', 4));
  }

  /** Opens an export, with structured replies and metadata contexts. Gives its size and flags. */
  async go(
    name: string,
    contexts: readonly string[] = [],
    structured = true,
  ): Promise<{ size: number; flags: number }> {
    if (structured) {
      await this.option(options.structuredReply);
      const queries = contexts.map(string);
      const asked = Buffer.concat([string(name), u32(queries.length), ...queries]);
      for (const { type, data } of await this.option(options.setMetaContext, asked))
        if (type === optionReplies.metaContext) this.contexts.set(data.toString('utf8', 4), data.readUInt32BE());
    }
    const replies = await this.option(options.go, Buffer.concat([string(name), u16(1), u16(infos.description)]));
    const info = replies.find(({ data }) => data.length === 12 && data.readUInt16BE() === infos.export);
    if (info === undefined) throw new Error(replies.at(-1)?.data.toString() ?? 'no answer');
    void this.#readReplies();
    return { size: Number(info.data.readBigUInt64BE(2)), flags: info.data.readUInt16BE(10) };
  }

  request(type: number, offset: number | bigint, length: number, data?: Uint8Array, flags = 0): Promise<Reply> {
    this.#cookie += 1n;
    const cookie = this.#cookie;
    this.socket.write(requestBytes(type, cookie, BigInt(offset), length, flags));
    if (data !== undefined) this.socket.write(data);
    return new Promise((resolve) => this.#waiting.set(cookie, resolve));
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const { error, data } = await this.request(commands.read, offset, length);
    if (error !== 0) throw new Error(`error ${error}`);
    return data;
  }

  async write(offset: number, data: Uint8Array, flags = 0): Promise<void> {
    const { error } = await this.request(commands.write, offset, data.length, data, flags);
    if (error !== 0) throw new Error(`error ${error}`);
  }

  disconnect(): void {
    this.socket.end(requestBytes(commands.disconnect, 0n, 0n, 0));
  }

  async #readReplies(): Promise<void> {
    const pending = new Map<bigint, { error: number; data: Buffer; extents: Map<number, [number, number][]> }>();
    try {
      for (;;) {
        const magic = (await this.take(4)).readUInt32BE();
        if (magic === magics.simpleReply) await this.#simple();
        else if (magic === magics.structuredReply) await this.#chunk(pending);
        else throw new Error(`magic ${magic.toString(16)}`);
      }
    } catch (error) {
      if (!this.#closed) throw error;
    }
  }

  #lengths = new Map<bigint, number>();

  /** Tells how many bytes of data a simple reply carries. */
  expectData(length: number): void {
    this.#lengths.set(this.#cookie, length);
  }

  async #simple(): Promise<void> {
    const header = await this.take(12);
    const error = header.readUInt32BE();
    const cookie = header.readBigUInt64BE(4);
    const length = error === 0 ? (this.#lengths.get(cookie) ?? 0) : 0;
    this.#settle(cookie, { error, data: await this.take(length), extents: new Map() });
  }

  async #chunk(
    pending: Map<bigint, { error: number; data: Buffer; extents: Map<number, [number, number][]> }>,
  ): Promise<void> {
    const header = await this.take(16);
    const type = header.readUInt16BE(2);
    const cookie = header.readBigUInt64BE(4);
    const data = await this.take(header.readUInt32BE(12));
    const reply = pending.get(cookie) ?? { error: 0, data: Buffer.alloc(0), extents: new Map() };
    pending.set(cookie, reply);
    if (type === chunks.data) reply.data = data.subarray(8);
    if (type === chunks.error) reply.error = data.readUInt32BE();
    if (type === chunks.blockStatus) {
      const extents = Array.from({ length: (data.length - 4) / 8 }, (_, index): [number, number] => [
        data.readUInt32BE(4 + 8 * index),
        data.readUInt32BE(8 + 8 * index),
      ]);
      reply.extents.set(data.readUInt32BE(), extents);
    }
    if ((header.readUInt16BE() & 1) === 0) return;
    pending.delete(cookie);
    this.#settle(cookie, reply);
  }

  #settle(cookie: bigint, reply: Reply): void {
    const settle = this.#waiting.get(cookie);
    if (settle === undefined) throw new Error(`an answer to ${cookie}, which was not asked`);
    this.#waiting.delete(cookie);
    settle(reply);
  }
}

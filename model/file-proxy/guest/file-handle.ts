import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import readline from 'node:readline';
import type { ReadableStream } from 'node:stream/web';
import { readData } from './arguments.ts';
import type { DescriptorOperations, Position } from './descriptors.ts';
import type { Stats } from './stats.ts';
import { invalidState, webStream } from './web-stream.ts';

interface ReadInto {
  readonly buffer?: Uint8Array;
  readonly offset?: number;
  readonly length?: number;
  readonly position?: Position;
}

/** Node's `fs.promises.FileHandle`. */
export class FileHandle extends EventEmitter {
  /** -1 once it is closed. */
  fd: number;
  private readonly operations: DescriptorOperations;
  #streamed = false;
  constructor(operations: DescriptorOperations, descriptor: number) {
    super();
    this.operations = operations;
    this.fd = descriptor;
  }
  async read(
    into?: Uint8Array | ReadInto,
    offset?: number | null,
    length?: number | null,
    position?: Position,
  ): Promise<{ bytesRead: number; buffer: Uint8Array }> {
    const given: ReadInto = into instanceof Uint8Array ? { buffer: into, position: position ?? null } : (into ?? {});
    const buffer = given.buffer ?? Buffer.alloc(16_384);
    const start = offset ?? given.offset ?? 0;
    const count = length ?? given.length ?? buffer.length - start;
    return { bytesRead: await this.operations.read(this.fd, buffer, start, count, given.position), buffer };
  }
  async write<T extends string | Uint8Array>(
    data: T,
    offset?: number | null,
    length?: number | string | null,
    position?: Position,
  ): Promise<{ bytesWritten: number; buffer: T }> {
    if (typeof data === 'string') {
      const bytes = readData(data, (length as BufferEncoding | null) ?? 'utf8');
      return { bytesWritten: await this.operations.write(this.fd, bytes, offset), buffer: data };
    }
    // Node's handles do not look whether they may write where there is nothing to write.
    if (data.length === 0) return { bytesWritten: 0, buffer: data };
    const start = offset ?? 0;
    const count = typeof length === 'number' ? length : data.length - start;
    const bytesWritten = await this.operations.write(this.fd, data.subarray(start, start + count), position);
    return { bytesWritten, buffer: data };
  }
  async readFile(
    options?: BufferEncoding | { readonly encoding?: BufferEncoding | null } | null,
  ): Promise<string | Buffer> {
    const encoding = typeof options === 'string' ? options : options?.encoding;
    const data = await this.operations.readRest(this.fd);
    return typeof encoding === 'string' ? data.toString(encoding) : data;
  }
  writeFile(data: string | Uint8Array, encoding?: BufferEncoding): Promise<void> {
    return this.operations.writeRest(this.fd, data, encoding);
  }
  appendFile(data: string | Uint8Array, encoding?: BufferEncoding): Promise<void> {
    return this.operations.writeRest(this.fd, data, encoding);
  }
  stat(options?: { readonly bigint?: boolean }): Promise<Stats> {
    return this.operations.fstat(this.fd, options);
  }
  truncate(length?: number): Promise<void> {
    return this.operations.ftruncate(this.fd, length);
  }
  sync(): Promise<void> {
    return this.operations.fsync(this.fd);
  }
  datasync(): Promise<void> {
    return this.operations.fdatasync(this.fd);
  }
  chmod(mode: number | string): Promise<void> {
    return this.operations.fchmod(this.fd, mode);
  }
  chown(uid: number, gid: number): Promise<void> {
    return this.operations.fchown(this.fd, uid, gid);
  }
  utimes(accessed: number | string | Date, modified: number | string | Date): Promise<void> {
    return this.operations.futimes(this.fd, accessed, modified);
  }
  async readv<T extends readonly ArrayBufferView[]>(
    buffers: T,
    position?: Position,
  ): Promise<{ bytesRead: number; buffers: T }> {
    return { bytesRead: await this.operations.readv(this.fd, buffers, position), buffers };
  }
  async writev<T extends readonly ArrayBufferView[]>(
    buffers: T,
    position?: Position,
  ): Promise<{ bytesWritten: number; buffers: T }> {
    return { bytesWritten: await this.operations.writev(this.fd, buffers, position), buffers };
  }
  /** Node's own streams on this handle: they close it when they end, unless `autoClose` is false. */
  createReadStream(options?: object): fs.ReadStream {
    return fs.createReadStream('', { ...options, fd: this.fd, fs: this.#asFileSystem() } as object);
  }
  createWriteStream(options?: object): fs.WriteStream {
    return fs.createWriteStream('', { ...options, fd: this.fd, fs: this.#asFileSystem() } as object);
  }
  readLines(options?: object): readline.Interface {
    return readline.createInterface({ input: this.createReadStream(options), crlfDelay: Number.POSITIVE_INFINITY });
  }
  /** Once of a handle, which stays open when the stream ends. @throws Node's error with ERR_INVALID_STATE */
  readableWebStream({ type }: { readonly type?: string } = {}): ReadableStream {
    if (this.fd === -1) throw invalidState('The FileHandle is closed');
    if (this.#streamed) throw invalidState('The FileHandle is locked');
    this.#streamed = true;
    const read = (into: Uint8Array): Promise<number> =>
      this.fd === -1 ? Promise.resolve(0) : this.operations.read(this.fd, into, 0, into.length, null);
    return webStream(read, type);
  }
  /** The calls that streams make. */
  #asFileSystem(): object {
    type Told = (error: Error | null, count?: number, given?: unknown) => void;
    const tell = (work: Promise<unknown>, told: Told, given?: unknown): void => {
      work.then(
        (count) => told(null, count as number | undefined, given),
        (error: Error) => told(error),
      );
    };
    const { operations } = this;
    return {
      read: (fd: number, into: Uint8Array, offset: number, length: number, position: Position, told: Told) =>
        tell(operations.read(fd, into, offset, length, position), told, into),
      write: (fd: number, data: Uint8Array, offset: number, length: number, position: Position, told: Told) =>
        tell(operations.write(fd, data.subarray(offset, offset + length), position), told),
      writev: (fd: number, data: readonly Uint8Array[], position: Position, told: Told) =>
        tell(operations.writev(fd, data, position), told, data),
      fsync: (fd: number, told: Told) => tell(operations.fsync(fd), told),
      close: (_: number, told: Told) => tell(this.close(), told),
    };
  }
  async close(): Promise<void> {
    const { fd } = this;
    if (fd === -1) return;
    this.fd = -1;
    await this.operations.close(fd);
    this.emit('close');
  }
}

import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import readline from 'node:readline';
import type { ReadableStream } from 'node:stream/web';
import type { Time } from './arguments.ts';
import type { ContentOperations, FileData, ReadFileOptions, WriteFileOptions } from './contents.ts';
import type { DescriptorOperations } from './descriptors.ts';
import type { Stats } from './stats.ts';
import { type Position, readingOf, writingOf } from './transfers.ts';
import { invalidState, webStream } from './web-stream.ts';

/** Node's `fs.promises.FileHandle`. */
export class FileHandle extends EventEmitter {
  /** -1 once it is closed. */
  fd: number;
  private readonly operations: DescriptorOperations;
  private readonly contents: ContentOperations;
  #streamed = false;
  constructor(operations: DescriptorOperations, contents: ContentOperations, descriptor: number) {
    super();
    this.operations = operations;
    this.contents = contents;
    this.fd = descriptor;
  }
  async read(...given: readonly unknown[]): Promise<{ bytesRead: number; buffer: ArrayBufferView }> {
    const { buffer, into, position } = readingOf(given);
    if (into.length === 0) return { bytesRead: 0, buffer };
    // As Node's handles do, unlike its callbacks.
    const at = typeof position === 'bigint' ? null : position;
    return { bytesRead: await this.operations.read(this.fd, into, at), buffer };
  }
  async write<T extends string | ArrayBufferView>(
    buffer: T,
    ...given: readonly unknown[]
  ): Promise<{ bytesWritten: number; buffer: T }> {
    // Node's handles do not look whether they may write where there is nothing to write.
    if (typeof buffer !== 'string' && buffer?.byteLength === 0) return { bytesWritten: 0, buffer };
    const { data, position } = writingOf([buffer, ...given]);
    return { bytesWritten: await this.operations.write(this.fd, data, position), buffer };
  }
  readFile(options?: ReadFileOptions | BufferEncoding | null): Promise<string | Buffer> {
    return this.contents.readFile(this.fd, options);
  }
  writeFile(data: FileData, options?: WriteFileOptions | BufferEncoding | null): Promise<void> {
    return this.contents.writeFile(this.fd, data, options);
  }
  /** As in Node, at the file's position. */
  appendFile(data: FileData, options?: WriteFileOptions | BufferEncoding | null): Promise<void> {
    return this.contents.writeFile(this.fd, data, options);
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
  utimes(accessed: Time, modified: Time): Promise<void> {
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
      this.fd === -1 ? Promise.resolve(0) : this.operations.read(this.fd, into, null);
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
        tell(operations.read(fd, into.subarray(offset, offset + length), position), told, into),
      write: (fd: number, data: Uint8Array, offset: number, length: number, position: Position, told: Told) =>
        tell(operations.write(fd, data.subarray(offset, offset + length), position), told),
      writev: (fd: number, data: readonly Uint8Array[], position: Position, told: Told) =>
        tell(operations.writev(fd, data, position), told, data),
      fsync: (fd: number, told: Told) => tell(operations.fsync(fd), told),
      close: (_: number, told: Told) => tell(this.close(), told),
    };
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
  async close(): Promise<void> {
    const { fd } = this;
    if (fd === -1) return;
    this.fd = -1;
    await this.operations.close(fd);
    this.emit('close');
  }
}

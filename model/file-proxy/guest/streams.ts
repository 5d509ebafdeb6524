/** Node's own streams on a guest's file system: they run on whatever calls they are given. */
import fs from 'node:fs';
import { type PathArgument, readOptions } from './arguments.ts';
import { FileHandle } from './file-handle.ts';

type Given = object | string | null | undefined;

/** Node's declarations leave out that its streams are classes to extend. */
type Class<Stream> = new (path: PathArgument, options: object) => Stream;

/** @param calls those by number, and `open` */
export const streamOperations = (calls: object) => {
  const optionsOf = (options: Given): object => ({ ...readOptions(options), fs: calls });
  const handleOf = (options: Given): FileHandle | null => {
    const { fd } = (typeof options === 'object' ? (options ?? {}) : {}) as { readonly fd?: unknown };
    return fd instanceof FileHandle ? fd : null;
  };
  class ReadStream extends (fs.ReadStream as unknown as Class<fs.ReadStream>) {
    constructor(path: PathArgument, options?: Given) {
      super(path, optionsOf(options));
    }
  }
  class WriteStream extends (fs.WriteStream as unknown as Class<fs.WriteStream>) {
    constructor(path: PathArgument, options?: Given) {
      super(path, optionsOf(options));
    }
  }
  return {
    ReadStream,
    WriteStream,
    createReadStream: (path: PathArgument, options?: Given): fs.ReadStream =>
      handleOf(options)?.createReadStream({ ...(options as object), fd: undefined }) ?? new ReadStream(path, options),
    createWriteStream: (path: PathArgument, options?: Given): fs.WriteStream =>
      handleOf(options)?.createWriteStream({ ...(options as object), fd: undefined }) ?? new WriteStream(path, options),
  };
};

/** Operations on whole files. */
import fs from 'node:fs';
import { FileError } from '../protocol/errors.ts';
import { abortCheck } from './aborting.ts';
import { ArgumentError, type PathArgument, readData, readInteger, readOptions, shown } from './arguments.ts';
import type { DescriptorOperations } from './descriptors.ts';
import { FileHandle } from './file-handle.ts';
import { asNode } from './guest.ts';

type Encoding = BufferEncoding | null;
export interface ReadFileOptions {
  readonly encoding?: Encoding;
  readonly flag?: string | number;
  readonly signal?: AbortSignal;
}
export interface WriteFileOptions extends ReadFileOptions {
  readonly mode?: number | string;
  readonly flush?: boolean;
}
type Target = PathArgument | FileHandle | number;
type Part = string | ArrayBufferView;
/** Text, bytes, or parts of either one after another. */
export type FileData = Part | Iterable<Part> | AsyncIterable<Part>;

/** What is to be written, a part after another. @throws ArgumentError for what is no data */
const partsOf = (data: FileData, encoding?: BufferEncoding): Iterable<Uint8Array> | AsyncIterable<Uint8Array> => {
  const isOne = typeof data === 'string' || ArrayBuffer.isView(data) || typeof data !== 'object' || data === null;
  if (isOne || !(Symbol.iterator in data || Symbol.asyncIterator in data)) return [readData(data as Part, encoding)];
  return (async function* () {
    for await (const part of data as AsyncIterable<Part>) yield readData(part, encoding);
  })();
};

const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE, O_CREAT, O_EXCL, O_WRONLY } = fs.constants;

export const contentOperations = (operations: DescriptorOperations, unlink: (path: PathArgument) => Promise<void>) => {
  /** Runs `work` with a descriptor: the target itself if it is open, or one that is closed after. */
  const withOpen = async <T>(
    target: Target,
    flag: string | number,
    mode: number | string | undefined,
    work: (descriptor: number) => Promise<T>,
  ): Promise<T> => {
    if (typeof target === 'number') return work(target);
    if (target instanceof FileHandle) return work(target.fd);
    const descriptor = await operations.open(target, flag, mode ?? 0o666);
    try {
      return await work(descriptor);
    } finally {
      await operations.close(descriptor);
    }
  };
  const writeFile = async (target: Target, data: FileData, options?: WriteFileOptions | Encoding): Promise<void> => {
    const { encoding, flag, mode, flush, signal } = readOptions<WriteFileOptions>(options);
    if (typeof (flush ?? false) !== 'boolean')
      throw new ArgumentError('ERR_INVALID_ARG_TYPE', 'The "options.flush" argument must be true or false.');
    const check = abortCheck(signal);
    const parts = partsOf(data, encoding as BufferEncoding | undefined);
    check();
    await withOpen(target, flag ?? 'w', mode, async (descriptor) => {
      for await (const part of parts) {
        check();
        await operations.writeRest(descriptor, part, check);
      }
      if (flush === true) await operations.fsync(descriptor);
    });
  };
  const copyAll = async (source: number, goal: number): Promise<void> => {
    const buffer = new Uint8Array(2 ** 18);
    for (let at = 0; ; ) {
      const count = await operations.read(source, buffer, at);
      if (count === 0) return;
      await operations.writeRest(goal, buffer.subarray(0, count));
      at += count;
    }
  };
  return {
    readFile: async (target: Target, options?: ReadFileOptions | Encoding): Promise<string | Buffer> => {
      const { encoding, flag, signal } = readOptions<ReadFileOptions>(options);
      const check = abortCheck(signal);
      check();
      const data = await withOpen(target, flag ?? 'r', undefined, (descriptor) =>
        operations.readRest(descriptor, check),
      );
      return typeof encoding === 'string' ? data.toString(encoding as BufferEncoding) : data;
    },
    writeFile,
    appendFile: (target: Target, data: FileData, options?: WriteFileOptions | Encoding): Promise<void> =>
      writeFile(target, data, { flag: 'a', ...readOptions<WriteFileOptions>(options) } as WriteFileOptions),
    /** As libuv does it: what is copied over is emptied only once both are open, and goes when the copy fails. */
    copyFile: (from: PathArgument, to: PathArgument, mode?: number | null): Promise<void> =>
      asNode('copyfile', { path: shown(from), dest: shown(to) }, async () => {
        const how = mode === null || mode === undefined ? 0 : readInteger('mode', mode, 0, 7);
        // Blocks that two files share are nothing that a share could give.
        if ((how & COPYFILE_FICLONE_FORCE) !== 0) throw new FileError('EOPNOTSUPP');
        await withOpen(from, 'r', undefined, async (source) => {
          const stats = await operations.fstat(source);
          const exclusive = (how & COPYFILE_EXCL) !== 0 ? O_EXCL : 0;
          await withOpen(to, O_WRONLY | O_CREAT | exclusive, stats.mode & 0o7777, async (goal) => {
            const other = await operations.fstat(goal);
            if (other.ino === stats.ino && other.dev === stats.dev) return;
            try {
              // A directory is found out when it is read: what was to be copied over is empty by then, under its other names too.
              await operations.ftruncate(goal, 0);
              await operations.fchmod(goal, stats.mode);
              await copyAll(source, goal);
            } catch (error) {
              await unlink(to).catch(() => undefined);
              throw error;
            }
          });
        });
      }),
  };
};
export type ContentOperations = ReturnType<typeof contentOperations>;

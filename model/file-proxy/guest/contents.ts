/** Operations on whole files. */
import fs from 'node:fs';
import { FileError } from '../protocol/errors.ts';
import { type PathArgument, readOptions, shown } from './arguments.ts';
import type { DescriptorOperations } from './descriptors.ts';
import { FileHandle } from './file-handle.ts';
import { asNode } from './guest.ts';

type Encoding = BufferEncoding | null;
export interface ReadFileOptions {
  readonly encoding?: Encoding;
  readonly flag?: string | number;
}
export interface WriteFileOptions extends ReadFileOptions {
  readonly mode?: number | string;
  readonly flush?: boolean;
}
type Target = PathArgument | FileHandle | number;

const { COPYFILE_EXCL, O_CREAT, O_EXCL, O_WRONLY } = fs.constants;

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
  const writeFile = async (
    target: Target,
    data: string | Uint8Array,
    options?: WriteFileOptions | Encoding,
  ): Promise<void> => {
    const { encoding, flag, mode, flush } = readOptions<WriteFileOptions>(options);
    await withOpen(target, flag ?? 'w', mode, async (descriptor) => {
      await operations.writeRest(descriptor, data, encoding as BufferEncoding | undefined);
      if (flush === true) await operations.fsync(descriptor);
    });
  };
  const copyAll = async (source: number, goal: number): Promise<void> => {
    const buffer = new Uint8Array(2 ** 18);
    for (let at = 0; ; ) {
      const count = await operations.read(source, buffer, 0, buffer.length, at);
      if (count === 0) return;
      await operations.writeRest(goal, buffer.subarray(0, count));
      at += count;
    }
  };
  return {
    readFile: async (target: Target, options?: ReadFileOptions | Encoding): Promise<string | Buffer> => {
      const { encoding, flag } = readOptions<ReadFileOptions>(options);
      const data = await withOpen(target, flag ?? 'r', undefined, operations.readRest);
      return typeof encoding === 'string' ? data.toString(encoding as BufferEncoding) : data;
    },
    writeFile,
    appendFile: (target: Target, data: string | Uint8Array, options?: WriteFileOptions | Encoding): Promise<void> =>
      writeFile(target, data, { flag: 'a', ...readOptions<WriteFileOptions>(options) } as WriteFileOptions),
    /** As libuv does it: what is copied over is emptied only once both are open, and goes when the copy fails. */
    copyFile: (from: PathArgument, to: PathArgument, mode = 0): Promise<void> =>
      asNode('copyfile', { path: shown(from), dest: shown(to) }, () =>
        withOpen(from, 'r', undefined, async (source) => {
          const stats = await operations.fstat(source);
          const exclusive = (mode & COPYFILE_EXCL) !== 0 ? O_EXCL : 0;
          await withOpen(to, O_WRONLY | O_CREAT | exclusive, stats.mode & 0o7777, async (goal) => {
            const other = await operations.fstat(goal);
            if (other.ino === stats.ino && other.dev === stats.dev) return;
            try {
              if (stats.isDirectory()) throw new FileError('EISDIR');
              await operations.ftruncate(goal, 0);
              await operations.fchmod(goal, stats.mode);
              await copyAll(source, goal);
            } catch (error) {
              await unlink(to).catch(() => undefined);
              throw error;
            }
          });
        }),
      ),
  };
};

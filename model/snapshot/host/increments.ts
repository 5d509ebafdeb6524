/** Chains of copies of snapshots: a full one, and the differences after it. Source: `docs/systems/snapshot.md`, "Increments". */
import { open, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { looksTogether } from '../slices.ts';
import { isZero } from '../slot-contents.ts';
import type { Snapshot } from '../snapshots.ts';
import { SnapshotError } from '../storage.ts';
import type { Volume } from '../volume.ts';
import { forgetMark } from './file-mark.ts';
import {
  type IncrementBlock,
  type IncrementHeader,
  readIncrement,
  readIncrementHeader,
  type SnapshotId,
  sameSnapshot,
  writeFully,
  writeIncrement,
} from './increment-file.ts';
import { keepNames } from './names.ts';

/** Blocks of zeros that are read before others have their turn; one that is written gives it. */
const blocksRead = 16;

const idOf = ({ number, record }: Snapshot): SnapshotId => ({ number, instant: record.instant });

/** Blocks of a snapshot that differ from an older one, or all; of those that a full copy leaves out, whoever reads it knows that they are zeros. */
async function* contentsOf(volume: Volume, snapshot: Snapshot, base: Snapshot | null): AsyncGenerator<IncrementBlock> {
  const { blocks, blockSize, sourceSize } = volume.layout;
  for (let block = 0; block < blocks; block += 1) {
    if (block % (base === null ? blocksRead : looksTogether) === 0) await setImmediate();
    if (base !== null && !volume.isChanged(base, snapshot, block)) continue;
    const content = Buffer.allocUnsafe(Math.min(blockSize, sourceSize - block * blockSize));
    await volume.readSnapshot(snapshot, block * blockSize, content);
    const zero = isZero(content);
    if (!zero || base !== null) yield { block, content: zero ? null : content };
  }
}

/** The system's errors of a file that is open say what failed, but not with which file. */
const namingFile = (path: string, error: unknown): unknown =>
  error instanceof Error && 'syscall' in error && !('path' in error)
    ? Object.assign(error, { path, message: `${error.message} '${path}'` })
    : error;

/** What an export has written. */
export interface Exported {
  readonly blocks: number;
  readonly bytes: number;
}

/**
 * Writes a copy of a snapshot to a file that is yet to be made.
 * @param since an older one: only what changed after it is written
 * @throws SnapshotError, StorageError, SourceError, the system's errors, EEXIST where the file is there; then it made none
 */
export const exportSnapshot = async (
  volume: Volume,
  name: string,
  since: string | null,
  path: string,
): Promise<Exported> => {
  const snapshot = volume.snapshot(name);
  const base = since === null ? null : volume.snapshot(since);
  if (base !== null && base.number >= snapshot.number)
    throw new SnapshotError(`Snapshot '${since}' is not older than '${name}': a difference is from an older one.`);
  const { blockSize, sourceSize: size } = volume.layout;
  const header = { size, blockSize, base: base && idOf(base), snapshot: idOf(snapshot) };
  return writeIncrement(path, header, contentsOf(volume, snapshot, base)).catch((error: unknown) => {
    throw namingFile(path, error);
  });
};

/** @throws SnapshotError naming the file that does not follow the one before it */
const checkChain = (paths: readonly string[], headers: readonly IncrementHeader[]): void => {
  for (const [index, header] of headers.entries()) {
    const before = headers[index - 1];
    const path = paths[index]!;
    if (before === undefined && header.base !== null)
      throw new SnapshotError(`${path} holds differences from an older snapshot: a chain begins with a full copy.`);
    if (before === undefined) continue;
    if (header.base === null) throw new SnapshotError(`${path} is a full copy: it can only be the first of a chain.`);
    if (!sameSnapshot(header.base, before.snapshot) || header.size !== before.size)
      throw new SnapshotError(
        `${path} does not follow ${paths[index - 1]}: it holds the differences from another snapshot. Name the files in the order in which the snapshots were taken, none left out.`,
      );
  }
};

/**
 * Makes a file of a chain of copies, the full one first.
 * @throws SnapshotError for what is no chain, or damaged; the system's errors, EEXIST where the file is there; then there is no file
 */
export const importChain = async (path: string, chain: readonly string[]): Promise<{ readonly size: number }> => {
  const headers: IncrementHeader[] = [];
  for (const one of chain) headers.push(await readIncrementHeader(one));
  checkChain(chain, headers);
  const first = headers[0];
  if (first === undefined) throw new SnapshotError('A chain has one copy at least.');
  // Holds the name, so that two imports do not make the same file.
  const file = await open(path, 'wx', 0o600);
  try {
    await forgetMark(path);
    await file.truncate(first.size).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EFBIG' && error.code !== 'EINVAL') throw error;
      throw new SnapshotError(
        `${path}: ${chain[0]} is of a volume of ${first.size} bytes, more than a file may have here: make it on a file system, and under a limit (ulimit -f), that allows it.`,
      );
    });
    for (const [index, header] of headers.entries())
      for await (const { block, content } of readIncrement(chain[index]!, header)) {
        const at = block * header.blockSize;
        const length = Math.min(header.blockSize, header.size - at);
        if (length <= 0 || (content !== null && content.length !== length))
          throw new SnapshotError(`${chain[index]}: Block ${block} is none of a volume of ${header.size} bytes.`);
        await writeFully(file, content ?? Buffer.alloc(length), at);
      }
    await file.sync();
    await keepNames(path);
    return { size: first.size };
  } catch (error) {
    await rm(path, { force: true });
    throw namingFile(path, error);
  } finally {
    await file.close();
  }
};

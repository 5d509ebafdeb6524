/** Which source a store is of. Specified in `docs/systems/snapshot.md`, "Store and source". */
import { SnapshotError } from './storage.ts';
import type { SuperblockKeeper } from './superblock-keeper.ts';

/** An identifier that is kept with a source, beside what is read and written of it. */
export interface SourceMark {
  /** What a refusal calls the source, and what its mark. */
  readonly source: string;
  readonly place: string;
  /** Takes the source to be the store's, whatever its mark. */
  readonly adopt: boolean;
  /** The identifier, 32 hexadecimal digits, which no power cut takes back; null when there is none. */
  read(): Promise<string | null>;
  /** Marks the source: durable when it ends, and the former one or this one, whole, after a power cut before. */
  write(identifier: string): Promise<void>;
  /** An identifier that was never given before. */
  draw(): string;
}

const refusal = (mark: SourceMark, found: string | null, count: number): SnapshotError => {
  const { source, place } = mark;
  const held = `It holds ${count === 1 ? 'a snapshot' : `${count} snapshots`}`;
  const why =
    found === null
      ? `${held} of a volume, and cannot tell whether ${source} is that volume: ${place} is not there, or holds no mark. Where the volume was moved or copied from, that file goes with it.`
      : `${held} of another volume than ${source}, or of what that was before it was opened with another store (the mark in ${place} is not this store's). Name the store that it was opened with last.`;
  return new SnapshotError(
    `${why} Only if you know that it is the volume, and that nothing has written it since it was last opened with this store, adopt it: add --adopt. Else the snapshots would show wrong content. To begin without snapshots, move the store away.`,
  );
};

/** The source's mark. @throws SnapshotError where a store with snapshots is another source's; what the mark throws */
export const requireBound = async (keeper: SuperblockKeeper, mark: SourceMark): Promise<string | null> => {
  const found = await mark.read();
  const { binding, snapshots } = keeper.current;
  const known = found !== null && (found === binding.mark || found === binding.nextMark);
  if (!known && !mark.adopt && snapshots.length > 0) throw refusal(mark, found, snapshots.length);
  return found;
};

/**
 * Sees that a store with snapshots is the source's, and marks both anew, so that neither goes with a former copy of the other.
 * A store without snapshots is any source's. A power cut at any write leaves a store and a source that go together as before.
 * @throws SnapshotError where it is another source's; StorageError; what the mark throws
 */
export const bindSource = async (keeper: SuperblockKeeper, mark: SourceMark): Promise<void> => {
  const found = await requireBound(keeper, mark);
  const nextMark = mark.draw();
  await keeper.change((current) => ({ ...current, binding: { mark: found, nextMark } }));
  await mark.write(nextMark);
  await keeper.change((current) => ({ ...current, binding: { mark: nextMark, nextMark: null } }));
};

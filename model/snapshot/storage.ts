/** Bytes that are read, written and made durable, each of which takes its time: a file, a disk, a memory. */
export interface Storage {
  /** Bytes; infinite where it grows as it is written. */
  readonly size: number;
  /** Where it grows: its bytes when it was opened; what is behind reads as zeros. */
  readonly end?: number;
  /** Fills `into` from `offset` on. @throws StorageError */
  read(offset: number, into: Uint8Array): Promise<void>;
  /** Writes that overlap while both are under way leave either content. @throws StorageError */
  write(offset: number, data: Uint8Array): Promise<void>;
  /** Every write that had ended when this began is durable when it ends. @throws StorageError */
  flush(): Promise<void>;
  /**
   * Bytes in which copies are read and written where it goes on with several accesses at a time, so that one part is written while the next is read; in one
   * when left out.
   */
  readonly piece?: number;
  /** Resolves when those who ask for something at the same time have asked, so that they may share it; when left out, at once. */
  gather?(): Promise<void>;
  /** Gives up the room of all from an offset on, which nobody needs, where that can be done. Done when it returns, or not at all. */
  shorten?(end: number): void;
  /** Makes a range read as zeros without moving them, where that can be done: true when it was. @throws StorageError */
  discard?(offset: number, length: number): Promise<boolean>;
}

/** A storage did not do what it was asked. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** `full`: there may be room later; `lost`: what was asked for is gone for good; `failed`: anything else. */
  readonly kind: 'full' | 'lost' | 'failed';

  constructor(kind: 'full' | 'lost' | 'failed', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The request does not fit the volume, its store or its snapshots. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/** What a snapshot shows of a block is not known any more: its copy in the store, or the page of the map that tells of it, has changed by itself. */
export class DamageError extends Error {
  override readonly name = 'DamageError';
}

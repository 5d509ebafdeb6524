import type { Room } from '../room.ts';

/** A run of bytes with the same flags in a metadata context. */
export interface Extent {
  readonly length: number;
  readonly flags: number;
}

/** What a client can open by name. */
export interface Export {
  readonly description: string;
  readonly size: number;
  readonly readOnly: boolean;
  /** @param room is told of the memory that it takes besides */
  read(offset: number, into: Uint8Array, room: Room): Promise<void>;
  /** @param client aborted when the connection is gone: what waits for a store's room then ends with an error, and is not done later */
  write(offset: number, data: Uint8Array, client: AbortSignal): Promise<void>;
  zero(offset: number, length: number, mayDiscard: boolean, client: AbortSignal): Promise<void>;
  flush(): Promise<void>;
  /** Names of its metadata contexts. */
  contexts(): readonly string[];
  /**
   * At most so many extents from `offset` on, at least one, none beyond `length`; they may end earlier.
   * @param room is told of the memory that it takes
   */
  extents(context: string, offset: number, length: number, most: number, room: Room): Promise<readonly Extent[]>;
}

export interface Exports {
  names(): readonly string[];
  /** Null when there is none of that name. */
  find(name: string): Export | null;
}

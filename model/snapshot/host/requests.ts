import { isAbsolute, resolve } from 'node:path';
import { SnapshotError } from '../storage.ts';
import type { Policy } from '../superblock.ts';
import type { Volume } from '../volume.ts';
import type { HostVolume } from './host-volume.ts';
import { type Exported, exportSnapshot } from './increments.ts';

/** What can be asked of a volume beside reading and writing it. */
export type VolumeRequest =
  | { readonly do: 'snapshot'; readonly name: string; readonly policy: Policy }
  | { readonly do: 'list' }
  | { readonly do: 'delete'; readonly name: string }
  | { readonly do: 'restore'; readonly name: string }
  /** `since`: an older snapshot, or null for a full copy. `to`: the path of a file that is yet to be made, from the root on. */
  | { readonly do: 'export'; readonly name: string; readonly since: string | null; readonly to: string };

/** A snapshot, as `list` tells of it. */
export interface ListedSnapshot {
  readonly name: string;
  /** When it was taken, as in 2026-11-27T08:00:00.000Z. */
  readonly instant: string;
  readonly state: string;
  readonly policy: string;
  /** Bytes that are found in the volume's file still; 0 when it stands alone. */
  readonly bytesInSource: number;
  /** Bytes whose copy in the store is known to be damaged: those read since the store was opened, and those of damaged maps. */
  readonly bytesDamaged: number;
}

export interface VolumeAnswer {
  readonly size: number;
  readonly blockSize: number;
  /** Most snapshots at a time. */
  readonly places: number;
  /** The path of the store, from the root on. */
  readonly store: string;
  /** Most bytes of content that the store may hold, or null. */
  readonly storeLimit: number | null;
  /** Bytes of content in the store. */
  readonly storeBytes: number;
  readonly snapshots: readonly ListedSnapshot[];
  readonly heldWrites: number;
  readonly restoring: { readonly name: string; readonly bytesPending: number } | null;
  /** Why the background copy stands still, or null. */
  readonly stalled: string | null;
  /** After `snapshot`: how long writes waited. */
  readonly pauseMilliseconds?: number;
  /** After `export`: what was written. */
  readonly exported?: Exported;
}

/** A volume that is open, or what was seen of one. */
interface Described extends Pick<HostVolume, 'store' | 'limit'> {
  readonly volume: Pick<Volume, 'layout' | 'status'>;
}

/** What can be said of a volume at a moment. */
export const describeVolume = ({ volume, store, limit }: Described): VolumeAnswer => {
  const { blockSize, sourceSize, places } = volume.layout;
  const { snapshots, usedBlocks, heldWrites, restoring, stalled } = volume.status;
  return {
    size: sourceSize,
    blockSize,
    places,
    store: resolve(store),
    storeLimit: limit === Number.POSITIVE_INFINITY ? null : limit,
    storeBytes: usedBlocks * blockSize,
    snapshots: snapshots.map(({ name, instant, state, policy, inSource, damaged }) => ({
      name,
      instant: new Date(Number(instant / 1_000_000n)).toISOString(),
      state,
      policy,
      bytesInSource: Math.min(inSource * blockSize, sourceSize),
      bytesDamaged: Math.min(damaged * blockSize, sourceSize),
    })),
    heldWrites,
    restoring: restoring && { name: restoring.name, bytesPending: restoring.pending * blockSize },
    stalled,
  };
};

/** As `describeVolume`, while others have their turns. */
const describe = async (host: HostVolume): Promise<VolumeAnswer> => {
  const { layout } = host.volume;
  return describeVolume({ ...host, volume: { layout, status: await host.volume.lookAround() } });
};

/** Does what is asked. @throws SnapshotError, DamageError, StorageError, SourceError */
export const answerRequest = async (host: HostVolume, request: VolumeRequest): Promise<VolumeAnswer> => {
  const { volume } = host;
  switch (request.do) {
    case 'snapshot': {
      const pause = await volume.take(request.name, { policy: request.policy });
      return { ...(await describe(host)), pauseMilliseconds: Number(pause) / 1e6 };
    }
    case 'delete':
      await volume.remove(request.name);
      return describe(host);
    case 'restore':
      await volume.verify(request.name);
      await volume.restore(request.name);
      return describe(host);
    case 'export': {
      const exported = await exportSnapshot(volume, request.name, request.since, request.to);
      return { ...(await describe(host)), exported };
    }
    case 'list':
      return describe(host);
    default:
      request satisfies never;
      throw new SnapshotError('There is no such request.');
  }
};

/** A request as it came from another process. @throws SnapshotError */
export const readRequest = (line: string): VolumeRequest => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new SnapshotError('A request is one line of JSON.');
  }
  const {
    do: what,
    name,
    policy,
    since = null,
    to,
  } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (what === 'list') return { do: what };
  if (typeof name === 'string') {
    if (what === 'delete' || what === 'restore') return { do: what, name };
    if (what === 'snapshot' && (policy === 'break' || policy === 'hold')) return { do: what, name, policy };
  }
  if (what === 'export' && typeof name === 'string' && typeof to === 'string' && isAbsolute(to))
    if (since === null || typeof since === 'string') return { do: what, name, since, to };
  throw new SnapshotError('A request has do: snapshot, list, delete, restore or export, and but for list a name.');
};

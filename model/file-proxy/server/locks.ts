import { FileError } from '../protocol/errors.ts';
import type { Octets } from '../protocol/octets.ts';

/** `P9_LOCK_TYPE_*` */
export const lockType = { read: 0, write: 1, unlock: 2 } as const;
/** `P9_LOCK_*` */
export const lockStatus = { success: 0, blocked: 1 } as const;

export interface Lock {
  readonly type: number;
  readonly start: bigint;
  /** The first byte past the range; null for all that follows. */
  readonly end: bigint | null;
  /** The connection that holds it, whose locks go with it. */
  readonly session: object;
  readonly processId: number;
  readonly clientId: Octets;
}

const sameOwner = (a: Lock, b: Lock): boolean =>
  a.session === b.session && a.processId === b.processId && a.clientId === b.clientId;
const overlap = (a: Lock, b: Lock): boolean =>
  (a.end === null || b.start < a.end) && (b.end === null || a.start < b.end);

/** What of `lock` lies before and behind `other`. */
const outside = (lock: Lock, other: Lock): readonly Lock[] => {
  const before = lock.start < other.start ? [{ ...lock, end: other.start }] : [];
  const behind =
    other.end !== null && (lock.end === null || other.end < lock.end) ? [{ ...lock, start: other.end }] : [];
  return [...before, ...behind];
};

const lockLimit = 4096;

/** Locks on byte ranges as POSIX has them, between all clients of a share. The host's own programs do not see them. */
export class Locks {
  private readonly byFile = new Map<bigint, readonly Lock[]>();
  private readonly counts = new Map<object, number>();

  /** A lock of another owner that stands in the way. */
  conflict(file: bigint, wanted: Lock): Lock | null {
    const held = this.byFile.get(file) ?? [];
    const blocking = (lock: Lock): boolean =>
      !sameOwner(lock, wanted) &&
      overlap(lock, wanted) &&
      (lock.type === lockType.write || wanted.type === lockType.write);
    return held.find(blocking) ?? null;
  }
  /** Sets or clears a range, replacing what the same owner had there. Gives the status to answer. @throws FileError with ENOLCK */
  set(file: bigint, wanted: Lock): number {
    const held = this.byFile.get(file) ?? [];
    if (wanted.type !== lockType.unlock && this.conflict(file, wanted) !== null) return lockStatus.blocked;
    const left = held.flatMap((lock) =>
      sameOwner(lock, wanted) && overlap(lock, wanted) ? outside(lock, wanted) : [lock],
    );
    const now = wanted.type === lockType.unlock ? left : [...left, wanted];
    const count = (this.counts.get(wanted.session) ?? 0) + now.length - held.length;
    if (count > lockLimit && now.length > held.length) throw new FileError('ENOLCK');
    this.counts.set(wanted.session, count);
    this.keep(file, now);
    return lockStatus.success;
  }
  /** Clears whatever a connection held. */
  release(session: object): void {
    if (!this.counts.delete(session)) return;
    for (const [file, held] of this.byFile)
      this.keep(
        file,
        held.filter((lock) => lock.session !== session),
      );
  }
  private keep(file: bigint, locks: readonly Lock[]): void {
    if (locks.length === 0) this.byFile.delete(file);
    else this.byFile.set(file, locks);
  }
}

/** What steps touch, and which of them can be told apart by their order. */

/** Neighbouring places, which are words of memory or locks. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** A translation that a step goes by; its index where it is known by then. */
export interface Translation {
  index: number | undefined;
}

export interface Bump {
  readonly index: number;
  readonly all: boolean;
}

/** What a step asks for. */
export interface Use {
  readonly ranges: readonly Range[];
  readonly changes: boolean;
  /** What it writes. */
  readonly data?: Uint8Array;
  readonly translation?: Translation;
  readonly bump?: Bump;
  /** The lock that it asks for. */
  readonly lock?: number;
  /** That lock is free again before another step is chosen: then the order is told by what is done under the lock. */
  readonly isShort?: boolean;
}

/** What was touched by a step and what followed at once. */
export class Touched {
  readonly looks: Range[] = [];
  readonly changes: Range[] = [];
  translation: Translation | undefined;
  bump: Bump | undefined;
  /** For what somebody waits, or is woken. */
  readonly wakes: string[] = [];

  add({ ranges, changes }: Use): void {
    (changes ? this.changes : this.looks).push(...ranges);
  }
}

const meet = (some: readonly Range[], others: readonly Range[]): boolean => {
  for (const one of some)
    for (const other of others)
      if (one.first < other.first + other.count && other.first < one.first + one.count) return true;
  return false;
};

const ends = (bump: Bump | undefined, translation: Translation | undefined): boolean =>
  bump !== undefined &&
  translation !== undefined &&
  (bump.all || translation.index === undefined || translation.index === bump.index);

/** Whether what comes of two steps depends on which is first. Bumps can be done in any order. */
export const isOrderSeen = (one: Touched, other: Touched): boolean =>
  ends(one.bump, other.translation) ||
  ends(other.bump, one.translation) ||
  meet(one.changes, other.changes) ||
  meet(one.changes, other.looks) ||
  meet(one.looks, other.changes) ||
  one.wakes.some((key) => other.wakes.includes(key));

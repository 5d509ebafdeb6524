/** What a server says an object is: its type, a version that changes with its content, and an identity that no other object of the share has. */
export interface Qid {
  readonly type: number;
  readonly version: number;
  readonly path: bigint;
}

/** Types of objects in a qid (plan 9, `intro(5)`). */
export const qidType = { directory: 0x80, symlink: 0x02, file: 0x00 } as const;

export const qidBytes = 13;

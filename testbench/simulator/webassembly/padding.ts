/** Bits that are zero above values in memory, since what holds a value is at times larger. */

import type { ActivityPlan } from '../activity.ts';
import type { RegisterSlot } from '../design.ts';
import { storageBytes } from '../state-layout.ts';

/** For the end of each register and each kept value, the end of its storage, in bits. */
export interface PaddedEnds {
  readonly state: ReadonlyMap<number, number>;
  readonly kept: ReadonlyMap<number, number>;
}

const endsOf = (slots: readonly { readonly bit: number; readonly width: number }[]): ReadonlyMap<number, number> =>
  new Map(slots.map(({ bit, width }) => [bit + width, bit + storageBytes(width) * 8]));

export const paddedEnds = (registers: readonly RegisterSlot[], plan: ActivityPlan | null): PaddedEnds => ({
  state: endsOf(registers),
  kept: endsOf(
    (plan?.groups ?? []).flatMap((actions) =>
      actions.flatMap(({ effect }) => (effect.kind === 'keep' ? [effect] : [])),
    ),
  ),
});

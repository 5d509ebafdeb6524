import { any, type Bits, bit, type ModuleBody, mux } from '../../hdl/index.ts';
import { type AgedList, agedList } from './outstanding.ts';

/** What an exclusive write has in common with its read (A7.2.4), and the identifier. */
const matched = ['addr', 'len', 'size', 'burst', 'cache', 'prot', 'region'] as const;
type Matched = (typeof matched)[number];

export type ExclusiveSignals = Readonly<Record<'id' | Matched, Bits>> & {
  readonly lock: Bits<1>;
  readonly starts: Bits<1>;
  readonly fire: Bits<1>;
};

type ExclusiveRule = 'aw_exclusive_order' | 'aw_exclusive_pair' | 'aw_exclusive_match';

/**
 * How exclusive writes go with exclusive reads (A7.2). The last exclusive read of each identifier is kept in a list of `entries` until its write is
 * offered; once one had no place, a write without a read is no longer told of. A write is judged as it is first offered: another read may begin while it
 * waits.
 *
 * @param reads the reads under way
 */
export const exclusiveRules = (
  m: ModuleBody,
  { aw, ar }: { readonly aw: ExclusiveSignals; readonly ar: ExclusiveSignals },
  reads: Pick<AgedList<'id' | 'lock'>, 'entries'>,
  entries: number,
  never: (name: ExclusiveRule, broken: Bits<1>) => void,
): void => {
  const widths = Object.fromEntries((['id', ...matched] as const).map((field) => [field, ar[field].width]));
  const kept = agedList(m, 'exclusive', widths as Readonly<Record<'id' | Matched, number>>, entries);
  const { forgotten } = m.regs({ forgotten: { type: bit, reset: 0 } });
  const writing = kept.oldest(({ id }) => id.eq(aw.id));
  const reading = kept.oldest(({ id }) => id.eq(ar.id));
  const differs = any(
    kept.entries.map((entry, index) =>
      any(matched.map((field) => entry[field].ne(aw[field]))).and(writing[index] ?? entry.present),
    ),
  );
  const { has_read, read_again, begins, same_id } = m.named({
    has_read: any(writing),
    read_again: any(reading),
    begins: ar.fire.and(ar.lock),
    same_id: ar.id.eq(aw.id),
  });
  const incomplete = reads.entries.map(({ present, id, lock }) => present.and(lock.bit(0)).and(id.eq(aw.id)));
  const asks = aw.starts.and(aw.lock);
  never('aw_exclusive_order', asks.and(any(incomplete)));
  never('aw_exclusive_pair', asks.and(has_read.not()).and(forgotten.not()));
  never('aw_exclusive_match', asks.and(differs));

  // A read in the same cycle takes the place of the one whose write is offered.
  const ends = asks.and(begins.and(same_id).not());
  m.when(begins.and(read_again.not()).and(kept.full).and(ends.and(has_read).not()), () => forgotten.set(1));
  const read = { id: ar.id, ...Object.fromEntries(matched.map((field) => [field, ar[field]])) } as Readonly<
    Record<'id' | Matched, Bits>
  >;
  kept.update({
    change: (entry, index) => {
      const again = begins.and(reading[index] ?? begins);
      return Object.fromEntries(matched.map((field) => [field, mux(again, read[field], entry[field])]));
    },
    remove: writing.map((one) => one.and(ends)),
    insert: begins.and(read_again.not()),
    value: read,
  });
};

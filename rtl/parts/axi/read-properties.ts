import { any, type Bits, type ModuleBody, mux } from '../../hdl/index.ts';
import { type AgedList, agedList } from './outstanding.ts';

export interface ReadSignals {
  readonly ar: { readonly id: Bits; readonly len: Bits; readonly lock: Bits<1>; readonly fire: Bits<1> };
  readonly r: {
    readonly valid: Bits<1>;
    readonly id: Bits;
    readonly resp: Bits;
    readonly last: Bits<1>;
    readonly fire: Bits<1>;
  };
}

type ReadRule = 'r_identifier' | 'r_last_early' | 'r_last_missing' | 'r_exclusive' | 'capacity_reads';

/** The rules between the read channels. @returns the reads under way */
export const readRules = (
  m: ModuleBody,
  { ar, r }: ReadSignals,
  maxOutstanding: number,
  never: (name: ReadRule, broken: Bits<1>) => void,
): AgedList<'id' | 'lock' | 'left'> => {
  const reads = agedList(m, 'read', { id: ar.id.width, lock: 1, left: 8 }, maxOutstanding);
  const match = reads.oldest(({ id }) => id.eq(r.id));
  const of = (condition: (entry: (typeof reads.entries)[number]) => Bits<1>): Bits<1> =>
    any(reads.entries.map((entry, index) => condition(entry).and(match[index] ?? entry.present)));
  const { r_known, r_locked, r_at_end } = m.named({
    r_known: any(match),
    r_locked: of(({ lock }) => lock.bit(0)),
    r_at_end: of(({ left }) => left.isZero()),
  });
  const shown = r.valid.and(r_known);
  never('r_identifier', r.valid.and(r_known.not()));
  never('r_last_early', shown.and(r.last).and(r_at_end.not()));
  never('r_last_missing', shown.and(r_at_end).and(r.last.not()));
  never('r_exclusive', shown.and(r.resp.eq(1)).and(r_locked.not()));
  const { r_ends } = m.named({ r_ends: r.fire.and(r_known).and(r_at_end.or(r.last)) });
  never('capacity_reads', ar.fire.and(reads.full).and(r_ends.not()));
  reads.update({
    change: ({ left }, index) => ({
      left: mux((match[index] ?? r.fire).and(r.fire), left.subtract(1), left),
    }),
    remove: match.map((one) => one.and(r_ends)),
    insert: ar.fire,
    value: { id: ar.id, lock: ar.lock, left: ar.len },
  });
  return reads;
};

import { type Bits, type BitsSignal, bits, lit, type ModuleBody, mux } from '../../hdl/index.ts';

type Entry<Name extends string> = Readonly<Record<Name, Bits>>;

export interface AgedList<Name extends string> {
  /** Entry 0 is the oldest; what an entry holds that is not there means nothing. */
  readonly entries: readonly (Entry<Name> & { readonly present: Bits<1> })[];
  readonly full: Bits<1>;
  /** The oldest that fulfils a condition, one-hot: one bit for each entry; all zero for none. */
  oldest(condition: (entry: Entry<Name>) => Bits<1>): readonly Bits<1>[];
  /**
   * What happens at the edge, to be said once: `change` gives the fields that change in an entry, then the entry of `remove` (one-hot or
   * zero) leaves and the younger ones move up, then `insert` adds `value` as the youngest. An insertion into a full list from which nothing leaves is lost.
   */
  update(next: {
    readonly change?: (entry: Entry<Name>, index: number) => Partial<Entry<Name>>;
    readonly remove: readonly Bits<1>[];
    readonly insert: Bits<1>;
    readonly value: Entry<Name>;
  }): void;
}

/**
 * Transactions in order of age, from which any one may leave: AXI's order within an identifier is then the order in the list. Declares in a module the
 * registers `name_0_present`, `name_0_FIELD`, ... Latency 1 cycle: what is inserted at an edge is there in the next cycle, and what leaves is not.
 *
 * @param widths bits of each field
 */
export const agedList = <const Name extends string>(
  m: ModuleBody,
  name: string,
  widths: Readonly<Record<Name, number>>,
  entries: number,
): AgedList<Name> => {
  const fields = Object.keys(widths) as Name[];
  const declare = (suffix: string, width: number): BitsSignal => {
    const declared = m.regs({ [`${name}_${suffix}`]: { type: bits<number>(width), reset: 0 } });
    return Object.values(declared)[0] as BitsSignal;
  };
  const list = Array.from({ length: entries }, (_, index) => ({
    present: declare(`${index}_present`, 1) as BitsSignal<1>,
    ...(Object.fromEntries(fields.map((field) => [field, declare(`${index}_${field}`, widths[field])])) as Record<
      Name,
      BitsSignal
    >),
  }));
  const last = list.at(-1);
  if (last === undefined) throw new Error('a list has at least one entry');
  return {
    entries: list,
    full: last.present,
    oldest(condition) {
      let before: Bits<1> | null = null;
      return list.map((entry) => {
        const fulfils = entry.present.and(condition(entry));
        const first: Bits<1> = before === null ? fulfils : fulfils.and(before.not());
        before = before === null ? fulfils : before.or(fulfils);
        return first;
      });
    },
    update({ change, remove, insert, value }) {
      const after = list.map((entry, index): Entry<Name> => ({ ...entry, ...change?.(entry, index) }));
      let moves: Bits<1> = lit(1, 0);
      let below: Bits<1> = lit(1, 1);
      for (const [index, entry] of list.entries()) {
        moves = moves.or(remove[index] ?? lit(1, 0));
        const stays = mux(moves, list[index + 1]?.present ?? lit(1, 0), entry.present);
        const lands = insert.and(below).and(stays.not());
        for (const field of fields) {
          const own = (after[index] as Entry<Name>)[field];
          entry[field].set(mux(lands, value[field], mux(moves, after[index + 1]?.[field] ?? own, own)));
        }
        entry.present.set(stays.or(lands));
        below = stays;
      }
    },
  };
};

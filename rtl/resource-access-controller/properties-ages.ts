import {
  all,
  any,
  type Bits,
  bit,
  bits,
  input,
  lit,
  log2Ceil,
  type ModuleBody,
  module,
  mux,
  select,
  vector,
} from '../hdl/index.ts';
import { range, type Seen, seenInstance } from './properties-seen.ts';
import { type Geometry, slot } from './shapes.ts';
import { transactionAges } from './transaction-ages.ts';

/**
 * That a transaction is found out by its own age. Whichever slot is chosen, it is kept waiting for no more than `longest` + N cycles before it moves or is reported, and is
 * reported only after `shortest` cycles; these are the longest and the shortest timeout that its resource has meanwhile. Nothing is asked of the timeouts of other resources.
 */

/** The signals inside `transactionAges` that `ageProperties` speaks of. */
export const agePaths = (p: Geometry): readonly string[] => [
  'looked_slot',
  'threshold',
  'late',
  'due_slot',
  'moved',
  'sum',
  'ages_data',
  ...range(p.outstanding).map((index) => `recent_${index}`),
];

/** Bits of a count of cycles that `ageProperties` bounds. */
export const waitedWidth = (p: Geometry): number => p.timerWidth + log2Ceil(p.outstanding + 1) + 1;

export const ageProperties = (
  p: Geometry,
  m: ModuleBody,
  seen: Seen,
  of: {
    /** What the slot's transactions are called in the properties. */
    readonly name: string;
    /** A slot's number, which stays. */
    readonly chosen: Bits;
    /** A time, which stays. */
    readonly longest: Bits;
    readonly shortest: Bits;
    /** The slot is in use, and its device is to answer it. */
    readonly active: Bits<1>;
    readonly moves: Bits<1>;
    readonly charged: Bits<1>;
    /** The timeout of the slot's resource in this cycle. */
    readonly timeout: Bits;
  },
): void => {
  const { name, chosen, longest, shortest, active, moves } = of;
  const width = waitedWidth(p);
  const names = { waited: `waited_${name}`, banked: `banked_${name}` };
  const r = m.regs({
    [names.waited]: { type: bits<number>(width), reset: 0 },
    [names.banked]: { type: bits<number>(p.timerWidth), reset: 0 },
  });
  const waited = r[names.waited] as (typeof r)[string];
  const banked = r[names.banked] as (typeof r)[string];
  m.assume(
    active.implies(all([of.timeout.isNonZero(), of.timeout.ge(shortest), of.timeout.le(longest)])),
    `the resource of the chosen ${name} has a timeout, from 'shortest' to 'longest'`,
  );
  m.when(active.not().or(moves), () => waited.set(0)).elseWhen(of.charged, () => waited.set(waited.add(1)));

  const wide = (value: Bits): Bits => value.extend<number>(width);
  const most = 2 ** p.timerWidth - 1;
  const looked = seen('looked_slot').eq(chosen);
  const moved = seen('moved').at(chosen);
  const recent = select(
    chosen,
    range(p.outstanding).map((index) => seen(`recent_${index}`)),
  );
  const sum = seen('sum');
  m.when(looked, () => banked.set(mux(sum.gt(most), most, sum).resize<number>(p.timerWidth)));
  const wideMost = lit<number>(width, most);
  m.assert(
    all([active, moved]).implies(waited.eq(wide(recent))),
    `${name}: after a move, only what is recent was waited`,
  );
  m.assert(
    all([active, moved.not(), banked.ne(most)]).implies(waited.eq(wide(banked).add(wide(recent)))),
    `${name}: what was waited is in the memory and beside it`,
  );
  m.assert(
    all([active, moved.not(), banked.eq(most)]).implies(waited.ge(wideMost.add(wide(recent)))),
    `${name}: a full age is of a long wait`,
  );
  m.assert(
    all([active, looked, moved.not()]).implies(seen('ages_data').eq(banked)),
    `${name}: the memory gives what was put there`,
  );
  const threshold = seen('threshold');
  m.assert(
    all([active, looked, waited.isNonZero()]).implies(
      all([threshold.isNonZero(), threshold.ge(shortest), threshold.le(longest)]),
    ),
    `${name}: it is compared with its own timeout`,
  );
  // Since it was looked at, 1 to N cycles.
  const since = select(
    seen('looked_slot'),
    range(p.outstanding).map((now) =>
      select(
        chosen,
        range(p.outstanding).map((own) => lit<number>(width, ((now - own + p.outstanding - 1) % p.outstanding) + 1)),
      ),
    ),
  );
  const limit = wide(longest).add(p.outstanding);
  const reported = all([seen('late').bit(0), seen('due_slot').eq(chosen), moved.not()]);
  m.assert(
    active.implies(any([waited.lt(wide(longest).add(since)), reported.and(waited.le(limit))])),
    `${name}: it was not overdue when it was looked at, or is reported`,
  );
  m.assert(
    all([active, reported]).implies(waited.ge(wide(shortest))),
    `a ${name} that is reported was kept waiting for its timeout`,
  );
  m.assert(active.implies(waited.le(limit)), `a ${name} is kept waiting for no longer than its timeout and N cycles`);
  m.cover(active.and(waited.eq(limit)), `a ${name} is kept waiting for as long as it may be`);
};

/** `transactionAges` alone, its surroundings free. A slot that is reported is not charged until it is used anew. */
export const checkedAges = (p: Geometry) => {
  const flags = bits<number>(p.outstanding);
  return module(
    'checked_ages',
    {
      moves: input(flags),
      charged: input(flags),
      slots: input(vector(slot(p), p.outstanding)),
      timeouts: input(vector(bits<number>(p.timerWidth), p.resources)),
    },
    (io, m) => {
      const { instance: ages, seen } = seenInstance(m, 'ages', transactionAges(p), agePaths(p));
      ages.moves.set(io.moves);
      ages.charged.set(io.charged);
      ages.slots.set(io.slots);
      ages.timeouts.set(io.timeouts);
      const r = m.regs({
        chosen: { type: bits<number>(Math.max(1, log2Ceil(p.outstanding))), reset: 'none' },
        longest: { type: bits<number>(p.timerWidth), reset: 'none' },
        shortest: { type: bits<number>(p.timerWidth), reset: 'none' },
        active: { type: bit, reset: 0 },
      });
      r.chosen.set(r.chosen);
      r.longest.set(r.longest);
      r.shortest.set(r.shortest);
      m.assume(r.chosen.le(p.outstanding - 1), 'the chosen slot exists');
      const resource = select(
        r.chosen,
        io.slots.elements.map((one) => one.resource),
      );
      m.assume(resource.le(p.resources - 1), 'its resource exists');
      const moves = io.moves.at(r.chosen);
      const reported = ages.overdue.slots.at(r.chosen).and(moves.not());
      m.when(moves, () => r.active.set(1)).elseWhen(reported, () => r.active.set(0));
      ageProperties(p, m, seen, {
        name: 'transaction',
        chosen: r.chosen,
        longest: r.longest,
        shortest: r.shortest,
        active: r.active,
        moves,
        charged: io.charged.at(r.chosen),
        timeout: select(resource, io.timeouts.elements),
      });
      m.assert(
        ages.overdue.slots.isZero().or(ages.overdue.slots.at(ages.overdue.slot)),
        'the slot that is named is the one that is meant',
      );
    },
    { documentation: 'Ages of transactions with properties.', parameters: { ...p } },
  );
};

import { all, any, type Bits, lit, type ModuleBody, mux, popCount } from '../hdl/index.ts';
import { watchAxi4 } from '../parts/axi/properties.ts';
import { observations, range, type Seen, seenIn, slotsSeen } from './properties-seen.ts';
import type { Geometry } from './shapes.ts';
import { word } from './slots.ts';

/**
 * The rules of AXI4 at `s_axi`: assumed of the processor, asserted of the controller; and what ties the checker's lists of transactions to the
 * controller's, without which no induction goes through.
 */

/** In the slots, in a held request, and in the processor's register. The checker follows one more than that, so that its limits are never met. */
const mostInFlight = (p: Geometry): number => p.outstanding + 2;
const followed = (p: Geometry): number => mostInFlight(p) + 1;
const dataAhead = 2;

const listPaths = (name: string, fields: readonly string[], entries: number): readonly string[] =>
  range(entries).flatMap((entry) => ['present', ...fields].map((field) => `${name}_${entry}_${field}`));

const checkerPaths = (p: Geometry): readonly string[] => [
  ...listPaths('read', ['id', 'lock', 'left'], followed(p)),
  ...listPaths('write', ['id', 'lock'], followed(p)),
  ...listPaths('burst', ['len'], followed(p) + dataAhead),
  ...listPaths('early', ['last'], dataAhead),
  'delivered',
  'ahead_done',
  'beat',
];

/** The signals inside the path that `processorProperties` speaks of, beside those of `transactionPaths`. */
export const processorPaths = (): readonly string[] => [
  ...(['read', 'write'] as const).flatMap((direction) =>
    ['full', 'held_signals_id', 'held_signals_len', 'held_signals_lock'].map((name) => `${direction}_path.${name}`),
  ),
  ...['full', 'beat_id', 'beat_last'].map((name) => `read_choice.${name}`),
  ...['full', 'response_id'].map((name) => `write_choice.${name}`),
  ...['full', 'held_last', 'current_left'].map((name) => `write_data.${name}`),
];

interface Listed {
  readonly present: Bits<1>;
  readonly id: Bits;
  readonly lock: Bits<1>;
  readonly left: Bits | null;
}

const equal = (left: Bits | null, right: Bits): Bits<1> => (left === null ? lit(1, 1) : left.eq(right));

/** Of an entry of the checker's list: what it is in the controller. `place` counts those before it of its identifier. */
const whereabouts = (p: Geometry, seen: Seen, direction: 'read' | 'write', list: readonly Listed[], entry: number) => {
  const one = list[entry];
  if (one === undefined) throw new Error('no such entry');
  const wide = 8;
  const count = (flags: readonly Bits<1>[]): Bits => popCount(word([...flags, lit(1, 0)])).resize<number>(wide);
  const before = count(list.slice(0, entry).map((other) => all([other.present, other.id.eq(one.id)])));
  const register = direction === 'read' ? 'read_choice.beat_id' : 'write_choice.response_id';
  const answered = all([seen(`${direction}_choice.full`).bit(0), seen(register).eq(one.id)]);
  const last = direction === 'read' ? seen('read_choice.beat_last').bit(0) : lit(1, 1);
  const ended = answered.and(last);
  const place = before.subtract(ended.extend<number>(wide));
  const slots = slotsSeen(p, seen, direction);
  const inSlot = slots.map((slot, index) => {
    const beats = direction === 'read' ? seen(`read_progress.beats_${index}`) : lit(8, 0);
    const underWay = all([answered, last.not(), slot.waits.isZero()]);
    return all([
      slot.valid,
      slot.id.eq(one.id),
      slot.lock.eq(one.lock),
      popCount(slot.waits).resize<number>(wide).eq(place),
      equal(one.left, beats.resize<number>(8).add(underWay.extend<number>(8))),
      underWay.implies(beats.reduceAnd().not()),
      all([before.isZero(), ended]).not(),
    ]);
  });
  const sameSlots = count(slots.map((slot) => all([slot.valid, slot.id.eq(one.id)])));
  return {
    done: all([before.isZero(), ended, equal(one.left, lit<number>(8, 0))]),
    inSlot,
    held: all([
      seen(`${direction}_path.full`).bit(0),
      seen(`${direction}_path.held_signals_id`).eq(one.id),
      seen(`${direction}_path.held_signals_lock`).bit(0).eq(one.lock),
      equal(one.left, seen(`${direction}_path.held_signals_len`)),
      place.eq(sameSlots),
      all([before.isZero(), ended]).not(),
    ]),
  };
};

/** Puts the checker at `s_axi` with its role, and states what ties it to the path. */
export const processorProperties = (p: Geometry, m: ModuleBody, bus: object, seen: Seen): void => {
  const checker = seenIn(
    watchAxi4(
      m,
      'processor',
      bus,
      {
        addressWidth: p.addressWidth,
        dataWidth: p.dataWidth as 32 | 64 | 128,
        idWidth: p.idWidth,
        maxOutstanding: followed(p),
        dataAhead,
        role: 'assume manager',
      },
      observations(checkerPaths(p)),
    ),
  );
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  const checked = (path: string): Bits<1> => checker(path).bit(0);
  const entries = range(followed(p));
  const total = (flags: readonly Bits<1>[]): Bits => popCount(word(flags)).resize<number>(8);

  for (const direction of ['read', 'write'] as const) {
    const list = entries.map(
      (entry): Listed => ({
        present: checked(`${direction}_${entry}_present`),
        id: checker(`${direction}_${entry}_id`),
        lock: checked(`${direction}_${entry}_lock`),
        left: direction === 'read' ? checker(`read_${entry}_left`) : null,
      }),
    );
    const slots = slotsSeen(p, seen, direction);
    const full = flag(`${direction}_choice.full`);
    const register = seen(direction === 'read' ? 'read_choice.beat_id' : 'write_choice.response_id');
    const last = direction === 'read' ? flag('read_choice.beat_last') : lit(1, 1);
    const done = full.and(last);
    const inFlight = total([done, ...slots.map((slot) => slot.valid), flag(`${direction}_path.full`)]);
    m.assert(total(list.map((one) => one.present)).eq(inFlight), `${direction}s: the checker counts what is in flight`);
    m.assert(inFlight.le(mostInFlight(p)), `${direction}s: the checker has room`);
    if (direction === 'read') {
      const begun = any(slots.map((slot) => all([slot.valid, slot.id.eq(register), slot.waits.isZero()])));
      m.assert(full.and(last.not()).implies(begun), 'reads: a burst that was begun is in flight');
    }
    const received = slots.map((_, slot) =>
      direction === 'read' ? lit(1, 1) : seen('write_progress.received').bit(slot),
    );
    const complete = total([done, ...slots.map((slot, index) => slot.valid.and(received[index] ?? done))]);
    for (const [entry, one] of list.entries()) {
      if (entry > 0)
        m.assert(
          one.present.implies(list[entry - 1]?.present ?? done),
          `${direction}s: entry ${entry} follows another`,
        );
      const where = whereabouts(p, seen, direction, list, entry);
      const found = any([where.done, ...where.inSlot, where.held]);
      m.assert(one.present.implies(found), `${direction}s: entry ${entry} is a transaction in flight`);
      if (direction === 'read') continue;
      // Data come in the order of the addresses.
      const early = lit(8, entry).lt(complete);
      m.assert(one.present.and(where.done).implies(early), `writes: entry ${entry} has its response after its data`);
      for (const [index, inside] of where.inSlot.entries())
        m.assert(
          one.present.and(inside).implies(mux(received[index] ?? done, early, complete.eq(entry))),
          `writes: entry ${entry} in slot ${index} has its data in the order of addresses`,
        );
      m.assert(
        one.present.and(where.held).implies(inFlight.eq(entry + 1).and(early.not())),
        `writes: entry ${entry} waits behind the others while it is held`,
      );
    }
    if (direction === 'write') {
      const ahead = flag('write_data.full').and(flag('write_data.held_last'));
      const delivered = checker('delivered').resize<number>(8);
      m.assert(delivered.eq(complete.add(ahead.extend<number>(8))), 'writes: the checker counts the data that came');
    }
  }
  dataProperties(p, m, seen, checker, total);
};

/** Which bursts the checker still waits for data of. */
const dataProperties = (
  p: Geometry,
  m: ModuleBody,
  seen: Seen,
  checker: Seen,
  total: (flags: readonly Bits<1>[]) => Bits,
): void => {
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  const checked = (path: string): Bits<1> => checker(path).bit(0);
  const active = flag('write_data.active');
  const heldAddress = flag('write_path.full');
  const heldData = flag('write_data.full');
  const heldLast = heldData.and(flag('write_data.held_last'));
  const early = checked('early_0_present');
  const bursts = range(followed(p) + dataAhead).map((entry) => checked(`burst_${entry}_present`));
  for (const [entry, one] of bursts.entries())
    if (entry > 0) m.assert(one.implies(bursts[entry - 1] ?? one), `bursts: entry ${entry} follows another`);
  m.assert(checked('early_1_present').not(), 'no more than one beat of data comes before its address');
  m.assert(checked('ahead_done').not(), 'the data of a burst end after its address is taken');
  const some = active.or(heldAddress);
  m.assert(early.eq(all([heldData, some.not()])), 'data that came before their address are held');
  m.assert(
    early.implies(checked('early_0_last').eq(heldLast)),
    'data that came before their address are held as they came',
  );
  const finished = heldLast.and(some);
  m.assert(
    total(bursts)
      .add(finished.extend<number>(8))
      .eq(total([active, heldAddress])),
    'bursts: the checker waits for the data of those in flight',
  );
  const beat = checker('beat');
  const length = checker('burst_0_len');
  const secondLength = checker('burst_1_len');
  const taken = heldData.extend<number>(8);
  const left = seen('write_data.current_left');
  const heldLength = seen('write_path.held_signals_len');
  m.assert(
    all([active, finished.not()]).implies(length.subtract(beat).eq(left.subtract(taken)).and(beat.le(length))),
    'bursts: the checker counts the beats of the one in flight',
  );
  m.assert(
    all([active, finished.not(), heldData]).implies(left.isNonZero()),
    'a beat that is not the last leaves others to come',
  );
  m.assert(all([active, finished]).implies(left.isZero().and(beat.isZero())), 'the last beat is the last that is left');
  m.assert(
    all([active.not(), heldAddress, finished.not()]).implies(
      all([length.eq(heldLength), beat.eq(taken), taken.le(length)]),
    ),
    'bursts: the checker waits for the first beats of the held one',
  );
  m.assert(
    all([active.not(), heldAddress, finished]).implies(heldLength.isZero().and(beat.isZero())),
    'bursts: a held one of one beat has it',
  );
  m.assert(
    all([active, heldAddress]).implies(mux(finished, length, secondLength).eq(heldLength)),
    'bursts: the checker has the length of the held one',
  );
  m.assert(some.not().implies(beat.isZero()), 'bursts: no beat is counted before its burst');
};

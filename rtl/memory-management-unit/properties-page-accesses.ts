/** Accesses whose pages may be taken back: what keeps each that is old from going on. */
import { all, any, type Bits, bit, mux } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import type { ProvenUnit } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';
import { meets } from './slot-order.ts';

/** The keeper for the chosen index: its cookie in the cycle before, and the bumps. */
export interface Keeper {
  readonly index: Bits;
  readonly cookie: Bits;
  readonly bump: Bits<1>;
  /** A bump of all, which takes the tables back too. */
  readonly flush: Bits<1>;
  /** The unit asks for the cookie of the index, and did in the cycle before. */
  readonly asks: Bits<1>;
  readonly asked: Bits<1>;
}

interface Slot {
  readonly number: number;
  readonly direction: 'read' | 'write';
  readonly index: Bits;
  readonly valid: Bits<1>;
  /** It is there, with a translation that it goes by or may yet go by. */
  readonly goes: Bits<1>;
  readonly checked: Bits<1>;
}

/** Whether each slot's access goes by an old entry, and what then keeps it from going on. */
const slotOld = (unit: ProvenUnit, keeper: Keeper, entryOld: Bits, slot: Slot): Bits<1> => {
  const { m, seen } = unit;
  const { index, cookie, bump } = keeper;
  const { number, direction, goes, checked } = slot;
  const old = register(m, `${direction}_${number}_is_old`, bit);
  const enters = seen(`${direction}s.enters`).bit(number);
  const its = slot.index.eq(index);
  const byOld = meets(seen('lookup.tlb.hits'), entryOld);
  old.set(mux(enters, byOld, old.or(all([bump, its]))));
  const inStage = (stage: string): Bits<1> => seen(`lookup.checks.${stage}_${direction}`).bit(number);
  const [first, second] = [inStage('first'), inStage('second')];
  const name = `${direction} slot ${number}`;
  const lower = (stage: string): Bits<1> => seen(`lookup.checks.${stage}_cookie`).lt(cookie);
  const concerned = all([goes, its]);
  m.assert(all([first, second]).not(), `${name}: one comparison at a time`);
  m.assert(any([first, second]).implies(slot.valid), `${name}: what is compared is there`);
  m.assert(first.implies(checked.not()), `${name}: nothing is known of it before its comparison`);
  m.assert(all([concerned, first]).implies(keeper.asks), `${name}: the cookie of its index is asked for`);
  m.assert(all([concerned, second]).implies(keeper.asked), `${name}: the cookie of its index is compared`);
  m.assert(
    all([concerned, old]).implies(
      all([checked.not(), any([all([first, lower('first')]), all([second, lower('second')])])]),
    ),
    `${name}: if old, it waits for a comparison that finds it`,
  );
  return old;
};

const flagsOf =
  ({ seen }: ProvenUnit, ring: 'reads' | 'writes') =>
  (name: string, slot: number): Bits<1> =>
    seen(`${ring}.${name}`).bit(slot);

/** Whether each read goes by an old entry. */
export const readAccesses = (p: Geometry, unit: ProvenUnit, keeper: Keeper, entryOld: Bits): readonly Bits<1>[] => {
  const { m, seen } = unit;
  const read = flagsOf(unit, 'reads');
  const readsOld = range(p.reads).map((number) => {
    const alive = all([read('valid', number), read('local_access', number).not()]);
    const entered = seen('lookup.checks.first_read').bit(number);
    const owed = any([read('pending_0', number), read('pending_1', number)]);
    m.assert(
      entered.implies(all([read('valid', number), any([read('again', number).not(), owed])])),
      `read slot ${number}: it does not enter twice`,
    );
    m.assert(
      all([read('valid', number), read('local_access', number), owed]).not(),
      `read slot ${number}: no memory owes what is answered here`,
    );
    return slotOld(unit, keeper, entryOld, {
      number,
      direction: 'read',
      index: seen(`reads.slot_${number}_index`),
      valid: read('valid', number),
      goes: all([alive, read('again', number).not()]),
      checked: read('checked', number),
    });
  });
  const fromMemory = any([seen('reads.wins').bit(0), seen('reads.wins').bit(1)]);
  for (const [number, old] of readsOld.entries()) {
    const its = seen(`reads.slot_${number}_index`).eq(keeper.index);
    m.assert(
      all([fromMemory, seen('reads.delivered_place').bit(number), its]).implies(old.not()),
      `read slot ${number}: no beat is given by a translation that was taken back`,
    );
  }
  return readsOld;
};

export const writeAccesses = (p: Geometry, unit: ProvenUnit, keeper: Keeper, entryOld: Bits): void => {
  const { m, seen } = unit;
  const write = flagsOf(unit, 'writes');
  for (const number of range(p.writes)) {
    const alive = all([write('valid', number), write('local_access', number).not()]);
    const current = seen('writes.current_place').bit(number);
    const launched = write('at_memory', number);
    const entered = seen('lookup.checks.first_write').bit(number);
    m.assert(
      entered.implies(all([write('valid', number), write('again', number).not(), launched.not()])),
      `write slot ${number}: it does not enter twice`,
    );
    m.assert(
      all([write('valid', number), write('again', number), launched]).not(),
      `write slot ${number}: it is in one state`,
    );
    m.assert(
      all([write('valid', number), launched.not(), write('sent', number)]).not(),
      `write slot ${number}: nothing is sent before it is at memory`,
    );
    m.assert(
      all([seen('lookup.checks.second_write').bit(number), launched]).implies(current),
      `write slot ${number}: it is current while it is compared at memory`,
    );
    m.assert(
      current.implies(all([write('valid', number), launched, write('sent', number).not()])),
      `write slot ${number}: what is current is at memory`,
    );
    for (const memory of [0, 1]) {
      const [route, pending] = [write(`route_${memory}`, number), write(`pending_${memory}`, number)];
      m.assert(
        all([write('valid', number), launched, route, write('sent', number).not()]).implies(pending),
        `write slot ${number}: memory ${memory} owes an answer while beats go there`,
      );
      m.assert(
        all([write('valid', number), pending]).implies(all([launched, route])),
        `write slot ${number}: memory ${memory} owes an answer to what goes there alone`,
      );
    }
    const its = seen(`writes.slot_${number}_index`).eq(keeper.index);
    const owed = any([write('pending_0', number), write('pending_1', number)]);
    const [cut, lock] = [write('cut', number), seen(`writes.slot_${number}_request_lock`).bit(0)];
    m.assert(
      all([write('valid', number), cut]).implies(all([launched, seen('writes.data_next').eq(number)])),
      `write slot ${number}: what is cut is at memory, and its data come next`,
    );
    m.assert(
      current.implies(seen('writes.beat').le(seen(`writes.slot_${number}_request_len`))),
      `write slot ${number}: its beats are counted to its last`,
    );
    const isKept = all([seen('writes.data_next').eq(number), seen('writes.kept').isNonZero()]);
    m.assert(
      isKept.implies(all([write('valid', number), any([write('sent', number).not(), cut])])),
      `write slot ${number}: what was kept of it is kept until its end`,
    );
    const isChecked = all([
      write('checked', number),
      entered.not(),
      seen('lookup.checks.second_write').bit(number).not(),
      write('again', number).not(),
    ]);
    m.assert(
      all([lock, isKept]).implies(all([isChecked, any([cut, write('local_access', number)])])),
      `write slot ${number}: an exclusive write goes in one burst, and what is left of it is answered here`,
    );
    m.assert(
      all([alive, current, lock, cut.not(), seen('writes.beat').isNonZero()]).implies(isChecked),
      `write slot ${number}: an exclusive write has been compared before its beats go`,
    );
    // What is left of it could not be exclusive any more: it goes on, and bumps wait.
    const { [`write_${number}_goes_on`]: goesOn } = m.named({
      [`write_${number}_goes_on`]: all([alive, current, lock, cut.not(), seen('writes.beat').isNonZero(), owed]),
    }) as Readonly<Record<string, Bits<1>>>;
    if (goesOn === undefined) throw new Error('the signal was just named');
    const goes = all([
      alive,
      write('again', number).not(),
      any([launched.not(), all([current, cut.not(), owed, goesOn.not()])]),
    ]);
    const old = slotOld(unit, keeper, entryOld, {
      number,
      direction: 'write',
      index: seen(`writes.slot_${number}_index`),
      valid: write('valid', number),
      goes,
      checked: write('checked', number),
    });
    const moves = all([current, seen('writes.takes').bit(0), seen('writes.targets').isNonZero(), its]);
    const waited = all([goesOn, write('leaving', number)]);
    m.assert(
      all([moves, write('local_access', number).not(), waited.not()]).implies(old.not()),
      `write slot ${number}: no beat is written by a translation that was taken back`,
    );
    const wrote = register(m, `write_${number}_wrote`, bit);
    wrote.set(all([seen('writes.launched').bit(number).not(), any([wrote, moves])]));
    m.assert(all([goesOn, its]).implies(wrote), `write slot ${number}: what goes on has written`);
    m.assert(
      all([alive, launched, its, old, wrote, owed]).implies(write('leaving', number)),
      `write slot ${number}: a bump waits for what was written`,
    );
  }
};

/**
 * That nothing happens by a translation that was taken back. Of one index, any, it is known of each TLB entry, of the walk and of each access whether what it
 * goes by was read before the last bump of that index, or of all: then it is *old*.
 */
import { all, any, type Bits, bit, bits, concat, type ModuleBody, mux } from '../hdl/index.ts';
import { register, word } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { levels, superPageBits } from './interface.ts';
import { type Keeper, readAccesses, writeAccesses } from './properties-page-accesses.ts';
import type { ProvenUnit } from './properties-surroundings.ts';
import { type Geometry, widthsOf } from './shapes.ts';
import { meets } from './slot-order.ts';

/** What has no part in it: the memories' ports give anything, software sets anything. */
export const withoutPorts: readonly string[] = ['registers', 'port_0', 'port_1', 'turns', 'faults', 'difference'];

export const walkStates = { idle: 0, ask: 1, wait: 2, index: 3, value: 4, fill: 5, fault: 6 } as const;

const named = (instance: string, names: readonly string[]): readonly string[] =>
  names.map((name) => `${instance}.${name}`);

export const pagePaths = (p: Geometry): readonly string[] => [
  ...range(p.entries).flatMap((entry) =>
    named(
      'lookup.tlb',
      ['index', 'cookie', 'of_domain', 'of_page', 'leaf_super'].map((name) => `entry_${entry}_${name}`),
    ),
  ),
  ...named('lookup.tlb', ['valid', 'target', 'hits']),
  ...['first', 'second'].flatMap((stage) =>
    named(
      'lookup.checks',
      ['read', 'write', 'cookie'].map((name) => `${stage}_${name}`),
    ),
  ),
  ...named('walker', ['state', 'marks', 'dirty', 'spoiled', 'own_index', 'start', 'takes', 'last', 'port', 'level']),
  ...named('reads', ['valid', 'again', 'checked', 'local_access', 'pending_0', 'pending_1', 'enters', 'wins']),
  ...named('reads', ['delivered_place', ...range(p.reads).map((slot) => `slot_${slot}_index`)]),
  ...named('writes', ['valid', 'again', 'at_memory', 'checked', 'local_access', 'pending_0', 'pending_1']),
  ...named('writes', [
    'cut',
    'leaving',
    'sent',
    'route_0',
    'route_1',
    'enters',
    'launched',
    'current_place',
    'takes',
    'targets',
    'data_next',
    'beat',
    'kept',
  ]),
  ...range(p.writes).flatMap((slot) =>
    named(
      'writes',
      ['index', 'request_lock', 'request_len'].map((name) => `slot_${slot}_${name}`),
    ),
  ),
];

/** The keeper, as it is proved to be, for the chosen index: its cookie in the cycle before, and the bumps. */
const keeperOf = (p: Geometry, { m, io }: ProvenUnit): Keeper => {
  const { some_index: index } = m.regs({ some_index: { type: bits<number>(p.cookieIndexWidth), reset: 'none' } });
  index.set(index);
  const cookie = register(m, 'its_cookie', bits<number>(p.cookieWidth));
  const asked = register(m, 'asked_for_it', bit);
  const asks = io.cookie_index.eq(index);
  asked.set(asks);
  const counts = all([io.bump, io.bump_index.eq(index)]);
  m.when(counts, () => cookie.set(cookie.add(1)));
  const flush = all([io.bump, io.bump_flush]);
  const { its_bump: bump } = m.named({ its_bump: any([counts, flush]) });
  m.assume(asked.implies(io.cookie_value.eq(cookie)), 'the keeper gives the cookie of the cycle before');
  m.assume(all([counts, cookie.reduceAnd()]).implies(flush), 'a cookie that wraps around flushes');
  m.assume(io.bump_flush.implies(io.bump), 'a flush comes with a bump');
  return { index: index as Bits, cookie: cookie as Bits, asked: asked as Bits<1>, asks, bump, flush };
};

/** Whether the walk is old, and whether each entry of the TLB is. */
const translations = (p: Geometry, unit: ProvenUnit, keeper: Keeper): Bits => {
  const { m, io, seen } = unit;
  const { index, cookie, bump, flush } = keeper;
  const state = seen('walker.state');
  const isIn = (...states: readonly number[]): Bits<1> => any(states.map((one) => state.eq(one)));
  const spoiled = seen('walker.spoiled').bit(0);
  const marked = seen('walker.marks').at(seen('walker.own_index').resize(Math.log2(seen('walker.marks').width)));
  const itsMark = seen('walker.marks').at(index.resize(Math.log2(seen('walker.marks').width)));
  const portFailed = meets(seen('walker.port'), io.failed);
  const lastCame = all([seen('walker.takes').isNonZero(), seen('walker.last').bit(0), portFailed.not()]);
  const rereads = all([isIn(walkStates.fill), marked, spoiled.not(), seen('walker.level').ne(levels - 1)]);
  const anew = any([
    all([spoiled, isIn(walkStates.ask, walkStates.index, walkStates.value, walkStates.fill)]),
    all([spoiled, isIn(walkStates.wait), lastCame]),
    all([isIn(walkStates.fill), marked, rereads.not()]),
  ]);
  const walkOld = register(m, 'walk_is_old', bit);
  const starts = seen('walker.start').bit(0).or(anew);
  // The leaf is read anew, but not what led to it: that only a flush takes back.
  const pathOld = register(m, 'path_is_old', bit);
  pathOld.set(all([starts.not(), pathOld.or(all([flush, isIn(walkStates.idle).not()]))]));
  walkOld.set(all([starts.not(), mux(rereads, pathOld, walkOld.or(all([bump, isIn(walkStates.idle).not()])))]));
  m.assert(
    all([walkOld, isIn(walkStates.idle, walkStates.fault).not()]).implies(any([itsMark, seen('walker.dirty').bit(0)])),
    'a walk that is old bears the mark of its index, or starts anew',
  );
  m.assert(
    all([pathOld, isIn(walkStates.idle, walkStates.fault).not()]).implies(seen('walker.dirty').bit(0)),
    'a walk whose tables were taken back starts anew',
  );
  const itsWalk = seen('walker.own_index').eq(index);
  m.assert(all([isIn(walkStates.value), itsWalk]).implies(keeper.asks), 'a walk asks for the cookie of its index');
  m.assert(all([isIn(walkStates.fill), itsWalk]).implies(keeper.asked), 'a walk gets the cookie of its index');

  const filled = seen('lookup.tlb.target');
  const entryOld = word(
    range(p.entries).map((entry) => {
      const old = register(m, `entry_${entry}_is_old`, bit);
      const its = seen(`lookup.tlb.entry_${entry}_index`).eq(index);
      old.set(mux(filled.bit(entry), walkOld.or(bump), old.or(all([bump, its]))));
      const own = seen(`lookup.tlb.entry_${entry}_cookie`);
      m.assert(
        all([seen('lookup.tlb.valid').bit(entry), its]).implies(mux(old, own.lt(cookie), own.eq(cookie))),
        `entry ${entry}: its cookie is the keeper's, or a lower one if it is old`,
      );
      return old;
    }),
  );
  return entryOld;
};

/** That entries of the TLB have nothing in common, so that at most one hits. */
const entriesApart = (p: Geometry, { m, seen }: ProvenUnit): void => {
  const of = (entry: number, name: string): Bits => seen(`lookup.tlb.entry_${entry}_${name}`);
  const high = (entry: number): Bits => of(entry, 'of_page').slice<number, number>(widthsOf(p).page - 1, superPageBits);
  const low = (entry: number): Bits => of(entry, 'of_page').slice<number, number>(superPageBits - 1, 0);
  const valid = seen('lookup.tlb.valid');
  for (const one of range(p.entries))
    for (const other of range(one)) {
      const within = any([of(one, 'leaf_super').bit(0), of(other, 'leaf_super').bit(0), low(one).eq(low(other))]);
      const same = all([of(one, 'of_domain').eq(of(other, 'of_domain')), high(one).eq(high(other)), within]);
      m.assert(all([valid.bit(one), valid.bit(other), same]).not(), `entries ${other} and ${one}: no page is in both`);
    }
  const hits = seen('lookup.tlb.hits');
  m.assert(hits.and(hits.subtract(1)).isZero(), 'at most one entry hits');
};

export const pageProperties = (p: Geometry, unit: ProvenUnit): void => {
  const { m, seen } = unit;
  for (const stage of ['first', 'second']) {
    const slots = concat(seen(`lookup.checks.${stage}_read`), seen(`lookup.checks.${stage}_write`)) as Bits;
    m.assert(slots.and(slots.subtract(1)).isZero(), `${stage}: one access is compared in a cycle`);
  }
  const keeper = keeperOf(p, unit);
  entriesApart(p, unit);
  const entryOld = translations(p, unit, keeper);
  const readsOld = readAccesses(p, unit, keeper, entryOld);
  writeAccesses(p, unit, keeper, entryOld);
  coverPages(m, unit, readsOld);
};

/** That what is assumed leaves room for it. */
const coverPages = (m: ModuleBody, { seen }: ProvenUnit, readsOld: readonly Bits<1>[]): void => {
  const [first] = readsOld as [Bits<1>];
  m.cover(all([seen('reads.valid').bit(0), first]), 'an access goes by what was taken back');
};

import { all, any, type Bits, bits, lit, mux } from '../hdl/index.ts';
import { countOnes, range } from '../parts/seen.ts';
import { burstBeats, indexWidth } from './interface.ts';
import { jobPaths, jobSeen, writerPaths, writerSeen } from './properties-jobs.ts';
import type { ProvenEngine } from './properties-surroundings.ts';
import { type ItemSeen, underWayPaths, underWaySeen } from './properties-under-way.ts';
import type { Geometry } from './shapes.ts';

/**
 * What clients are told, and when: a producer index passes an entry after memory has answered all of its bursts, none with an error, and a chain is done after the answers to all that
 * was written before its end. Any one entry, and the end of any one chain, is followed from its beginning; what holds of it holds of each.
 */

export const completionPaths = (p: Geometry): readonly string[] => [
  ...jobPaths,
  ...writerPaths,
  ...underWayPaths(p),
  'rings.stops',
  'rings.restart',
  'rings.good',
  'failed',
  'done',
  ...range(p.clients).flatMap((client) => [`rings.heads_${client}`, `rings.whole_${client}`]),
];

const places = 4;
const place = bits<number>(places);

interface Moves {
  /** Memory answers a burst. */
  readonly answered: Bits<1>;
  readonly push: Bits<1>;
  readonly pop: Bits<1>;
  readonly occupied: Bits;
  /** The last burst of the entry that is written is on its way. */
  readonly endPushed: Bits<1>;
}

export const completionProperties = (p: Geometry, engine: ProvenEngine): void => {
  const { m, io, seen } = engine;
  const job = jobSeen(p, engine);
  const writer = writerSeen(engine);
  const items = underWaySeen(p, engine);
  const { m_axi } = io;
  m.assert(all([writer.writes, job.chain]).not(), 'an entry is of a packet');
  m.assert(writer.asks.implies(writer.beat.eq(writer.burst)), 'a burst begins at a multiple of its length');
  const client = writer.of('client');
  m.assert(
    writer.writes.implies(all([client.isNonZero(), client.and(client.subtract(1)).isZero()])),
    'an entry is of one client',
  );
  for (const [index, item] of items.entries())
    m.assert(
      all([item.present, item.chain.not()]).implies(
        all([item.mask.isNonZero(), item.mask.and(item.mask.subtract(1)).isZero()]),
      ),
      `under way: burst ${index} is of one client`,
    );
  const rest = job.beats.subtract(writer.burst);
  const moves: Moves = {
    answered: all([m_axi.bvalid, m_axi.bready]),
    push: seen('under_way.push').bit(0),
    pop: seen('under_way.pop').bit(0),
    occupied: countOnes(items.map(({ present }) => present)).resize<number>(places),
    endPushed: all([writer.sends, rest.le(burstBeats)]),
  };
  for (const one of range(p.clients)) {
    const unfinished = countOnes([
      ...items.map((item) => all([item.present, item.end, item.mask.bit(one)])),
      all([writer.writes, client.bit(one), moves.endPushed.not()]),
    ]).resize<number>(indexWidth);
    m.assert(
      seen('rings.stops')
        .bit(one)
        .or(
          seen(`rings.heads_${one}`)
            .subtract(seen(`rings.whole_${one}`))
            .eq(unfinished),
        ),
      `ring ${one}: the entries that are begun and not whole are on their way`,
    );
  }
  // What was refused is remembered only until its entry ends.
  const failed = seen('failed').bit(0);
  const ends = items.map(({ chain, end }) => any([chain, end]));
  const between = any([writer.writes.not(), moves.endPushed]);
  for (const [index, item] of items.entries()) {
    const next = items[index + 1]?.present ?? lit(1, 0);
    m.assert(
      all([item.present, next.not(), between]).implies(ends[index] ?? failed),
      `under way: between entries the newest, item ${index}, ends something`,
    );
    if (index > 0)
      m.assert(
        all([item.present, item.chain]).implies(ends[index - 1] ?? failed),
        `under way: item ${index}, where it ends a chain, follows the end of something`,
      );
  }
  const [head] = items;
  if (head === undefined) throw new Error('there is a place for what is on its way');
  m.assert(
    any([all([head.present, head.chain]), all([head.present.not(), between])]).implies(failed.not()),
    'between entries nothing is remembered as refused',
  );
  entries(p, engine, items, moves);
  chains(p, engine, items, moves);
};

/** An entry that is followed: its index, and where its bursts are among what is on its way. */
const entries = (
  p: Geometry,
  { m, io, seen, follow }: ProvenEngine,
  items: readonly ItemSeen[],
  moves: Moves,
): void => {
  const r = m.regs({
    followed: { type: bits(1), reset: 0 },
    followed_client: { type: bits<number>(p.clients), reset: 0 },
    followed_index: { type: bits<number>(indexWidth), reset: 0 },
    /** What is before its first burst that is not answered. */
    ahead: { type: place, reset: 0 },
    unanswered: { type: place, reset: 0 },
    /** Its last burst has been asked for. */
    closed: { type: bits(1), reset: 0 },
    was_refused: { type: bits(1), reset: 0 },
  });
  const flag = (bit: Bits): Bits<1> => bit.bit(0);
  const writer = (name: string): Bits => seen(`writer.${name}`);
  const [followed, closed] = [flag(r.followed), flag(r.closed)];
  const begins = all([flag(writer('opens')), follow, followed.not()]);
  const chosen = writer('chosen');
  const asking = flag(writer('asking'));
  const first = all([followed, r.ahead.isZero()]);
  const answer = all([first, moves.answered, r.unanswered.isNonZero()]);
  const own = all([followed, closed.not(), asking]);
  const { m_axi } = io;
  const [head] = items;
  if (head === undefined) throw new Error('there is a place for what is on its way');
  const heads = range(p.clients).map((client) => seen(`rings.heads_${client}`));
  const wholes = range(p.clients).map((client) => seen(`rings.whole_${client}`));
  const of = (choice: Bits, values: readonly Bits[]): Bits =>
    values.reduce((chosenSoFar, value, index) => mux(choice.bit(index), value, chosenSoFar) as Bits);
  const last = all([answer, head.end]);
  m.when(followed, () => {
    r.ahead.set(r.ahead.subtract(all([moves.pop, r.ahead.isNonZero()]).extend<number>(places)));
    r.unanswered.set(r.unanswered.add(own.extend<number>(places)).subtract(answer.extend<number>(places)));
    m.when(all([own, flag(seen('under_way.push_end'))]), () => r.closed.set(1));
    m.when(all([answer, m_axi.bresp.bit(1)]), () => r.was_refused.set(1));
    m.when(last, () => r.followed.set(0));
  });
  m.when(begins, () => {
    r.followed.set(1);
    r.followed_client.set(chosen);
    r.followed_index.set(of(chosen, heads));
    r.ahead.set(moves.occupied.subtract(moves.pop.extend<number>(places)));
    r.unanswered.set(0);
    r.closed.set(0);
    r.was_refused.set(0);
  });
  const client = r.followed_client;
  const good = seen('rings.good');
  const bad = all([m_axi.bresp.bit(1)]).or(flag(r.was_refused));
  m.assert(
    last.implies(all([closed, r.unanswered.eq(1)])),
    'an entry ends with the answer to its last burst, after those to all others',
  );
  m.assert(
    last.implies(good.eq(mux(bad, lit<number>(p.clients, 0), client.and(seen('rings.stops').not())) as Bits)),
    'an entry counts for its client where no burst of it was refused',
  );
  m.assert(
    all([last, good.isNonZero()]).implies(of(client, wholes).eq(r.followed_index)),
    'the producer index passes the entry of its number',
  );
  // How that comes: where its bursts are.
  const end = r.ahead.add(r.unanswered);
  const inWriter = all([flag(writer('phase').reduceOr()), writer('client').eq(client)]);
  m.assert(
    followed.implies(mux(closed, r.unanswered.isNonZero(), all([inWriter, moves.endPushed.not()])) as Bits<1>),
    'the entry that is followed is written, or waits for answers',
  );
  m.assert(
    followed.implies(all([r.ahead.le(p.outstanding), r.unanswered.le(p.outstanding)])),
    'no more is counted than can be on its way',
  );
  m.assert(
    followed.implies(all([end.le(moves.occupied), closed.or(end.eq(moves.occupied))])),
    'its bursts are the newest until its last',
  );
  for (const [index, item] of items.entries()) {
    const within = all([followed, r.ahead.le(index), lit<number>(places, index).lt(end)]);
    m.assert(
      within.implies(
        all([item.present, item.chain.not(), item.mask.eq(client), item.end.eq(all([closed, end.eq(index + 1)]))]),
      ),
      `under way: item ${index} is a burst of the entry that is followed`,
    );
    if (index === p.outstanding - 1) continue;
    m.assert(
      all([followed, r.ahead.eq(index + 1)]).implies(any([item.chain, item.end])),
      `under way: item ${index}, the last before the entry that is followed, ends something`,
    );
  }
  const lastPlace = items[p.outstanding - 1];
  if (lastPlace !== undefined)
    m.assert(
      all([followed, r.ahead.eq(p.outstanding)]).implies(any([lastPlace.chain, lastPlace.end])),
      'under way: the last item ends something before a new entry',
    );
  m.assert(all([followed, first.not()]).implies(r.was_refused.not()), 'nothing of it is refused before its turn');
  m.assert(first.implies(seen('failed').eq(r.was_refused)), 'what was refused of the oldest entry is remembered');
  const before = countOnes(
    items.map((item, index) =>
      all([item.present, item.end, item.mask.and(client).isNonZero(), lit<number>(places, index).lt(r.ahead)]),
    ),
  ).resize<number>(indexWidth);
  m.assert(
    all([followed, client.and(seen('rings.stops')).isZero()]).implies(
      of(client, wholes).add(before).eq(r.followed_index),
    ),
    'the entries before it are on their way',
  );
};

/** The end of a chain that is followed. */
const chains = (
  p: Geometry,
  { m, given, seen, follow }: ProvenEngine,
  items: readonly ItemSeen[],
  moves: Moves,
): void => {
  const r = m.regs({
    chain_followed: { type: bits(1), reset: 0 },
    chain_before: { type: place, reset: 0 },
    chain_mask: { type: bits<number>(p.clients), reset: 0 },
    /** Bursts that were asked for before it and are not answered. */
    chain_unanswered: { type: place, reset: 0 },
    /** Bursts on their way. */
    bursts: { type: place, reset: 0 },
  });
  const followed = r.chain_followed.bit(0);
  const asked = seen('writer.asking').bit(0);
  const passes = seen('writer.passes_chain').bit(0);
  const answered = moves.answered.extend<number>(places);
  r.bursts.set(r.bursts.add(asked.extend<number>(places)).subtract(answered));
  m.assert(
    r.bursts.eq(countOnes(items.map(({ present, chain }) => all([present, chain.not()]))).resize<number>(places)),
    'under way: bursts that were asked for and are not answered',
  );
  const ends = all([followed, r.chain_before.isZero()]);
  m.when(followed, () => {
    r.chain_before.set(r.chain_before.subtract(all([moves.pop, ends.not()]).extend<number>(places)));
    r.chain_unanswered.set(r.chain_unanswered.subtract(all([moves.answered, ends.not()]).extend<number>(places)));
    m.when(ends, () => r.chain_followed.set(0));
  });
  m.when(all([passes, follow, followed.not()]), () => {
    r.chain_followed.set(1);
    r.chain_before.set(moves.occupied.subtract(moves.pop.extend<number>(places)));
    r.chain_mask.set(given('jobs.pop_mask'));
    r.chain_unanswered.set(r.bursts.subtract(answered));
  });
  const [head] = items;
  if (head === undefined) throw new Error('there is a place for what is on its way');
  const enabled = range(p.clients).map((client) => given(`registers.settings_ring_control_${client}_enable`).bit(0));
  const done = seen('done');
  m.assert(
    ends.implies(r.chain_unanswered.isZero()),
    'a chain is done after the answers to all that was written before its end',
  );
  for (const client of range(p.clients)) {
    const told = all([enabled[client] ?? followed, seen('rings.stops').bit(client).not()]);
    m.assert(
      ends.implies(done.bit(client).eq(all([r.chain_mask.bit(client), told]))),
      `client ${client}: its chain is done, once, where its ring is enabled and goes on`,
    );
  }
  m.assert(done.isNonZero().implies(all([head.present, head.chain])), 'only the end of a chain is the end of a chain');
  for (const [index, item] of items.entries())
    m.assert(
      all([followed, r.chain_before.eq(index)]).implies(
        all([
          item.present,
          item.chain,
          item.mask.eq(r.chain_mask),
          countOnes(items.slice(0, index).map((one) => one.chain.not()))
            .resize<number>(places)
            .eq(r.chain_unanswered),
        ]),
      ),
      `under way: the end of the chain that is followed is at ${index}, behind the bursts before it`,
    );
  m.assert(
    followed.implies(r.chain_before.lt(p.outstanding)),
    'under way: the end of the chain that is followed is there',
  );
};

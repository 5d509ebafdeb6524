/**
 * The data of the followed write, by handshakes at the ports: whether they are next, how many beats came, and one beat of them, any. A manager may send a beat before its
 * address is taken.
 */
import { all, any, type Bits, concat, lit, mux } from '../hdl/index.ts';
import { type BurstSignals, beatAddressOf, beatLanes } from '../parts/axi/beat.ts';
import { range } from '../parts/seen.ts';
import { beatWidth } from './followed-answer.ts';
import { type FollowedRequest, kept, keptFlag, one, wide } from './followed-request.ts';
import type { DataOwed } from './properties-data.ts';
import type { Proven } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/** W of a port. */
const writing = ({ m }: Pick<Proven, 'm'>, name: string, signal: (name: string) => Bits) => {
  const [valid, last] = [signal('wvalid').bit(0), signal('wlast').bit(0)];
  const fires = all([valid, signal('wready').bit(0)]);
  const ends = all([fires, last]);
  /** Since the last one that was the last of its write; they are counted no further than the counter goes. */
  const beats = kept(m, `beats_${name}`, beatWidth);
  m.when(fires, () => beats.set(mux(beats.reduceAnd(), beats, beats.add(1)) as Bits));
  m.when(ends, () => beats.set(0));
  return { valid, last, fires, ends, beats: beats as Bits, beat: concat(signal('wdata'), signal('wstrb')) };
};

/** The last ones that come before its own: one less than none where its own came before its address. */
const isNone = (owed: Bits): Bits<1> => owed.isZero();
const isLess = (owed: Bits): Bits<1> => owed.reduceAnd();

export const followedData = (p: Geometry, proven: Proven, request: FollowedRequest, owed: DataOwed, beat: Bits) => {
  const { m } = proven;
  const { manager, at, taken, its, sends, sent, pending, there, sides, before, target } = request;
  const width = owed.by[0]?.width ?? 1;

  const here = writing(proven, 'at_manager', manager.bus);
  const owedHere = owed.by
    .map((each, port) => mux(manager.number.eq(port), each, lit<number>(width, 0)) as Bits)
    .reduce((left, right) => left.or(right));
  const latest = kept(m, 'latest_beat', here.beat.width);
  m.when(here.fires, () => latest.set(here.beat));
  const place = kept(m, 'data_before_its_own', width);
  const done = keptFlag(m, 'its_data_came');
  const { early, current } = m.named({
    early: all([taken, any([isLess(owedHere), all([isNone(owedHere), here.beats.isNonZero()])])]),
    current: mux(taken, isNone(owedHere), all([pending, done.not(), place.isZero()])) as Bits<1>,
  });
  m.when(all([pending, here.ends, place.isNonZero()]), () => place.set(place.subtract(1)));
  m.when(taken, () => {
    place.set(mux(here.ends, owedHere.subtract(1), owedHere) as Bits);
    done.set(isLess(owedHere));
  });
  m.when(all([current, here.ends]), () => done.set(1));
  const content = kept(m, 'content_of_its_beat', here.beat.width);
  const known = keptFlag(m, 'its_beat_came');
  m.when(taken, () => known.set(0));
  m.when(all([early, beat.isZero()]), () => {
    known.set(1);
    content.set(latest);
  });
  m.when(all([current, here.fires, here.beats.eq(beat)]), () => {
    known.set(1);
    content.set(here.beat);
  });

  const away = range(p.subordinates).map((port) => writing(proven, `at_${port}`, (name) => at(port, name)));
  const owedThere = there(owed.to.map((each) => each.resize<number>(wide))).resize<number>(width);
  const endsThere = there(away.map(({ ends }) => one(ends))).bit(0);
  const sentPlace = kept(m, 'data_before_its_own_there', width);
  const sentDone = keptFlag(m, 'its_data_were_taken_there');
  const firstThere = all([sentPlace.isZero(), sentDone.not()]);
  m.when(all([pending, sent, endsThere, sentPlace.isNonZero()]), () => sentPlace.set(sentPlace.subtract(1)));
  m.when(all([pending, sent, endsThere, firstThere]), () => sentDone.set(1));
  m.when(sends, () => {
    sentPlace.set(mux(endsThere, owedThere.subtract(1), owedThere) as Bits);
    sentDone.set(any([isLess(owedThere), all([isNone(owedThere), endsThere])]));
  });
  /** While it is shown, what is owed there is before it; nothing is once it was sent. */
  const doneThere = mux(sent, sentDone, isLess(owedThere)) as Bits<1>;
  const placeThere = mux(sent, sentPlace, owedThere) as Bits;
  const shownAt = (port: number): Bits<1> =>
    all([sent.not(), before.isZero(), (sides[port] as (typeof sides)[number]).shows]);
  return {
    here,
    away,
    early,
    latest: latest as Bits,
    current,
    place: place as Bits,
    done: done as Bits<1>,
    content: content as Bits,
    known: known as Bits<1>,
    owedHere,
    placeThere,
    doneThere,
    /** Data at a subordinate are its own. */
    currentAt: (port: number): Bits<1> =>
      all([pending, target.eq(port), any([sent, shownAt(port)]), doneThere.not(), placeThere.isZero()]),
    lengthNow: mux(taken, manager.bus('awlen'), its('len')).extend<number>(beatWidth) as Bits,
  };
};
export type FollowedData = ReturnType<typeof followedData>;

/** Whether strobes lie in the lanes of a beat. */
export const lanesHold = (p: Geometry, burst: BurstSignals, beat: Bits, strobes: Bits): Bits<1> => {
  const busBytes = p.dataWidth / 8;
  const width = Math.max(1, Math.log2(busBytes));
  const lanes = beatLanes(beatAddressOf(burst, beat.resize<number>(8), width), burst.size, busBytes);
  return strobes.and(lanes.not()).isZero();
};
export const strobesOf = (p: Geometry, beat: Bits): Bits => beat.resize<number>(p.dataWidth / 8);
export const burstOf = ({ its }: FollowedRequest): BurstSignals => ({
  addr: its('addr'),
  len: its('len'),
  size: its('size'),
  burst: its('burst'),
});

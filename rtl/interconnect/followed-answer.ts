/** The followed transaction from its request at the subordinate to its last answer at the manager, by handshakes at the ports: how many come before it, and its own beats. */
import { all, type Bits, concat, lit } from '../hdl/index.ts';
import { balance, type FollowedRequest, kept, keptFlag, one, wide } from './followed-request.ts';
import type { Proven } from './properties-surroundings.ts';
import type { Direction } from './shapes.ts';

/** Bits of a number of beats. */
export const beatWidth = 9;

/** R or B of a port, as far as it answers the identifier that is followed. */
export interface Answering {
  readonly shown: Bits<1>;
  readonly fires: Bits<1>;
  readonly ends: Bits<1>;
  readonly resp: Bits;
  readonly data: Bits;
  readonly last: Bits<1>;
}

const answering = (direction: Direction, identifier: Bits, signal: (name: string) => Bits): Answering => {
  const channel = direction === 'read' ? 'r' : 'b';
  const shown = all([signal(`${channel}valid`).bit(0), signal(`${channel}id`).eq(identifier)]);
  const fires = all([shown, signal(`${channel}ready`).bit(0)]);
  const last = direction === 'read' ? signal('rlast').bit(0) : lit(1, 1);
  return {
    shown,
    fires,
    last,
    ends: all([fires, last]),
    resp: signal(`${channel}resp`),
    data: direction === 'read' ? concat(signal('rdata'), signal('rresp')) : signal('bresp'),
  };
};

export const followedAnswer = ({ m }: Proven, direction: Direction, request: FollowedRequest, beat: Bits) => {
  const { manager, identifier, wideIdentifier, at, asks, taken, sends, sides, pending, sent, there } = request;
  const here = answering(direction, identifier, manager.bus);
  const open = balance(m, 'open_at_manager', asks, here.ends);
  const away = sides.map((side, port) => {
    const answer = answering(direction, wideIdentifier, (name) => at(port, name));
    return { answer, open: balance(m, `open_at_${port}`, side.takes, answer.ends) };
  });
  const flagThere = (flags: readonly Bits<1>[]): Bits<1> => there(flags.map(one)).bit(0);
  const firesThere = flagThere(away.map(({ answer }) => answer.fires));
  const endsThere = flagThere(away.map(({ answer }) => answer.ends));

  /** Transactions of the identifier whose last answers come before its own. */
  const place = kept(m, 'before_it_at_manager', wide);
  const beats = kept(m, 'its_beats_at_manager', beatWidth);
  const current = all([pending, place.isZero()]);
  m.when(all([pending, here.ends, place.isNonZero()]), () => place.set(place.subtract(1)));
  m.when(all([current, here.fires]), () => beats.set(beats.add(1)));
  m.when(all([current, here.ends]), () => pending.set(0));
  m.when(taken, () => {
    place.set(open.subtract(one(here.ends)));
    beats.set(0);
  });

  /** The same at its subordinate. */
  const placeThere = kept(m, 'before_it_there', wide);
  const beatsThere = kept(m, 'its_beats_there', beatWidth);
  const answered = keptFlag(m, 'it_was_answered_there');
  const currentThere = all([pending, sent, answered.not(), placeThere.isZero()]);
  m.when(all([pending, sent, answered.not(), endsThere, placeThere.isNonZero()]), () =>
    placeThere.set(placeThere.subtract(1)),
  );
  m.when(all([currentThere, firesThere]), () => beatsThere.set(beatsThere.add(1)));
  m.when(all([currentThere, endsThere]), () => answered.set(1));
  m.when(sends, () => placeThere.set(there(away.map((side) => side.open)).subtract(one(endsThere))));
  m.when(taken, () => {
    beatsThere.set(0);
    answered.set(0);
  });

  /** What one beat of it was at the subordinate: any, by its number. */
  const content = kept(m, 'content_of_a_beat', here.data.width);
  const known = keptFlag(m, 'the_beat_was_given');
  for (const [port, { answer }] of away.entries())
    m.when(all([currentThere, answer.fires, request.target.eq(port), beatsThere.eq(beat)]), () => {
      content.set(answer.data);
      known.set(1);
    });
  m.when(taken, () => known.set(0));
  return {
    here,
    open,
    away,
    place: place as Bits,
    beats: beats as Bits,
    current,
    placeThere: placeThere as Bits,
    beatsThere: beatsThere as Bits,
    answered: answered as Bits<1>,
    currentThere,
    content: content as Bits,
    known: known as Bits<1>,
    /** One beat where a flag is 1, else none. */
    beatIf: (flag: Bits<1>): Bits => flag.extend<number>(beatWidth),
  };
};
export type FollowedAnswer = ReturnType<typeof followedAnswer>;

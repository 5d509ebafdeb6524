/** What ties the counts at the ports, which follow one transaction, to the registers that it is in. Inductions need these. */
import { all, any, type Bits, lit, mux } from '../hdl/index.ts';
import { countOnes, range } from '../parts/seen.ts';
import type { FollowedAnswer } from './followed-answer.ts';
import { type FollowedRequest, one, ownerOf, requestFields, requestPaths, sum } from './followed-request.ts';
import { subordinatePort } from './interface.ts';
import type { Proven } from './properties-surroundings.ts';
import type { Direction, Geometry } from './shapes.ts';

export const tiePaths = (p: Geometry, direction: Direction): readonly string[] => [
  ...requestPaths(p, direction),
  ...range(p.managers).flatMap((port) => [
    `${direction}_intake_${port}.slots.valid`,
    ...range(p.outstanding).flatMap((slot) =>
      ['id', 'target'].map((name) => `${direction}_intake_${port}.slots.${name}_${slot}`),
    ),
    ...['full', 'payload_id', 'payload_content'].map((name) => `${direction}_output_${port}.${name}`),
    ...['active', 'identifier', direction === 'read' ? 'left' : 'done'].map(
      (name) => `local_${direction}_${port}.${name}`,
    ),
  ]),
  ...range(p.subordinates).flatMap((port) =>
    ['response_full', 'response_held_id', 'response_held_content'].map((name) => `${direction}_answer_${port}.${name}`),
  ),
];

/** A held or offered answer of the identifier that is followed. */
interface Holding {
  readonly holds: Bits<1>;
  readonly last: Bits<1>;
  readonly ends: Bits<1>;
  readonly goesOn: Bits<1>;
  /** Without `last`: data and response, or response. */
  readonly data: Bits;
  readonly resp: Bits;
}

const holding = (direction: Direction, holds: Bits<1>, content: Bits): Holding => {
  const last = direction === 'read' ? content.bit(0) : lit(1, 1);
  return {
    holds,
    last,
    ends: all([holds, last]),
    goesOn: all([holds, last.not()]),
    data: direction === 'read' ? content.slice<number, number>(content.width - 1, 1) : content,
    resp: direction === 'read' ? content.slice<number, number>(2, 1) : content,
  };
};

export const ties = (
  p: Geometry,
  { m, seen }: Proven,
  direction: Direction,
  request: FollowedRequest,
  answer: FollowedAnswer,
) => {
  const { manager, identifier, wideIdentifier, its, target, local, sides, pending, sent, before, there } = request;
  const { open, away, place, placeThere, answered } = answer;
  const inside = (path: string): Bits => manager.inside((port) => path.replace('#', String(port)));
  const flag = (path: string): Bits<1> => inside(path).bit(0);
  const intake = `${direction}_intake_#`;

  const held = all([flag(`${intake}.request_full`), inside(`${intake}.request_held_id`).eq(identifier)]);
  const heldOwner = ownerOf(p, inside(`${intake}.request_held_addr`));
  const valid = inside(`${intake}.slots.valid`);
  const slots = range(p.outstanding).map((slot) => ({
    ours: all([valid.bit(slot), inside(`${intake}.slots.id_${slot}`).eq(identifier)]),
    target: inside(`${intake}.slots.target_${slot}`),
  }));
  const inSlots = countOnes(slots.map(({ ours }) => ours));
  const atLocal = all([flag(`local_${direction}_#.active`), inside(`local_${direction}_#.identifier`).eq(identifier)]);
  const output = holding(
    direction,
    all([flag(`${direction}_output_#.full`), inside(`${direction}_output_#.payload_id`).eq(identifier)]),
    inside(`${direction}_output_#.payload_content`),
  );
  const answers = range(p.subordinates).map((port) => {
    const path = `${direction}_answer_${port}`;
    return holding(
      direction,
      all([seen(`${path}.response_full`).bit(0), seen(`${path}.response_held_id`).eq(wideIdentifier)]),
      seen(`${path}.response_held_content`),
    );
  });
  const flagThere = (flags: readonly Bits<1>[]): Bits<1> => there(flags.map(one)).bit(0);
  const at = <T extends keyof Holding>(name: T): Bits =>
    answers
      .map((each, port) => mux(target.eq(port), each[name], lit<number>(each[name].width, 0)) as Bits)
      .reduce((left, right) => left.or(right));
  const openAt = (port: number): Bits => (away[port] as (typeof away)[number]).open;
  const [heldThere, endsThere] = [at('holds').bit(0), at('ends').bit(0)];
  const openThere = there(away.map((each) => each.open));
  const showsThere = flagThere(sides.map(({ shows }) => shows));

  // The transactions of the identifier.
  m.assert(
    inSlots.eq(
      sum([
        ...sides.flatMap(({ shows }, port) => [one(shows), openAt(port), one(answers[port]?.ends as Bits<1>)]),
        one(atLocal),
      ]),
    ),
    'each slot of the identifier is of a transaction that a subordinate has, or that goes there or comes from there',
  );
  for (const [port, each] of away.entries())
    m.assert(each.open.le(p.outstanding), `${subordinatePort(port)}: it has no more than there are slots`);
  m.assert(
    open.eq(sum([one(output.ends), inSlots, one(held)])),
    'each transaction of the identifier is held, in a slot, or offered its last answer',
  );
  for (const [slot, { ours, target: of }] of slots.entries()) {
    m.assert(ours.implies(of.le(p.subordinates)), `slot ${slot} has a target`);
    for (const [port, { shows }] of sides.entries()) {
      const nothing = all([shows.not(), openAt(port).isZero(), (answers[port] as Holding).holds.not()]);
      m.assert(
        all([ours, of.ne(port)]).implies(nothing),
        `slot ${slot}: nothing of its identifier is at ${subordinatePort(port)}, unless that is its target`,
      );
    }
    m.assert(
      all([ours, of.ne(p.subordinates)]).implies(atLocal.not()),
      `slot ${slot}: nothing of its identifier is answered by the interconnect, unless that is its target`,
    );
  }
  for (const [port, each] of answers.entries())
    if (direction === 'read')
      m.assert(
        each.goesOn.implies(openAt(port).isNonZero()),
        `${subordinatePort(port)}: after a beat that is not the last others come`,
      );
  if (direction === 'read')
    m.assert(
      output.goesOn.implies(
        any([atLocal, ...away.map((each) => each.open.isNonZero()), ...answers.map((each) => each.ends)]),
      ),
      'after a beat that is not the last others come',
    );

  // The one that is followed.
  const ended = one(output.ends);
  const { it_is_held: isHeld } = m.named({ it_is_held: all([pending, held, place.eq(sum([ended, inSlots]))]) });
  const { it_is_shown: isShown } = m.named({ it_is_shown: all([pending, local.not(), sent.not(), isHeld.not()]) });
  const has = (path: (field: string) => Bits): Bits<1> =>
    all(requestFields(p).map((field) => path(field).resize<number>(its(field).width).eq(its(field))));
  m.assert(pending.implies(place.lt(open)), 'it is among the transactions of its identifier');
  m.assert(
    isHeld.implies(all([sent.not(), has((field) => inside(`${intake}.request_held_${field}`)), heldOwner.eq(target)])),
    'while it is held, its request is what it was',
  );
  m.assert(
    all([isHeld, local.not()]).implies(before.eq(one(showsThere))),
    'while it is held, what is shown is before it',
  );
  m.assert(
    isShown.implies(all([showsThere, before.isZero(), place.eq(sum([ended, one(endsThere), openThere]))])),
    'when it is not held, it is shown to its subordinate',
  );
  for (const port of range(p.subordinates))
    m.assert(
      all([isShown, target.eq(port)]).implies(
        has((field) => (field === 'id' ? identifier : seen(`${direction}_choice_${port}.payload_${field}`))),
      ),
      `while it is shown at ${subordinatePort(port)}, its request is what it was`,
    );
  m.assert(all([pending, answered]).implies(sent), 'it is answered after it was sent');
  m.assert(all([pending, sent]).implies(local.not()), 'what the interconnect answers is not sent');
  m.assert(pending.implies(target.le(p.subordinates)), 'it has a target');
  m.assert(pending.implies(its('id').eq(identifier)), 'it has the identifier that is followed');
  m.assert(
    all([pending, sent, answered.not()]).implies(
      all([placeThere.lt(openThere), place.eq(sum([ended, one(endsThere), placeThere]))]),
    ),
    'it is answered in its order',
  );
  m.assert(
    all([pending, sent, answered]).implies(
      any([all([endsThere, place.eq(ended)]), all([output.ends, place.isZero()])]),
    ),
    'its last answer is held, or offered',
  );
  m.assert(
    all([pending, local, isHeld.not()]).implies(
      any([all([atLocal, place.eq(ended)]), all([output.ends, place.isZero()])]),
    ),
    'it is answered by the interconnect, or its last answer is offered',
  );
  return {
    inside,
    flag,
    isHeld,
    isShown,
    /** It is what the interconnect answers. */
    answeredHere: all([pending, local, isHeld.not(), atLocal, place.eq(ended)]),
    output,
    /** What is offered to the manager is its own; what is held of its subordinate is. */
    offered: all([pending, place.isZero(), output.holds]),
    given: all([pending, sent, heldThere, place.eq(ended)]),
    there: { data: at('data'), resp: at('resp'), last: at('last').bit(0) },
  };
};

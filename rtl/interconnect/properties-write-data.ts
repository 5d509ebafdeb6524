/** What ties the data of the followed write to the registers that they are in. Inductions need these. */
import { all, any, type Bits, concat, lit, mux, select } from '../hdl/index.ts';
import { range } from '../parts/seen.ts';
import { beatWidth } from './followed-answer.ts';
import { burstOf, type FollowedData, lanesHold, strobesOf } from './followed-data.ts';
import type { FollowedRequest } from './followed-request.ts';
import { subordinatePort } from './interface.ts';
import type { Proven } from './properties-surroundings.ts';
import type { ties } from './properties-ties.ts';
import type { Geometry } from './shapes.ts';

const beatFields = ['data', 'strb', 'last'] as const;

export const dataTiePaths = (p: Geometry): readonly string[] => [
  ...range(p.managers).flatMap((port) => beatFields.map((field) => `data_intake_${port}.beat_held_${field}`)),
  ...range(p.subordinates).flatMap((port) => beatFields.map((field) => `data_output_${port}.payload_${field}`)),
];

export const dataTies = (
  p: Geometry,
  { m, seen }: Proven,
  of: {
    readonly request: FollowedRequest;
    readonly data: FollowedData;
    readonly tie: ReturnType<typeof ties>;
    /** Its subordinate has answered it. */
    readonly answered: Bits<1>;
    readonly beat: Bits;
  },
): void => {
  const { request, data, tie, answered, beat } = of;
  const { its, target, local, pending } = request;
  const { here, away, place, done, placeThere, doneThere, known, content } = data;
  const { isHeld, inside, flag } = tie;
  const length = its('len').extend<number>(beatWidth);
  const number = (bit: Bits<1>): Bits => bit.extend<number>(beatWidth);

  // W of the manager that is followed.
  const active = flag('data_intake_#.active');
  const goesTo = inside('data_intake_#.target');
  const full = flag('data_intake_#.beat_full');
  const heldBeat = concat(inside('data_intake_#.beat_held_data'), inside('data_intake_#.beat_held_strb'));
  const heldLast = flag('data_intake_#.beat_held_last');
  const ends = all([full, heldLast]);
  const goesOn = all([full, heldLast.not()]);
  m.assert(active.not().implies(here.beats.eq(number(goesOn))), 'where no write is current, one beat is held at most');
  m.assert(ends.implies(here.beats.isZero()), 'a last beat that is held is the latest');
  m.assert(full.implies(data.latest.eq(heldBeat)), 'the beat that is held is the latest');
  m.assert(goesOn.implies(here.beats.isNonZero()), 'a beat that is held was counted');

  // W of the subordinates.
  const outputs = range(p.subordinates).map((port) => {
    const shows = seen(`data_output_${port}.full`).bit(0);
    const last = seen(`data_output_${port}.payload_last`).bit(0);
    const current = any(
      range(p.managers).map((each) =>
        all([seen(`data_intake_${each}.active`).bit(0), seen(`data_intake_${each}.target`).bit(port)]),
      ),
    );
    const w = away[port] as (typeof away)[number];
    const edge = subordinatePort(port);
    m.assert(
      all([current.not(), shows.not()]).implies(w.beats.isZero()),
      `${edge}: nothing is left of a write that is over`,
    );
    m.assert(all([shows, last.not()]).implies(current), `${edge}: after a beat that is not the last others come`);
    return {
      shows,
      last,
      beats: w.beats,
      beat: concat(seen(`data_output_${port}.payload_data`), seen(`data_output_${port}.payload_strb`)),
    };
  });
  const there = (values: readonly Bits[]): Bits => select(target, [...values, lit<number>(values[0]?.width ?? 1, 0)]);
  const shows = there(outputs.map((each) => each.shows)).bit(0);
  const showsLast = all([shows, there(outputs.map((each) => each.last)).bit(0)]);
  const beatsThere = there(outputs.map((each) => each.beats));
  const first = placeThere.isZero();

  // Whose turn it is.
  const { it_entered: entered } = m.named({ it_entered: all([pending, isHeld.not(), local.not()]) });
  const { its_data_ended: ended } = m.named({ its_data_ended: any([doneThere, all([first, showsLast])]) });
  const { its_data_go: goes } = m.named({ its_data_go: all([entered, ended.not()]) });
  const isCurrent = all([active, done.eq(ends), any([done, place.isZero()])]);
  m.assert(
    isHeld.implies(done.eq(all([active.not(), ends]))),
    'while it is held, its data came only where none are current',
  );
  m.assert(
    all([isHeld, done.not()]).implies(place.isZero().eq(any([active.not(), ends]))),
    'while it is held, its data come after those that are current',
  );
  m.assert(all([pending, done.not()]).implies(place.le(1)), 'its data come after those of one other at most');
  m.assert(all([isHeld, done]).implies(length.isZero()), 'data that came before it went on are of one beat');
  m.assert(
    goes.implies(
      all([
        isCurrent,
        select(
          target,
          range(p.subordinates).map((port) => goesTo.bit(port)),
        ),
      ]),
    ),
    'while its data go on, it is current',
  );
  m.assert(all([entered, ended]).implies(done), 'what came to its subordinate came from its manager');
  m.assert(
    all([entered, doneThere.not()]).implies(any([first, all([placeThere.eq(1), showsLast])])),
    'at its subordinate, only the last beat of another is before its own',
  );
  m.assert(all([pending, answered]).implies(all([done, doneThere])), 'it is answered after its data');
  const localDone = flag('local_write_#.done');
  const answeredHere = tie.answeredHere;
  m.assert(
    all([answeredHere, localDone.not()]).implies(isCurrent),
    'while the interconnect takes its data, it is current',
  );
  m.assert(all([answeredHere, localDone]).implies(done), 'the interconnect answers it after its data');
  m.assert(
    all([pending, local, isHeld.not(), answeredHere.not()]).implies(done),
    'what the interconnect answered is over',
  );

  // Which beats came, and which went.
  const moved = mux(first, beatsThere.add(number(shows)), lit<number>(beatWidth, 0)) as Bits;
  m.assert(
    all([goes, ends.not()]).implies(here.beats.eq(moved.add(number(full)))),
    'its beats are held, shown or taken',
  );
  m.assert(all([goes, ends]).implies(moved.eq(length)), 'behind its last beat that is held, all others went');
  m.assert(
    all([pending, done.not(), place.isZero()]).implies(here.beats.le(length)),
    'no more beats come than it says',
  );
  m.assert(all([goes, first]).implies(beatsThere.le(length)), 'no more beats are taken than it says');
  m.assert(
    pending.implies(known.eq(mux(done, beat.le(length), all([place.isZero(), here.beats.gt(beat)])))),
    'a beat that came is known',
  );
  const isIts = (shown: Bits, at: Bits, last: Bits<1>): Bits<1> =>
    all([
      last.eq(at.eq(length)),
      lanesHold(p, burstOf(request), at, strobesOf(p, shown)),
      at.eq(beat).implies(shown.eq(content)),
    ]);
  const heldNumber = mux(heldLast, length, here.beats.subtract(1)) as Bits;
  m.assert(
    all([full, any([goes, all([isHeld, active.not()])])]).implies(isIts(heldBeat, heldNumber, heldLast)),
    'a beat that is held is what it was',
  );
  for (const [port, output] of outputs.entries())
    m.assert(
      all([entered, target.eq(port), doneThere.not(), first, output.shows]).implies(
        isIts(output.beat, output.beats, output.last),
      ),
      `${subordinatePort(port)}: a beat that is shown is what it was`,
    );
};

/**
 * One read, any, from its manager's request to its last beat. Managers and subordinates do anything that AXI4 lets them, as far as the identifier that is followed goes; under
 * others they do anything.
 */
import { all, type Bits, lit } from '../hdl/index.ts';
import { beatWidth, followedAnswer } from './followed-answer.ts';
import { anyNumber, followedRequest } from './followed-request.ts';
import { decodeError, subordinatePort } from './interface.ts';
import { offersStay, requestRules } from './properties-requests.ts';
import type { Proven } from './properties-surroundings.ts';
import { tiePaths, ties } from './properties-ties.ts';
import type { Geometry } from './shapes.ts';

export const readPaths = (p: Geometry): readonly string[] => tiePaths(p, 'read');

const exclusiveOkay = 1;

export const readProperties = (p: Geometry, proven: Proven): void => {
  const { m } = proven;
  const beat = anyNumber(m, 'some_beat', beatWidth);
  const request = followedRequest(p, proven, 'read');
  const answer = followedAnswer(proven, 'read', request, beat);
  requestRules(p, proven, 'read', request);
  offersStay(p, proven, 'read');
  const { its, target, local, pending, sent } = request;
  const { here, away, place, beats, beatsThere, current, currentThere, answered, content, known, beatIf } = answer;
  const length = its('len').extend<number>(beatWidth);
  const lock = its('lock').bit(0);

  for (const [port, { answer: given, open }] of away.entries()) {
    const edge = subordinatePort(port);
    m.assume(given.shown.implies(open.isNonZero()), `${edge}: r_identifier`);
    const isIts = all([given.shown, currentThere, target.eq(port)]);
    m.assume(isIts.implies(given.last.eq(beatsThere.eq(length))), `${edge}: r_last_early, r_last_missing`);
    m.assume(all([isIts, given.resp.eq(exclusiveOkay)]).implies(lock), `${edge}: r_exclusive`);
  }

  const edge = 's_axi';
  const offered = all([here.shown, current]);
  m.assert(here.shown.implies(answer.open.isNonZero()), `${edge}: r_identifier`);
  m.assert(all([offered, here.last]).implies(beats.eq(length)), `${edge}: r_last_early`);
  m.assert(all([offered, beats.eq(length)]).implies(here.last), `${edge}: r_last_missing`);
  m.assert(all([offered, here.resp.eq(exclusiveOkay)]).implies(lock), `${edge}: r_exclusive`);
  m.assert(
    all([offered, local.not(), beats.eq(beat)]).implies(all([known, here.data.eq(content)])),
    'each beat of it is the one of its number that its subordinate gave',
  );
  m.assert(
    all([offered, local]).implies(here.data.eq(lit<number>(here.data.width, decodeError))),
    'what no subordinate owns is answered by zeros, and DECERR',
  );
  m.cover(all([offered, local, here.last]), 'the last beat of what no subordinate owns is offered');
  m.cover(all([offered, local.not(), here.last, beats.eq(2)]), 'the third beat of it, the last, is offered');

  const tie = ties(p, proven, 'read', request, answer);
  const { output, offered: isOffered, given: isGiven, isHeld, answeredHere } = tie;
  const [atManager, atSubordinate] = [beatIf(isOffered), beatIf(isGiven)];
  m.assert(all([pending, place.isNonZero()]).implies(beats.isZero()), 'its beats come in its turn');
  m.assert(
    all([pending, local.not()]).implies(beatsThere.eq(beats.add(atManager).add(atSubordinate))),
    'its beats are given, held or offered',
  );
  m.assert(all([pending, sent.not()]).implies(beatsThere.isZero()), 'its beats come after its request');
  m.assert(
    all([pending, sent]).implies(answered.eq(beatsThere.eq(length.add(1))).and(beatsThere.le(length.add(1)))),
    'its subordinate gives as many beats as it asks for',
  );
  m.assert(pending.implies(beats.le(length)), 'its manager has no more beats of it than it asked for');
  m.assert(isOffered.implies(output.last.eq(beats.eq(length))), 'its last beat is offered as the last');
  m.assert(isGiven.implies(tie.there.last.eq(answered)), 'its last beat is held as the last');
  m.assert(all([pending, local.not()]).implies(known.eq(beatsThere.gt(beat))), 'a beat that was given is known');
  const is = (value: Bits): Bits<1> => value.eq(content);
  m.assert(
    all([isOffered, local.not(), beats.eq(beat)]).implies(is(output.data)),
    'a beat that is offered is what it was',
  );
  m.assert(
    all([isGiven, beatsThere.subtract(1).eq(beat)]).implies(is(tie.there.data)),
    'a beat that is held is what it was',
  );
  m.assert(all([isOffered, output.resp.eq(exclusiveOkay)]).implies(lock), 'EXOKAY is offered for an exclusive read');
  m.assert(all([isGiven, tie.there.resp.eq(exclusiveOkay)]).implies(lock), 'EXOKAY is held for an exclusive read');

  const left = tie.inside('local_read_#.left').extend<number>(beatWidth);
  m.assert(
    answeredHere.implies(beats.add(atManager).add(left).eq(length)),
    'what the interconnect answers has as many beats as it asks for',
  );
  m.assert(
    all([isHeld, local]).implies(all([beats.isZero(), isOffered.not()])),
    'no beat of it is offered while it is held',
  );
  m.assert(
    all([isOffered, local]).implies(output.data.eq(lit<number>(output.data.width, decodeError))),
    'the interconnect answers DECERR',
  );
};

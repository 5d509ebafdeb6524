/**
 * One write, any, from its manager's request and data to its response. Managers and subordinates do anything that AXI4 lets them, as far as this write goes, and the identifiers
 * that are answered; else they do anything.
 */
import { all, type Bits, lit, mux } from '../hdl/index.ts';
import { range } from '../parts/seen.ts';
import { beatWidth, followedAnswer } from './followed-answer.ts';
import { burstOf, type FollowedData, followedData, lanesHold, strobesOf } from './followed-data.ts';
import { anyNumber, type FollowedRequest, followedRequest } from './followed-request.ts';
import { decodeError, subordinatePort } from './interface.ts';
import { dataPaths, dataProperties } from './properties-data.ts';
import { offersStay, requestRules } from './properties-requests.ts';
import type { Proven } from './properties-surroundings.ts';
import { tiePaths, ties } from './properties-ties.ts';
import { dataTiePaths, dataTies } from './properties-write-data.ts';
import type { Geometry } from './shapes.ts';

export const writePaths = (p: Geometry): readonly string[] => [
  ...new Set([...tiePaths(p, 'write'), ...dataPaths(p), ...dataTiePaths(p)]),
];

const exclusiveOkay = 1;

/** What managers keep of W: the data of the write that is followed are as its address says. */
const trustData = (p: Geometry, { m }: Proven, request: FollowedRequest, data: FollowedData): void => {
  const { manager, taken, its } = request;
  const { here, early, current, lengthNow } = data;
  const now = (field: 'addr' | 'len' | 'size' | 'burst'): Bits =>
    mux(taken, manager.bus(`aw${field}`), its(field)) as Bits;
  const burst = { addr: now('addr'), len: now('len'), size: now('size'), burst: now('burst') };
  const edge = 's_axi';
  m.assume(
    all([here.valid, current]).implies(here.last.eq(here.beats.eq(lengthNow))),
    `${edge}: w_last_early, w_last_missing`,
  );
  m.assume(
    all([here.valid, current]).implies(lanesHold(p, burst, here.beats, strobesOf(p, here.beat))),
    `${edge}: w_strobes`,
  );
  // A beat that came before its address.
  m.assume(
    early.implies(here.beats.isZero().eq(lengthNow.isZero())),
    `${edge}: w_last_early, w_last_missing, of what came before`,
  );
  m.assume(
    early.implies(lanesHold(p, burst, lit<number>(beatWidth, 0), strobesOf(p, data.latest))),
    `${edge}: w_strobes, of what came before`,
  );
};

export const writeProperties = (p: Geometry, proven: Proven): void => {
  const { m } = proven;
  const beat = anyNumber(m, 'some_beat', beatWidth);
  const request = followedRequest(p, proven, 'write');
  const answer = followedAnswer(proven, 'write', request, lit<number>(beatWidth, 0));
  const owed = dataProperties(p, proven);
  const data = followedData(p, proven, request, owed, beat);
  requestRules(p, proven, 'write', request);
  offersStay(p, proven, 'write');
  trustData(p, proven, request, data);
  const { its, target, local } = request;
  const { here, away, current, currentThere, answered, content } = answer;
  const length = its('len').extend<number>(beatWidth);
  const lock = its('lock').bit(0);

  for (const [port, { answer: given, open }] of away.entries()) {
    const edge = subordinatePort(port);
    m.assume(given.shown.implies(open.isNonZero()), `${edge}: b_identifier`);
    const isIts = all([given.shown, currentThere, target.eq(port)]);
    m.assume(isIts.implies(data.doneThere), `${edge}: b_after_data`);
    m.assume(all([isIts, given.resp.eq(exclusiveOkay)]).implies(lock), `${edge}: b_exclusive`);
  }

  const edge = 's_axi';
  const offered = all([here.shown, current]);
  m.assert(here.shown.implies(answer.open.isNonZero()), `${edge}: b_identifier`);
  m.assert(offered.implies(data.done), `${edge}: b_after_data`);
  m.assert(all([offered, here.resp.eq(exclusiveOkay)]).implies(lock), `${edge}: b_exclusive`);
  m.assert(
    all([offered, local.not()]).implies(all([answered, here.resp.eq(content)])),
    'its response is the one that its subordinate gave',
  );
  m.assert(all([offered, local]).implies(here.resp.eq(decodeError)), 'what no subordinate owns is answered DECERR');
  m.cover(all([offered, local]), 'the response to what no subordinate owns is offered');
  m.cover(all([offered, local.not(), length.eq(1)]), 'the response to two beats is offered');

  for (const port of range(p.subordinates)) {
    const at = subordinatePort(port);
    const w = data.away[port] as (typeof data.away)[number];
    const shown = all([w.valid, data.currentAt(port)]);
    m.assert(all([shown, w.last]).implies(w.beats.eq(length)), `${at}: w_last_early`);
    m.assert(all([shown, w.beats.eq(length)]).implies(w.last), `${at}: w_last_missing`);
    m.assert(shown.implies(lanesHold(p, burstOf(request), w.beats, strobesOf(p, w.beat))), `${at}: w_strobes`);
    m.assert(
      all([shown, w.beats.eq(beat)]).implies(all([data.known, w.beat.eq(data.content)])),
      `${at}: each beat of it is the one of its number that its manager sent`,
    );
    const addresses = (owed.to[port] as Bits).add(
      request.at(port, 'awvalid').resize<number>(owed.to[port]?.width ?? 1),
    );
    m.assert(
      w.valid.implies(all([addresses.isNonZero(), addresses.reduceAnd().not()])),
      `${at}: data come when their address is shown, or was`,
    );
    m.cover(all([shown, w.last, w.beats.eq(1)]), `${at}: the second beat of it, the last, is shown`);
  }

  const tie = ties(p, proven, 'write', request, answer);
  m.assert(
    all([tie.offered, local.not()]).implies(tie.output.data.eq(content)),
    'the response that is offered is what it was',
  );
  m.assert(
    request.pending.implies(answer.beatsThere.eq(answered.extend<number>(beatWidth))),
    'its subordinate gives one response',
  );
  m.assert(tie.given.implies(all([answered, tie.there.data.eq(content)])), 'the response that is held is what it was');
  m.assert(
    all([tie.offered, tie.output.resp.eq(exclusiveOkay)]).implies(lock),
    'EXOKAY is offered for an exclusive write',
  );
  m.assert(all([tie.given, tie.there.resp.eq(exclusiveOkay)]).implies(lock), 'EXOKAY is held for an exclusive write');
  m.assert(all([tie.offered, local]).implies(tie.output.data.eq(decodeError)), 'the interconnect answers DECERR');
  dataTies(p, proven, { request, data, tie, answered, beat });
};

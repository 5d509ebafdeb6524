import { all, any, type Bits, lit, type ModuleBody, mux, oneHotSelect, type StreamOut } from '../hdl/index.ts';
import { beatAddressOf, beatLanes } from '../parts/axi/beat.ts';
import { firstFrom, masked, takeTurns, word } from '../parts/rings.ts';
import { responses } from './interface.ts';
import { outputRegister } from './output-register.ts';
import type { ReadBeats } from './read-beats.ts';
import type { ReadRing } from './read-ring.ts';
import { type Geometry, readBeat, widthsOf } from './shapes.ts';
import { meets } from './slot-order.ts';

/** Whether two beats differ in a lane that the beat of the burst may use. */
const differ = (p: Geometry, beats: ReadBeats): Bits<1> => {
  const { bytes } = widthsOf(p);
  const [first, second] = beats.ports;
  const { request, delivered } = first.slot;
  const lanes = beatLanes(beatAddressOf(request, delivered, Math.log2(bytes)), request.size, bytes);
  const difference = first.beat.data.xor(second.beat.data);
  const bytesDiffer = word(
    Array.from({ length: bytes }, (_, lane) => difference.slice<number, number>(8 * lane + 7, 8 * lane).isNonZero()),
  );
  return meets(lanes, bytesDiffer);
};

/** The processor's R register and its sources: the page's "Offered". */
export const readDelivery = (
  m: ModuleBody,
  p: Geometry,
  ring: ReadRing,
  beats: ReadBeats,
  channel: StreamOut<ReturnType<typeof readBeat>>,
) => {
  const out = outputRegister(m, 'r_out', readBeat(p), channel, { owners: 1, clear: lit(1, 0) });
  const { local_ready } = m.named({
    local_ready: word(
      ring.slots.map((_, slot) =>
        all([
          ring.valid.bit(slot),
          ring.local.bit(slot),
          ring.again.bit(slot).not(),
          beats.sure.bit(slot),
          ring.valid
            .and(ring.same[slot] as Bits)
            .and(ring.older[slot] as Bits)
            .isZero(),
        ]),
      ),
    ),
  });
  const { local_place } = m.named({ local_place: firstFrom(local_ready, ring.tail.oneHot) });
  const [first, second] = beats.ports;
  const sources = word([first.offers.or(beats.pairOffers), second.offers, local_ready.isNonZero()]);
  const { wins } = m.named({ wins: takeTurns(m, 'r_last', masked(sources, out.state.free)) });
  const { pair_wins } = m.named({ pair_wins: wins.bit(0).and(beats.pairOffers) });
  const { delivered_place: place } = m.named({
    delivered_place: oneHotSelect([
      [wins.bit(0), first.match],
      [wins.bit(1), second.match],
      [wins.bit(2), local_place],
    ]),
  });
  const slot = ring.pick(place);
  const { is_last: last } = m.named({ is_last: slot.delivered.eq(slot.request.len) });

  // A response of one memory as the processor gets it.
  const exclusive = all([
    slot.request.lock,
    slot.delivered.isZero(),
    meets(place, ring.enabled[0].and(ring.enabled[1])).not(),
  ]);
  const granted = meets(place, ring.granted);
  const alone = (port: (typeof beats.ports)[0]): Bits<2> =>
    mux(port.isError.or(exclusive), port.beat.resp, lit(2, responses.okay));
  const bothErr = first.isError.and(second.isError);
  const pairResponse = mux(bothErr, lit(2, responses.subordinate_error), lit(2, responses.okay));
  const takesSecond = all([first.isError, second.isError.not()]);
  const localData = slot.cause.isZero().repeat<number>(p.dataWidth);
  const { offered_data: data, own_response } = m.named({
    offered_data: mux(
      wins.bit(2),
      localData,
      mux(any([wins.bit(1), all([pair_wins, takesSecond])]), second.beat.data, first.beat.data),
    ),
    own_response: mux(
      wins.bit(2),
      slot.response,
      mux(pair_wins, pairResponse, mux(wins.bit(1), alone(second), alone(first))),
    ),
  });
  const { offered_response: resp } = m.named({
    offered_response: mux(all([granted, own_response.isZero()]), lit(2, responses.exclusive_okay), own_response),
  });
  const { payload } = m.wires({ payload: { type: readBeat(p) } });
  payload.set({ id: slot.request.id, data, resp, last });
  out.load(wins.isNonZero(), payload, lit(1, 0));
  const goes = [wins.bit(0), wins.bit(1).or(pair_wins)] as const;
  return {
    /** The processor does not take the beat that it is offered. */
    waits: out.state.waits,
    place,
    slot,
    /** The slot whose last beat goes. */
    ending: masked(place, last),
    /** The slot of an exclusive read that is answered so. */
    grants: masked(place, resp.eq(responses.exclusive_okay)),
    goes,
    errors: word([goes[0].and(first.isError), goes[1].and(second.isError)]),
    differs: all([pair_wins, first.isError.not(), second.isError.not(), differ(p, beats)]),
    faults: all([wins.bit(2), last, slot.cause.isNonZero()]),
  };
};
export type ReadDelivery = ReturnType<typeof readDelivery>;

import {
  all,
  any,
  type Bits,
  lit,
  type ModuleBody,
  mux,
  oneHotSelect,
  type StreamOut,
  type ValueOf,
} from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { firstFrom, masked, takeTurns, word } from '../parts/rings.ts';
import { offsetAfter } from './burst-addresses.ts';
import { outputRegister } from './channel-registers.ts';
import { responses } from './interface.ts';
import { isRefused, type SlotRing } from './read-slot.ts';
import { type Geometry, purposes, type queueHead, readBeat, widthsOf } from './shapes.ts';

/** The head of a queue, and what its slot says of it. */
const headOf = (ring: SlotRing, queue: ValueOf<ReturnType<typeof queueHead>>, p: Geometry) => {
  const slot = decodeOneHot(queue.tag.slot, p.reads);
  const own = ring.pick(slot);
  const next = offsetAfter(own.offset, lit(1, 1), own.size);
  const isFor = (purpose: number): Bits<1> => all([queue.valid, own.purpose.eq(purpose)]);
  const response = mux(own.poisoned, responses.subordinate_error, queue.tag.response);
  const data =
    widthsOf(p).beats === 1
      ? queue.block
      : mux(own.offset.bit(3), queue.block.slice(127, 64), queue.block.slice(63, 0));
  const ends = own.left.isZero();
  return {
    slot,
    next,
    ends,
    own,
    offers: isFor(purposes.processor),
    merges: isFor(purposes.merge),
    scans: isFor(purposes.scan),
    /** With the beat that it offers the head is done with. */
    leaves: ends.or(next.slice(5, 4).ne(own.offset.slice(5, 4))),
    beat: {
      id: own.id.truncate<number>(p.idWidth),
      data: mux(response.isNonZero(), 0, data),
      resp: response,
      last: all([own.final, ends]),
    },
  };
};

/** The refuser: the oldest refused slot that nothing older with its identifier is before. */
const refuserOf = (m: ModuleBody, ring: SlotRing, p: Geometry) => {
  const { refusable } = m.named({ refusable: ring.those(isRefused).and(ring.firstOf(ring.valid)) });
  const { refusing } = m.named({ refusing: firstFrom(refusable, ring.tail.oneHot) });
  const own = ring.pick(refusing);
  return {
    slot: refusing,
    offers: refusing.isNonZero(),
    beat: { id: own.id.truncate<number>(p.idWidth), data: 0, resp: responses.decode_error, last: own.left.isZero() },
  };
};

interface Sources {
  readonly aes: ValueOf<ReturnType<typeof queueHead>>;
  readonly prince: ValueOf<ReturnType<typeof queueHead>>;
  /** The plain candidate from memory. */
  readonly offers: Bits<1>;
  readonly beat: { readonly id: Bits; readonly data: Bits; readonly resp: Bits<2>; readonly last: Bits<1> };
  readonly channel: StreamOut<ReturnType<typeof readBeat>>;
}

/** The processor's R register and what is offered to it: memory's plain beats, the two queues, and the refuser. */
export const readDelivery = (m: ModuleBody, p: Geometry, ring: SlotRing, from: Sources) => {
  const [aes, prince] = [headOf(ring, from.aes, p), headOf(ring, from.prince, p)];
  const refuser = refuserOf(m, ring, p);
  const out = outputRegister(m, 'r_out', readBeat(p), from.channel);
  const { requests } = m.named({
    requests: masked(word([from.offers, aes.offers, prince.offers, refuser.offers]), out.free),
  });
  const { wins } = m.named({ wins: takeTurns(m, 'r_last', requests) });
  const type = readBeat(p);
  const beats = m.wires({ of_memory: { type }, of_aes: { type }, of_prince: { type }, of_refuser: { type } });
  beats.of_memory.set({ ...from.beat, id: from.beat.id.truncate<number>(p.idWidth) });
  beats.of_aes.set(aes.beat);
  beats.of_prince.set(prince.beat);
  beats.of_refuser.set(refuser.beat);
  out.load(
    wins.isNonZero(),
    oneHotSelect([
      [wins.bit(0), beats.of_memory],
      [wins.bit(1), beats.of_aes],
      [wins.bit(2), beats.of_prince],
      [wins.bit(3), beats.of_refuser],
    ]),
  );
  const { prince_merges } = m.named({ prince_merges: all([prince.merges, aes.merges.not()]) });
  const aesPop = any([aes.merges, aes.scans, all([wins.bit(1), aes.leaves])]);
  const princePop = any([prince_merges, prince.scans, all([wins.bit(2), prince.leaves])]);
  const slots = ring.slots.map((_, index) => index);
  for (const [head, queue, pop, taken] of [
    [aes, from.aes, aesPop, wins.bit(1)],
    [prince, from.prince, princePop, wins.bit(2)],
  ] as const)
    for (const index of slots) {
      const slot = ring.slots[index] as (typeof ring.slots)[number];
      m.when(all([head.slot.bit(index), taken]), () => {
        slot.left.set(slot.left.subtract(1));
        slot.offset.set(head.next);
        m.when(head.ends, () => ring.valid.bit(index).set(0));
      });
      // What merges or is scanned ends with the last block.
      m.when(all([head.slot.bit(index), pop, head.offers.not(), queue.tag.last]), () => ring.valid.bit(index).set(0));
    }
  for (const index of slots) {
    const slot = ring.slots[index] as (typeof ring.slots)[number];
    m.when(all([refuser.slot.bit(index), wins.bit(3)]), () => {
      slot.left.set(slot.left.subtract(1));
      m.when(slot.left.isZero(), () => ring.valid.bit(index).set(0));
    });
  }
  return { aes, prince, princeMerges: prince_merges, aesPop, princePop, memoryWins: wins.bit(0) };
};

import { all, any, bit, bits, concat, input, lit, module, mux, output, stream } from '../hdl/index.ts';
import { encodeOneHot } from '../parts/arbiter/one-hot.ts';
import { candidateOf } from '../parts/axi/candidate.ts';
import { firstFrom, word } from '../parts/rings.ts';
import { channels } from './interface.ts';
import { readDelivery } from './read-delivery.ts';
import { isEncrypted, isRefused, slotRing } from './read-slot.ts';
import { worse } from './responses.ts';
import {
  blockToTake,
  fetchedBlock,
  type Geometry,
  memoryBeat,
  purposes,
  queueHead,
  readBeat,
  readHalf,
  readTag,
  seenData,
  slotFill,
  tweakQuestion,
  tweaksFound,
  widthsOf,
} from './shapes.ts';
import { tweakStore } from './tweak-store.ts';

/**
 * Read slots, and the way of data from memory to the processor, to write pieces and to the scanner. To the cycle:
 * `docs/systems/memory-path.md`, "Reads".
 */
export const readSlots = (p: Geometry) =>
  module(
    'read_slots',
    {
      tamper: input(bit),
      launches: input(bit),
      fill: input(slotFill(p)),
      slot_free: output(bit),
      memory: input(stream(memoryBeat(p))),
      channel: output(stream(readBeat(p))),
      wanted: output(tweakQuestion(p)),
      asked: input(bit),
      found: input(tweaksFound(p)),
      /** To the decryption, and from its queues. */
      take: output(blockToTake(p)),
      tag: output(readTag(p)),
      aes_free: input(bit),
      prince_free: input(bit),
      aes: input(queueHead(p)),
      aes_pop: output(bit),
      prince: input(queueHead(p)),
      prince_pop: output(bit),
      fetched: output(fetchedBlock(p)),
      seen: output(seenData),
      /** A slot is for a scan. */
      scanning: output(bit),
      in_use: output(bits<number>(p.keySlots)),
    },
    (io, m) => {
      const w = widthsOf(p);
      const ring = slotRing(m, p);
      const { tail, slots, valid } = ring;
      const { tweaks } = m.instances({ tweaks: tweakStore(p, 'read') });
      io.slot_free.set(valid.at(tail.at).not());

      // The slot of what comes from memory.
      const r = candidateOf(m, 'r', memoryBeat(p), io.memory);
      const beat = r.data;
      const { live } = m.named({ live: ring.those((slot) => all([isRefused(slot).not(), slot.expected.isNonZero()])) });
      const { first, undisturbed } = m.named({ first: ring.firstOf(live), undisturbed: ring.undisturbed });
      const { matching } = m.named({ matching: live.and(word(slots.map((slot) => slot.id.eq(beat.id)))) });
      const { match } = m.named({ match: matching.and(first) });
      const own = ring.pick(match);
      const { own_class } = m.named({ own_class: own.class });
      const found = matching.isNonZero();
      const { way } = m.named({ way: all([r.present, match.and(undisturbed).isNonZero()]) });
      const [isPlain, isPrince] = [own_class.isZero(), own_class.eq(channels.prince)];
      const isScan = own.purpose.eq(purposes.scan);
      const completes = w.beats === 1 ? lit(1, 1) : own.expected.bit(0);
      const { place } = m.named({ place: encodeOneHot(match) });
      tweaks.found.set(io.found);
      tweaks.place.set(place);
      tweaks.prince.set(isPrince);
      const isKnown = match.and(ring.tweak_known.or(tweaks.arrived)).isNonZero();
      const { takes, keeps, passes, offers } = m.named({
        takes: all([way, isPlain.not(), completes, isKnown, mux(isPrince, io.prince_free, io.aes_free)]),
        keeps: all([way, isPlain.not(), completes.not()]),
        passes: all([way, isPlain, isScan]),
        offers: all([way, isPlain, isScan.not()]),
      });
      const { halves } = m.memories({
        halves: { type: readHalf(p), depth: p.reads },
      });
      m.when(keeps, () => halves.write(place, { data: beat.data, resp: beat.resp }));
      const half = halves.read(place);
      io.take.set({
        valid: takes,
        channel: own_class.slice(1, 0),
        key: own.key,
        index: own.block,
        tweak: tweaks.tweak,
        block: w.beats === 1 ? beat.data : concat(beat.data, half.data),
      });
      io.tag.set({
        slot: place,
        place: own.block.slice(1, 0),
        response: w.beats === 1 ? beat.resp : worse(half.resp, beat.resp),
        last: own.expected.eq(1),
      });

      const { aes, prince } = io;
      const delivery = readDelivery(m, p, ring, { aes, prince, offers, beat, channel: io.channel });
      const plainGoes = delivery.memoryWins;
      r.moves(any([takes, keeps, passes, plainGoes, found.not()]));
      io.aes_pop.set(delivery.aesPop);
      io.prince_pop.set(delivery.princePop);
      const merged = mux(delivery.aes.merges, aes, prince);
      io.fetched.set({
        valid: delivery.aes.merges.or(delivery.princeMerges),
        piece: mux(delivery.aes.merges, delivery.aes.own.piece, delivery.prince.own.piece),
        place: merged.tag.place,
        response: merged.tag.response,
        last: merged.tag.last,
        block: merged.block,
      });
      const scanned = mux(delivery.aes.scans, aes, prince);
      const poisoned = mux(delivery.aes.scans, delivery.aes.own.poisoned, delivery.prince.own.poisoned);
      io.seen.set({
        valid: any([passes, delivery.aes.scans, delivery.prince.scans]),
        plain: passes,
        failed: mux(passes, beat.resp.isNonZero(), scanned.tag.response.isNonZero().or(poisoned)),
        data: mux(passes, beat.data.resize(128), scanned.block),
      });
      io.scanning.set(ring.those((slot) => slot.purpose.eq(purposes.scan)).isNonZero());

      const { wanting } = m.named({
        wanting: firstFrom(
          ring.those((slot, index) => all([isEncrypted(slot), ring.tweak_asked.bit(index).not()])),
          tail.oneHot,
        ),
      });
      const asks = ring.pick(wanting);
      io.wanted.set({
        valid: wanting.isNonZero(),
        channel: asks.class.slice(1, 0),
        key: asks.key,
        unit: asks.unit,
        place: encodeOneHot(wanting).resize<number>(io.wanted.place.width),
      });
      m.when(io.asked, () => ring.tweak_asked.set(ring.tweak_asked.or(wanting)));
      ring.tweak_known.set(ring.tweak_known.or(tweaks.arrived));

      for (const [index, slot] of slots.entries()) {
        m.when(all([match.bit(index), any([takes, keeps, passes])]), () =>
          slot.expected.set(slot.expected.subtract(1)),
        );
        m.when(all([match.bit(index), takes]), () => slot.block.set(slot.block.add(1)));
        m.when(all([match.bit(index), any([all([plainGoes, beat.last]), all([passes, slot.expected.eq(1)])])]), () => {
          slot.expected.set(0);
          valid.bit(index).set(0);
        });
        m.when(io.tamper, () => slot.poisoned.set(1));
      }
      ring.filled(io.launches, io.fill);
      io.in_use.set(
        word(
          Array.from({ length: p.keySlots }, (_, key) =>
            ring.those((slot) => all([isEncrypted(slot), slot.key.eq(key)])).isNonZero(),
          ),
        ),
      );
    },
    { documentation: 'Read slots.', parameters: { ...p } },
  );

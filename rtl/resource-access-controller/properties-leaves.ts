import { all, any, bit, bits, input, lit, log2Ceil, module, popCount, select, vector } from '../hdl/index.ts';
import { encodeOneHot, isOneHotOrZero } from '../parts/arbiter/one-hot.ts';
import { requestDecoder } from './decode.ts';
import { range, seenInstance } from './properties-seen.ts';
import { readChoice } from './response-choice.ts';
import { disguise, entry, fakedBeat, type Geometry, readBeat } from './shapes.ts';

/** Properties of single parts, with everything around them free: these are proved at the sizes that are built. */

/**
 * The decoder keeps what the proofs of the path assume of the table: a plan names a port and a resource that exist and never answers EXOKAY, and the
 * target is the plan's port where the plan forwards and nothing is known against it.
 */
export const checkedDecoder = (p: Geometry, direction: 'read' | 'write') =>
  module(
    'checked_decoder',
    {
      entries: input(vector(entry(p), p.entries)),
      faulted: input(bits<number>(p.resources)),
      isolated: input(bits<number>(p.ports)),
      address: input(bits<number>(p.addressWidth)),
    },
    (io, m) => {
      const { decoder } = m.instances({ decoder: requestDecoder(p, direction) });
      // From a register, as search engines take clocked designs only.
      const { held } = m.regs({ held: { type: bits<number>(p.addressWidth), reset: 'none' } });
      held.set(io.address);
      decoder.entries.set(io.entries);
      decoder.faulted.set(io.faulted);
      decoder.isolated.set(io.isolated);
      decoder.address.set(held);
      const { plan, target, device_address: address } = decoder;
      m.assert(plan.port.le(p.ports - 1), "a plan's port exists");
      m.assert(plan.resource.le(p.resources - 1), "a plan's resource exists");
      m.assert(plan.code.ne(1), 'a plan does not answer EXOKAY');
      m.assert(plan.forward.and(plan.refused).not(), 'what is refused is not forwarded');
      const open = all([plan.forward, io.faulted.at(plan.resource).not()]);
      for (const port of range(p.ports))
        m.assert(
          target.bit(port).eq(all([open, plan.port.eq(port), io.isolated.bit(port).not()])),
          `port ${port} is the target where the plan says so and nothing is against it`,
        );
      m.assert(address.slice(11, 0).eq(held.slice(11, 0)), 'a page is translated as a whole');
    },
    { documentation: 'The decoder with properties.', parameters: { ...p } },
  );

/**
 * No source waits long for its turn: while a source goes on offering, at most one beat of each other source is taken.
 */
export const checkedReadChoice = (p: Geometry) => {
  const sources = p.ports + 1;
  const width = log2Ceil(sources + 1) + 1;
  const numberWidth = log2Ceil(sources);
  return module(
    'checked_read_choice',
    {
      offers: input(bits<number>(sources)),
      beats: input(vector(readBeat(p), p.ports)),
      disguises: input(vector(disguise(p), p.ports)),
      fake: input(fakedBeat(p)),
      fake_words: input(vector(bits(32), p.ports)),
      ready: input(bit),
    },
    (io, m) => {
      const { instance: choice, seen } = seenInstance(m, 'choice', readChoice(p), ['last_source']);
      choice.offers.set(io.offers);
      choice.beats.set(io.beats);
      choice.disguises.set(io.disguises);
      choice.fake.set(io.fake);
      choice.fake_words.set(io.fake_words);
      choice.channel.ready.set(io.ready);
      const r = m.regs({
        watched: { type: bits<number>(numberWidth), reset: 'none' },
        waits: { type: bit, reset: 0 },
        turns: { type: bits<number>(width), reset: 0 },
      });
      r.watched.set(r.watched);
      m.assume(r.watched.le(p.ports), 'the watched source exists');
      const last = seen('last_source');
      const { offering, served } = m.named({
        offering: io.offers.at(r.watched),
        served: choice.taken.at(r.watched),
      });
      r.waits.set(offering.and(served.not()));
      m.assume(r.waits.implies(offering), 'the watched source offers until it is served');
      m.when(offering.not().or(served), () => r.turns.set(0)).elseWhen(choice.taken.isNonZero(), () =>
        r.turns.set(r.turns.add(1)),
      );
      m.assert(popCount(last).eq(1), 'one source was last');
      m.assert(isOneHotOrZero(choice.taken), 'one source is taken at a time');
      m.assert(choice.taken.and(io.offers.not()).isZero(), 'what is taken was offered');
      m.assert(r.turns.le(p.ports), 'no more beats of others are taken than there are others');
      const { ahead } = m.named({
        ahead: select(
          encodeOneHot(last).resize<number>(numberWidth),
          range(sources).map((from) =>
            select(
              r.watched,
              range(sources).map((to) => lit<number>(width, (to - from - 1 + sources) % sources)),
            ),
          ),
        ),
      });
      m.assert(r.turns.add(ahead).le(p.ports), 'every turn comes nearer to the watched source');
      m.assert(r.waits.not().implies(r.turns.isZero()), 'turns are counted while it waits');
      // What a device gives is what the processor gets.
      const { passed } = m.regs({ passed: { type: bit, reset: 0 } });
      const { given } = m.regs({ given: { type: readBeat(p), reset: 'none' } });
      const { unmasked } = m.named({
        unmasked: any(range(p.ports).map((port) => choice.taken.bit(port).and(io.disguises.get(port).masked.not()))),
      });
      passed.set(unmasked);
      given.set(
        select(
          encodeOneHot(choice.taken).resize<number>(numberWidth),
          range(sources).map((source) => io.beats.get(Math.min(source, p.ports - 1))),
        ),
      );
      m.assert(passed.implies(all([choice.channel.valid, choice.channel.data.eq(given)])), 'a beat passes unchanged');
    },
    { documentation: "The choice of the processor's R register with properties.", parameters: { ...p } },
  );
};

import { all, any, type Bits, bit, bits, concat, input, module, mux, output, stream, vector } from '../hdl/index.ts';
import { candidateOf } from '../parts/axi/candidate.ts';
import { masked } from '../parts/rings.ts';
import { notedDifference } from './difference-record.ts';
import { readAgain } from './read-again.ts';
import { readBeats } from './read-beats.ts';
import { readDelivery } from './read-delivery.ts';
import { readEntering } from './read-entering.ts';
import { readRing } from './read-ring.ts';
import { lookupOf, requestAt } from './requests.ts';
import {
  bumped,
  comparison,
  type Geometry,
  heldBeat,
  lookupRequest,
  lookupResult,
  memoryRequest,
  memoryState,
  notedFault,
  processorRequest,
  readBeat,
  registerState,
} from './shapes.ts';
import { meets } from './slot-order.ts';
import { stopCounter } from './stop-counter.ts';

/**
 * The read slots: from the processor's request to its last beat, whatever becomes of memories and pages meanwhile. To the cycle:
 * `docs/systems/memory-management-unit.md`, "Unit: requests" and "Unit: reads".
 */
export const readSlots = (p: Geometry) =>
  module(
    'read_slots',
    {
      channel: input(stream(processorRequest(p))),
      answer: output(stream(readBeat(p))),
      memory: input(memoryState),
      bump: input(bumped(p)),
      lookup: output(lookupRequest(p)),
      looks: input(bit),
      found: input(lookupResult(p)),
      compared: input(comparison(p.reads)),
      enters: output(bits<number>(p.reads)),
      hit_enters: output(bit),
      /** Memories that the walker asks in this cycle. */
      walker_asks: input(bits(2)),
      walker_waits: input(bits(2)),
      walker_last: input(bit),
      walker_takes: output(bits(2)),
      turn_allowed: input(bit),
      /** Cycles after which a processor that takes no answer has stopped; 0: never. */
      patience: input(bits<number>(p.timerWidth - 1)),
      compare_wanted: output(bit),
      open: output(bit),
      loads: output(bits(2)),
      requests: output(vector(memoryRequest(p), 2)),
      request_states: input(vector(registerState(p.reads), 2)),
      held: input(vector(heldBeat(p), 2)),
      held_moves: output(bits(2)),
      /** Of each memory, the slots that it owes an answer, and whose beat moves. */
      owed: output(vector(bits<number>(p.reads), 2)),
      moves: output(vector(bits<number>(p.reads), 2)),
      event_error: output(bits(2)),
      event_failure: output(bits(2)),
      fails_over: output(bits(2)),
      differs: output(notedDifference(p)),
      noted: output(notedFault(p)),
    },
    (io, m) => {
      const ring = readRing(m, p);
      const { memory, bump, compared } = io;
      const stop = stopCounter(m, 'read_stop', io.patience);
      const { stopped } = m.named({ stopped: stop.isSpent });
      const ar = candidateOf(m, 'ar', processorRequest(p), io.channel);
      const states = io.request_states.elements;
      const takers = concat(states[1]?.free as Bits<1>, states[0]?.free as Bits<1>);
      const entering = readEntering(m, p, ring, {
        candidate: ar,
        looks: io.looks,
        found: io.found,
        memory,
        takers: takers.and(io.walker_asks.not()),
        turnAllowed: io.turn_allowed,
        stopped,
      });
      const { place, enters, route, request } = entering;
      ar.moves(enters.and(entering.retries.not()));
      ring.tail.advance(enters.and(entering.retries.not()));
      io.lookup.set(lookupOf(entering.asks, request));
      io.enters.set(masked(place, entering.hitEnters));
      io.hit_enters.set(entering.hitEnters);
      io.loads.set(masked(route, entering.hitEnters));
      const { where } = io.found;
      const exclusive = all([request.lock, where.enabled.reduceAnd().not(), entering.resumes.not()]);
      io.requests.set(where.places.elements.map((at) => requestAt(p, request, exclusive, at)));

      const beats = readBeats(m, p, ring, {
        memory,
        held: io.held.elements,
        requests: states,
        equal: compared.equal,
        walkerWaits: io.walker_waits,
        walkerLast: io.walker_last,
      });
      const delivery = readDelivery(m, p, ring, beats, io.answer);
      stop.counts(delivery.waits);
      const bumped = masked(
        ring.those((slot) => slot.index.eq(bump.index).or(bump.flush)),
        bump.now,
      );
      const { sentAgain, entersAgain } = readAgain(
        m,
        ring,
        { entering, beats, delivery },
        {
          failed: memory.failed,
          bumped,
          different: compared.different,
          stopped,
        },
      );

      // The flags of the slots.
      const { entered } = m.named({ entered: masked(place, enters) });
      const fresh = masked(entered, entering.retries.not());
      const { valid, again, checked, local } = ring;
      valid.set(valid.and(delivery.ending.not()).or(entered));
      const kept = entered.not();
      again.set(again.and(kept).or(sentAgain).or(masked(place, entersAgain)));
      const found = compared.equal.and(again.not());
      checked.set(checked.or(found).and(sentAgain.not()).and(kept).or(masked(entered, io.found.fault)));
      local.set(local.and(kept).or(masked(entered, entering.local)));
      const { starts_anew } = m.named({ starts_anew: fresh.or(sentAgain).or(masked(place, entersAgain)) });
      for (const port of [0, 1] as const) {
        const own = beats.ports[port];
        const failed = memory.failed.bit(port);
        const taken = masked(entered, route.bit(port));
        const [pending, routed, excluded] = [ring.pending[port], ring.route[port], ring.excluded[port]];
        const stays = delivery.ending.or(own.ends).not();
        pending.set(masked(pending.and(stays).and(kept), failed.not()).or(taken));
        // A slot that is sent again keeps its route.
        routed.set(routed.and(masked(again.not(), failed).not()).and(kept).or(taken));
        excluded.set(excluded.and(starts_anew.not()).or(masked(own.match, own.failsOver).and(bumped.not())));
        const enabled = ring.enabled[port];
        enabled.set(enabled.and(kept).or(masked(entered, io.found.where.enabled.bit(port))));
      }
      ring.granted.set(ring.granted.or(delivery.grants).and(fresh.not()));
      const [first, second] = beats.ports;
      const skipped = masked(first.match, first.skips).or(masked(second.match, second.skips));
      for (const [index, slot] of ring.slots.entries()) {
        m.when(delivery.place.bit(index), () => slot.delivered.set(slot.delivered.add(1)));
        m.when(skipped.bit(index), () => slot.skip.set(slot.skip.subtract(1)));
        m.when(entered.bit(index), () => {
          slot.response.set(entering.response);
          slot.cause.set(entering.cause);
          slot.index.set(io.found.index);
          slot.skip.set(slot.delivered);
          m.when(entering.retries.not(), () => {
            slot.request.set(request);
            slot.delivered.set(0);
            slot.skip.set(0);
          });
        });
      }

      // What others are told.
      const two = (of: (port: (typeof beats.ports)[0]) => Bits<1>): Bits<2> => concat(of(second), of(first));
      io.walker_takes.set(two(({ toWalker }) => toWalker));
      const dropped = (port: (typeof beats.ports)[0]): Bits<1> =>
        any([port.toWalker, port.dropped, port.skips, port.failsOver]);
      io.held_moves.set(two(dropped).or(memory.failed).or(concat(delivery.goes[1], delivery.goes[0])));
      io.compare_wanted.set(entering.compareWanted);
      io.open.set(meets(valid.and(beats.bothRouted), ring.pending[0].or(ring.pending[1])));
      io.owed.set(ring.pending.map((pending) => valid.and(pending)));
      io.moves.set(
        beats.ports.map((port, memory) =>
          masked(port.match, any([port.dropped, port.skips, port.failsOver, delivery.goes[memory as 0 | 1]])),
        ),
      );
      io.fails_over.set(two(({ failsOver }) => failsOver));
      io.event_error.set(two(({ failsOver }) => failsOver).or(delivery.errors as Bits<2>));
      io.event_failure.set(two(({ wrong }) => wrong));
      const { request: both, delivered: beat } = first.slot;
      const { domain, id: identifier, addr: address } = both;
      io.differs.set({ valid: delivery.differs, beat, domain, identifier, address });
      const { cause, request: own } = delivery.slot;
      io.noted.set({ valid: delivery.faults, cause, domain: own.domain, id: own.id, addr: own.addr });
      m.assert(io.looks.implies(entering.asks), 'only what asks is looked up');
      m.assert(
        all([enters, mux(entering.retries, valid.and(place).isZero(), valid.and(place).isNonZero())]).not(),
        'a slot is taken only when it may be',
      );
    },
    { documentation: 'The read slots.', parameters: { ...p } },
  );

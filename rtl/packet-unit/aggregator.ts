import { any, type Bits, bit, bits, concat, input, lit, module, mux, output, record, stream } from '../hdl/index.ts';
import { chooseHash, hashTypeEnables } from './hash-type.ts';
import { chainNumberWidth, closeReasons } from './interface.ts';
import { chainKey, sameChain } from './same-chain.ts';
import { descriptor, event, item } from './shapes.ts';

/** Chains that may be started and not yet taken by the resolver: as many as the answers' buffer holds. */
export const unresolvedLimit = 8;
const mostPackets = 2 ** 16 - 1;

export const aggregatorSettings = record({
  chain_key: chainKey,
  hash_types: hashTypeEnables,
  packet_limit: bits(16),
  byte_limit: bits(32),
  idle_limit: bits(32),
  /** An all-SAP entry is enabled. */
  copying: bit,
});

/** Totals of what the aggregator has taken, wrapping. */
export const frameTotals = record({
  frames: bits(32),
  malformed: bits(32),
  truncated: bits(32),
  chains: bits(32),
  hashes: bits(32),
});

/**
 * Gathers neighbouring frames of the same destination information into chains (US 7,457,316) and has each chain hashed once. To the cycle:
 * `docs/systems/packet-unit.md`, "Aggregator".
 */
export const aggregator = () =>
  module(
    'chain_aggregator',
    {
      events: input(stream(event)),
      items: output(stream(item)),
      settings: input(aggregatorSettings),
      /** Something is on its way to `events`. */
      stirring: input(bit),
      engine_ready: input(bit),
      /** A chain starts: its hash is due. */
      start: output(bit),
      route: output(bits(3)),
      with_ports: output(bit),
      /** The first frame of the chain that was started last, and its hash type. */
      chain: output(descriptor),
      hash_type: output(bits(3)),
      /** The resolver takes a chain's answer. */
      resolved: input(bit),
      totals: output(frameTotals),
    },
    (io, m) => {
      const r = m.regs({
        open: { type: bit, reset: 0 },
        full: { type: bit, reset: 0 },
        full_reason: { type: bits(3), reset: 0 },
        in_frame: { type: bit, reset: 0 },
        packets: { type: bits(16), reset: 0 },
        bytes: { type: bits(32), reset: 0 },
        next_number: { type: bits(chainNumberWidth), reset: 0 },
        unresolved: { type: bits(4), reset: 0 },
        idle_cycles: { type: bits(32), reset: 0 },
        key: { type: descriptor, reset: 0 },
        key_type: { type: bits(3), reset: 0 },
        count: { type: frameTotals, reset: 0 },
      });
      const { settings } = io;
      const { valid, data } = io.events;
      const frame = data.descriptor;
      const choice = chooseHash(frame, settings.hash_types);
      const { code } = m.named({ code: choice.code });
      const { same } = m.named({
        same: r.open
          .and(r.full.not())
          .and(sameChain(frame, { ...choice, code }, r.key, r.key_type, settings.chain_key, settings.copying)),
      });
      const { may_begin } = m.named({
        may_begin: same.or(io.engine_ready.and(r.unresolved.lt(unresolvedLimit))),
      });
      const { idle } = m.named({
        idle: settings.idle_limit.isNonZero().and(r.idle_cycles.ge(settings.idle_limit)),
      });
      const { begins, closes } = m.named({
        begins: valid.and(data.begin).and(may_begin),
        closes: valid.not().and(r.open).and(r.in_frame.not()).and(r.full.or(idle)),
      });
      const { take } = m.named({ take: valid.and(data.begin.not().or(may_begin.and(io.items.ready))) });
      const { starts } = m.named({ starts: take.and(data.begin).and(same.not()) });

      io.events.ready.set(data.begin.not().or(may_begin.and(io.items.ready)));
      io.items.valid.set(begins.or(closes));
      io.items.data.set({
        close: mux(begins, r.open.and(same.not()), lit(1, 1)),
        reason: mux(r.full, r.full_reason, mux(valid, lit(3, closeReasons.difference), lit(3, closeReasons.idle))),
        packets: r.packets,
        bytes: r.bytes,
        frame: begins,
        start: same.not(),
        number: r.next_number,
      });
      io.start.set(starts);
      io.route.set(concat(choice.destination, choice.ipv6, choice.ipv4));
      io.with_ports.set(choice.ports);
      io.chain.set(r.key);
      io.hash_type.set(r.key_type);
      io.totals.set(r.count);

      const { starts_over } = m.named({ starts_over: data.begin.and(same.not()) });
      const { packets_now, bytes_now } = m.named({
        packets_now: mux(starts_over, lit(16, 1), r.packets.add(data.begin.extend(16))),
        bytes_now: mux(starts_over, lit(32, 0), r.bytes).add(mux(data.end, data.length.extend(32), lit(32, 0))),
      });
      const reached = (now: Bits, limit: Bits): Bits<1> => limit.isNonZero().and(now.ge(limit));
      const { packets_full, bytes_full } = m.named({
        packets_full: packets_now.eq(mostPackets).or(reached(packets_now, settings.packet_limit)),
        bytes_full: bytes_now.bit(31).or(reached(bytes_now, settings.byte_limit)),
      });
      m.when(take, () => {
        r.packets.set(packets_now);
        r.bytes.set(bytes_now);
        r.in_frame.set(data.end.not());
        m.when(data.end, () => {
          r.full.set(packets_full.or(bytes_full));
          r.full_reason.set(mux(packets_full, lit(3, closeReasons.packets), lit(3, closeReasons.bytes)));
          r.count.frames.set(r.count.frames.add(1));
        }).elseWhen(starts, () => r.full.set(0));
        m.when(data.begin.and(frame.malformed), () => r.count.malformed.set(r.count.malformed.add(1)));
        m.when(data.begin.and(frame.truncated), () => r.count.truncated.set(r.count.truncated.add(1)));
      }).elseWhen(closes.and(io.items.ready), () => {
        r.open.set(0);
        r.full.set(0);
      });
      m.when(starts, () => {
        r.open.set(1);
        r.key.set(frame);
        r.key_type.set(code);
        r.next_number.set(r.next_number.add(1));
        r.count.chains.set(r.count.chains.add(1));
        m.when(code.isNonZero(), () => r.count.hashes.set(r.count.hashes.add(1)));
      });
      m.when(starts.and(io.resolved.not()), () => r.unresolved.set(r.unresolved.add(1))).elseWhen(
        io.resolved.and(starts.not()),
        () => r.unresolved.set(r.unresolved.subtract(1)),
      );
      m.when(any([io.stirring, valid, r.in_frame]), () => r.idle_cycles.set(0)).elseWhen(
        r.idle_cycles.reduceAnd().not(),
        () => r.idle_cycles.set(r.idle_cycles.add(1)),
      );

      m.assert(r.unresolved.le(unresolvedLimit), 'no more chains wait for their answer than it can hold');
      m.assert(io.resolved.implies(r.unresolved.isNonZero()), 'only chains that were started are resolved');
      m.assert(r.full.implies(r.open), 'only an open chain is full');
      m.assert(r.in_frame.implies(r.open), 'a frame is always in a chain');
      m.assert(
        valid.implies(data.begin.eq(r.in_frame.not())),
        'an event begins a frame exactly where none is under way',
      );
    },
    { documentation: 'Gathers frames into chains.' },
  );

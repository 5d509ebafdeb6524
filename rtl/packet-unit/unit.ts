import { any, bits, concat, module } from '../hdl/index.ts';
import { queue } from '../parts/fifo/queue.ts';
import { registerPort } from '../parts/register-map/port.ts';
import { buffer } from '../parts/stream/buffer.ts';
import { aggregator, unresolvedLimit } from './aggregator.ts';
import { chainHasher } from './chain-hasher.ts';
import { clientCounters } from './client-counters.ts';
import { chainRecordWidth, type PacketUnitParameters, packetUnitRegisters } from './interface.ts';
import { parser } from './parser.ts';
import { packetUnitPorts } from './ports.ts';
import { resolver } from './resolver.ts';
import { beat, chainAnswer, event, item, tag } from './shapes.ts';
import { streamer, taggedBeat } from './streamer.ts';

/**
 * The packet hash unit: frames in, the same frames out in order, each marked with the client that its chain's hash names, and a record of
 * each chain. To the cycle: `docs/systems/packet-unit.md`.
 */
export const packetUnit = (p: PacketUnitParameters) =>
  module(
    'packet_unit',
    packetUnitPorts(p),
    (io, m) => {
      const u = m.instances({
        incoming: buffer({ type: beat(p), entries: 2 }),
        parser: parser(p),
        frames: queue({ type: beat(p), entries: p.frameBeats }),
        events: buffer({ type: event, entries: 2 }),
        aggregator: aggregator(),
        items: buffer({ type: item, entries: 8 }),
        hasher: chainHasher(p),
        answers: buffer({ type: chainAnswer(p), entries: unresolvedLimit }),
        resolver: resolver(p),
        tags: buffer({ type: tag(p), entries: 2 }),
        records: buffer({ type: bits(chainRecordWidth), entries: 2 }),
        streamer: streamer(p),
        outgoing: buffer({ type: taggedBeat(p), entries: 2 }),
        counters: clientCounters(p),
        registers: registerPort(packetUnitRegisters(p)),
      });

      u.incoming.push.valid.set(io.s_axis.tvalid);
      u.incoming.push.data.set({ data: io.s_axis.tdata, keep: io.s_axis.tkeep, last: io.s_axis.tlast });
      io.s_axis.tready.set(u.incoming.push.ready);
      u.parser.beats.connect(u.incoming.pop);
      u.frames.push.connect(u.parser.frames);
      u.events.push.connect(u.parser.events);
      u.aggregator.events.connect(u.events.pop);
      u.items.push.connect(u.aggregator.items);
      u.resolver.items.connect(u.items.pop);
      u.answers.push.connect(u.hasher.answers);
      u.resolver.answers.connect(u.answers.pop);
      u.tags.push.connect(u.resolver.tags);
      u.records.push.connect(u.resolver.records);
      u.streamer.frames.connect(u.frames.pop);
      u.streamer.tags.connect(u.tags.pop);
      u.outgoing.push.connect(u.streamer.sent);

      u.hasher.start.set(u.aggregator.start);
      u.hasher.route.set(u.aggregator.route);
      u.hasher.with_ports.set(u.aggregator.with_ports);
      u.hasher.chain.set(u.aggregator.chain);
      u.hasher.hash_type.set(u.aggregator.hash_type);
      u.aggregator.engine_ready.set(u.hasher.ready);
      u.aggregator.stirring.set(u.incoming.pop.valid.or(u.parser.busy));
      u.aggregator.resolved.set(u.resolver.answers.ready.and(u.answers.pop.valid));
      u.resolver.accepting.set(io.accepting);
      u.counters.departed.set(u.streamer.departed);
      u.counters.departure.set(u.streamer.departure);

      const { pop: sent } = u.outgoing;
      io.m_axis.tdata.set(sent.data.data);
      io.m_axis.tkeep.set(sent.data.keep);
      io.m_axis.tlast.set(sent.data.last);
      io.m_axis.tdest.set(sent.data.dest);
      io.m_axis.tuser.set(sent.data.user);
      io.m_axis.tvalid.set(sent.valid);
      sent.ready.set(io.m_axis.tready);
      const { pop: record } = u.records;
      io.m_axis_chain.tdata.set(record.data);
      io.m_axis_chain.tvalid.set(record.valid);
      record.ready.set(io.m_axis_chain.tready);

      const { settings, status, windows } = u.registers;
      u.registers.s_axil.connect(io.s_axil);
      u.aggregator.settings.set({
        chain_key: settings.chain_key,
        hash_types: settings.hash_types,
        packet_limit: settings.packet_limit.packets,
        byte_limit: settings.byte_limit.bytes,
        idle_limit: settings.idle_limit.cycles,
        copying: any(settings.all_sap_high.elements.map((entry) => entry.enable)),
      });
      u.hasher.key.set(settings.key.elements.map((entry) => entry.word));
      u.hasher.default_client.set(settings.default_client.client);
      u.hasher.all_sap.set(
        settings.all_sap_high.elements.map((high, index) => ({
          enable: high.enable,
          address: concat(high.address, settings.all_sap_low.get(index).address),
          clients: settings.all_sap_clients.get(index).mask,
        })),
      );
      u.hasher.table.connect(windows.table);
      const { totals } = u.aggregator;
      status.accepting.clients.set(io.accepting);
      status.frames.set(totals.frames);
      status.malformed.set(totals.malformed);
      status.truncated.set(totals.truncated);
      status.chains.set(totals.chains);
      status.hashes.set(totals.hashes);
      status.client_packets.set(u.counters.totals.packets);
      status.client_chains.set(u.counters.totals.chains);
      status.client_drops.set(u.counters.totals.drops);
      status.client_bytes.set(u.counters.totals.bytes);
    },
    { documentation: 'Packet hash unit.', parameters: { ...p } },
  );

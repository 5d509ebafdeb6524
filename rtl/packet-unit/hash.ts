import { bit, bits, concat, input, lit, module, output, record, vector } from '../hdl/index.ts';
import { axiStream } from '../parts/axi/bundles.ts';
import { hashEngine } from './hash-engine.ts';
import { addressHalves, chooseHash, hashRoutes, portHalves } from './hash-type.ts';
import { keyWords, type PacketUnitParameters } from './interface.ts';
import { parser } from './parser.ts';
import { addressWords } from './shapes.ts';

/**
 * The packet hash unit's parser and hash engine alone: RSS hash and hash type of each frame (Microsoft, "RSS hashing types"), in order, one
 * result a frame. `hash_type` is numbered as the unit's; a frame that no enabled type covers has type 0 and hash 0. The key's first bit is
 * its highest. A result is shown for one cycle.
 */
export const packetHash = (p: Pick<PacketUnitParameters, 'dataWidth' | 'hashWidth'>) =>
  module(
    'packet_hash',
    {
      s_axis: input(axiStream({ dataWidth: p.dataWidth as number, keep: true })),
      hash_key: input(bits(320)),
      enable: input(record({ ipv4: bit, tcp_ipv4: bit, udp_ipv4: bit, ipv6: bit, tcp_ipv6: bit, udp_ipv6: bit })),
      hash_valid: output(bit),
      hash: output(bits(32)),
      hash_type: output(bits(3)),
    },
    (io, m) => {
      const u = m.instances({
        parser: parser(p),
        engine: hashEngine({
          hashWidth: p.hashWidth,
          halfwords: [...addressHalves, ...portHalves],
          routes: hashRoutes.slice(0, 2),
        }),
      });
      u.parser.beats.valid.set(io.s_axis.tvalid);
      u.parser.beats.data.set({ data: io.s_axis.tdata, keep: io.s_axis.tkeep, last: io.s_axis.tlast });
      io.s_axis.tready.set(u.parser.beats.ready);
      u.parser.frames.ready.set(1);

      const r = m.regs({
        addresses: { type: vector(bits(32), addressWords), reset: 'none' },
        ports: { type: bits(32), reset: 'none' },
        stepping_type: { type: bits(3), reset: 'none' },
        adding_type: { type: bits(3), reset: 'none' },
        summed_type: { type: bits(3), reset: 'none' },
        adding: { type: bit, reset: 0 },
        summed: { type: bit, reset: 0 },
      });
      const { events } = u.parser;
      const { descriptor: frame } = events.data;
      const choice = chooseHash(frame, { ...io.enable, destination: lit(1, 0) });
      const { start } = m.named({ start: events.valid.and(events.data.begin).and(u.engine.ready) });
      // Only the beginnings of frames need the engine.
      events.ready.set(u.parser.described.or(u.engine.ready));
      m.when(start, () => {
        r.addresses.set(frame.addresses);
        r.ports.set(frame.ports);
        r.stepping_type.set(choice.code);
      });
      u.engine.start.set(start);
      u.engine.route.set(concat(choice.ipv6, choice.ipv4));
      u.engine.with_ports.set(choice.ports);
      u.engine.key.set(
        Array.from({ length: keyWords }, (_, word) => io.hash_key.slice(319 - 32 * word, 288 - 32 * word).resize(32)),
      );
      u.engine.halfwords.set([
        ...r.addresses.elements.flatMap((word) => [word.slice(31, 16), word.slice(15, 0)]),
        r.ports.slice(31, 16),
        r.ports.slice(15, 0),
      ]);

      r.adding.set(u.engine.finishing);
      r.summed.set(r.adding);
      m.when(u.engine.finishing, () => r.adding_type.set(r.stepping_type));
      m.when(r.adding, () => r.summed_type.set(r.adding_type));
      io.hash_valid.set(r.summed);
      io.hash.set(u.engine.hash);
      io.hash_type.set(r.summed_type);
    },
    {
      documentation: 'RSS hash and hash type of each frame.',
      parameters: { dataWidth: p.dataWidth, hashWidth: p.hashWidth },
    },
  );

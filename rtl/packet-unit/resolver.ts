import { type Bits, bits, concat, input, lit, module, mux, output, record, stream } from '../hdl/index.ts';
import { chainNumberWidth, chainRecordWidth, clientWidth } from './interface.ts';
import { chainAnswer, item, tag } from './shapes.ts';

/**
 * Joins items with the answers of the hash engine: tags for the frames, a record for each chain that ends. To the cycle:
 * `docs/systems/packet-unit.md`, "Resolver".
 */
export const resolver = (p: { readonly clients: number }) =>
  module(
    'chain_resolver',
    {
      items: input(stream(item)),
      answers: input(stream(chainAnswer(p))),
      accepting: input(bits(p.clients)),
      tags: output(stream(tag(p))),
      records: output(stream(bits(chainRecordWidth))),
    },
    (io, m) => {
      const chain = record({
        number: bits(chainNumberWidth),
        hash: bits(32),
        hashType: bits(3),
        client: bits(clientWidth(p)),
        wanted: bits(p.clients),
        mask: bits(p.clients),
      });
      const { current } = m.regs({ current: { type: chain, reset: 0 } });
      const { data } = io.items;
      const answer = io.answers.data;
      const { starts } = m.named({ starts: data.frame.and(data.start) });
      const { records_free, tags_free, answered } = m.named({
        records_free: data.close.not().or(io.records.ready),
        tags_free: data.frame.not().or(io.tags.ready),
        answered: starts.not().or(io.answers.valid),
      });
      const { take } = m.named({ take: io.items.valid.and(records_free).and(tags_free).and(answered) });
      io.items.ready.set(records_free.and(tags_free).and(answered));
      io.answers.ready.set(take.and(starts));

      const named = lit(p.clients, 1).shiftLeft(answer.client);
      const { wanted } = m.named({ wanted: answer.copies.or(named) });
      const started = {
        number: data.number,
        hash: answer.hash,
        hashType: answer.hashType,
        client: answer.client,
        wanted,
        mask: wanted.and(io.accepting),
      };
      m.when(take.and(starts), () => current.set(started));

      io.tags.valid.set(take.and(data.frame));
      io.tags.data.set({
        number: mux(starts, started.number, current.number),
        hash: mux(starts, started.hash, current.hash),
        hashType: mux(starts, started.hashType, current.hashType),
        client: mux(starts, started.client, current.client),
        wanted: mux(starts, started.wanted, current.wanted),
        mask: mux(starts, started.mask, current.mask),
        start: starts,
      });

      io.records.valid.set(take.and(data.close));
      const unused = (width: number): Bits => lit(width, 0);
      io.records.data.set(
        concat(
          current.mask.extend(16),
          unused(1),
          current.hashType,
          unused(1),
          data.reason,
          current.client.extend(8),
          current.number,
          data.packets,
          data.bytes,
          current.hash,
        ).resize(chainRecordWidth),
      );

      m.assert(io.items.valid.implies(data.close.or(data.frame)), 'every item says something');
      m.assert(current.mask.and(current.wanted.not()).isZero(), 'only wanted clients receive');
    },
    { documentation: "Joins frames and chains with the hash engine's answers.", parameters: { clients: p.clients } },
  );

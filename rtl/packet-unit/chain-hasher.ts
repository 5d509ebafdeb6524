import { bit, bits, bundle, flip, input, module, mux, output, record, stream, vector } from '../hdl/index.ts';
import { hashEngine } from './hash-engine.ts';
import { halfwordsOf, hashHalfwords, hashRoutes } from './hash-type.ts';
import { allSapEntries, clientWidth, keyWords, tableAtPowerUp, tableEntries } from './interface.ts';
import { chainAnswer, descriptor } from './shapes.ts';

interface Parameters {
  readonly hashWidth: number;
  readonly clients: number;
}

/** A destination address whose frames are copied, and to whom. */
const allSapEntry = (p: Parameters) => record({ enable: bit, address: bits(48), clients: bits<number>(p.clients) });

/** Of each chain: the hash, the client that the indirection table names for it, and the all-SAP clients. */
export const chainHasher = (p: Parameters) => {
  const entryWidth = clientWidth(p);
  return module(
    'chain_hasher',
    {
      start: input(bit),
      route: input(bits(3)),
      with_ports: input(bit),
      /** From the cycle after `start` until the hash is done. */
      chain: input(descriptor),
      hash_type: input(bits(3)),
      ready: output(bit),
      key: input(vector(bits(32), keyWords)),
      default_client: input(bits<number>(entryWidth)),
      all_sap: input(vector(allSapEntry(p), allSapEntries)),
      /** Software's side of the indirection table. */
      table: input(
        bundle({
          read: bit,
          read_address: bits<number>(7),
          read_data: flip(bits<number>(entryWidth)),
          write: bit,
          write_address: bits<number>(7),
          write_data: bits<number>(entryWidth),
          write_mask: bits<number>(writeLanes(entryWidth)),
        }),
      ),
      answers: output(stream(chainAnswer(p))),
    },
    (io, m) => {
      const { engine } = m.instances({
        engine: hashEngine({ hashWidth: p.hashWidth, halfwords: hashHalfwords, routes: hashRoutes }),
      });
      engine.start.set(io.start);
      engine.route.set(io.route);
      engine.with_ports.set(io.with_ports);
      engine.halfwords.set(halfwordsOf(io.chain));
      engine.key.set(io.key);
      io.ready.set(engine.ready);

      const { clients } = m.memories({
        clients: {
          type: bits<number>(entryWidth),
          depth: tableEntries,
          contents: Array.from({ length: tableEntries }, (_, index) => BigInt(tableAtPowerUp(p, index))),
        },
      });
      m.when(io.table.write, () => clients.write(io.table.write_address, io.table.write_data, io.table.write_mask));
      io.table.read_data.set(clients.fetch(io.table.read_address, io.table.read));

      // Type and copies are taken as the chain starts and follow the hash: it is added up in the cycle after its last step,
      // complete in the second, beside its table entry in the third.
      const known = record({ hash_type: bits(3), copies: bits<number>(p.clients) });
      const r = m.regs({
        started: { type: bit, reset: 0 },
        adding: { type: bit, reset: 0 },
        summed: { type: bit, reset: 0 },
        looked_up: { type: bit, reset: 0 },
        stepping_chain: { type: known, reset: 'none' },
        summed_chain: { type: known, reset: 'none' },
        answered_chain: { type: known, reset: 'none' },
        hash: { type: bits(32), reset: 'none' },
      });
      r.started.set(io.start);
      r.adding.set(engine.finishing);
      r.summed.set(r.adding);
      r.looked_up.set(r.summed);
      const good = io.chain.malformed.or(io.chain.truncated).not();
      const copies = io.all_sap.elements.map((entry) =>
        entry.clients.and(good.and(entry.enable).and(entry.address.eq(io.chain.destination)).repeat(p.clients)),
      );
      const [first, ...rest] = copies;
      if (first === undefined) throw new Error('there is at least one all-SAP entry');
      m.when(r.started, () =>
        r.stepping_chain.set({ hash_type: io.hash_type, copies: rest.reduce((all, one) => all.or(one), first) }),
      );
      m.when(r.adding, () => r.summed_chain.set(r.stepping_chain));
      m.when(r.summed, () => {
        r.answered_chain.set(r.summed_chain);
        r.hash.set(engine.hash);
      });
      const entry = clients.fetch(engine.hash.slice(6, 0), r.summed);

      const { hash_type } = r.answered_chain;
      io.answers.valid.set(r.looked_up);
      io.answers.data.set({
        hash: r.hash,
        hashType: hash_type,
        client: mux(hash_type.isZero(), io.default_client, entry),
        copies: r.answered_chain.copies,
      });

      m.assert(r.looked_up.implies(io.answers.ready), 'there is always room for an answer');
    },
    {
      documentation: 'Hash, client and copies of each chain.',
      parameters: { hashWidth: p.hashWidth, clients: p.clients },
    },
  );
};

/** Bits of the write mask of the table's window: one for each eighth part of a byte that divides the entry evenly. */
const writeLanes = (entryWidth: number): number => (8 % entryWidth === 0 ? 1 : entryWidth);

import { bit, bits, input, module, output, record, vector } from '../hdl/index.ts';
import { departure } from './shapes.ts';

/** What was delivered to each client and what it lost, wrapping. */
export const clientTotals = (p: { readonly clients: number }) =>
  record({
    packets: vector(bits(32), p.clients),
    chains: vector(bits(32), p.clients),
    drops: vector(bits(32), p.clients),
    bytes: vector(bits(48), p.clients),
  });

/** Counts the frames that have departed. To the cycle: `docs/systems/packet-unit.md`, "Counters". */
export const clientCounters = (p: { readonly clients: number }) =>
  module(
    'client_counters',
    { departed: input(bit), departure: input(departure(p)), totals: output(clientTotals(p)) },
    (io, m) => {
      const { count } = m.regs({ count: { type: clientTotals(p), reset: 0 } });
      const { bytes, start, wanted, mask } = io.departure;
      for (let client = 0; client < p.clients; client += 1) {
        const [packets, chains] = [count.packets.get(client), count.chains.get(client)];
        const [drops, total] = [count.drops.get(client), count.bytes.get(client)];
        m.when(io.departed.and(mask.bit(client)), () => {
          packets.set(packets.add(1));
          total.set(total.add(bytes.extend(48)));
          m.when(start, () => chains.set(chains.add(1)));
        });
        m.when(io.departed.and(wanted.bit(client)).and(mask.bit(client).not()), () => drops.set(drops.add(1)));
      }
      io.totals.set(count);
    },
    { documentation: 'Counts frames, chains, bytes and drops of each client.', parameters: { clients: p.clients } },
  );

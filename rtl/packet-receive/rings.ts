import {
  all,
  type Bits,
  bit,
  bits,
  concat,
  constant,
  input,
  lit,
  module,
  oneHotSelect,
  output,
  vector,
} from '../hdl/index.ts';
import { masked, word } from '../parts/rings.ts';
import { indexWidth } from './interface.ts';
import { clientMask, type Geometry, ringSettings } from './shapes.ts';

/** The clients' rings. To the cycle: `docs/systems/receive-engine.md`, "Rings", "Completion". */
export const rings = (p: Geometry) =>
  module(
    'client_rings',
    {
      settings: input(vector(ringSettings(p), p.clients)),
      restart: input(clientMask(p)),
      room: output(clientMask(p)),
      choice: input(clientMask(p)),
      begins: input(bit),
      entry: output(bits<number>(p.addressWidth)),
      /** The client of an entry whose last burst is answered, and whether it was refused. */
      ends: input(clientMask(p)),
      refused: input(bit),
      stopped: output(clientMask(p)),
      delivered: output(clientMask(p)),
      producers: output(vector(bits<number>(indexWidth), p.clients)),
    },
    (io, m) => {
      const r = m.regs({
        heads: { type: vector(bits<number>(indexWidth), p.clients), reset: Array.from({ length: p.clients }, () => 0) },
        whole: { type: vector(bits<number>(indexWidth), p.clients), reset: Array.from({ length: p.clients }, () => 0) },
        stops: { type: clientMask(p), reset: 0 },
      });
      const settings = io.settings.elements;
      const { has_room } = m.named({
        has_room: word(
          settings.map(({ enable, entries, consumer }, client) => {
            const used = r.heads.get(client).subtract(consumer);
            return all([enable, r.stops.bit(client).not(), used.shiftRight(entries).isZero()]);
          }),
        ),
      });
      io.room.set(has_room);
      const chosen = <T extends Bits>(of: (client: number) => T): Bits =>
        oneHotSelect(settings.map((_, client) => [io.choice.bit(client), of(client) as Bits] as const));
      const { head, entries, base } = m.named({
        head: chosen((client) => r.heads.get(client)),
        entries: chosen((client) => io.settings.get(client).entries),
        base: chosen((client) => io.settings.get(client).base),
      });
      const mask = constant(bits(indexWidth), 1).shiftLeft(entries).subtract(1);
      const index = head.and(mask as Bits);
      const offset = concat(index, lit<number>(Math.log2(p.slotBytes), 0)).resize<number>(p.addressWidth);
      io.entry.set(concat(base, lit<number>(12, 0)).add(offset));

      const { good } = m.named({ good: masked(io.ends, io.refused.not()).and(r.stops.not()) });
      const { bad } = m.named({ bad: masked(io.ends, io.refused) });
      io.delivered.set(good);
      io.stopped.set(r.stops);
      io.producers.set(r.whole);
      r.stops.set(r.stops.or(bad).and(io.restart.not()));
      for (const client of settings.keys()) {
        m.when(io.begins.and(io.choice.bit(client)), () => r.heads.get(client).set(r.heads.get(client).add(1)));
        m.when(io.restart.bit(client), () => r.heads.get(client).set(r.whole.get(client)));
        m.when(good.bit(client), () => r.whole.get(client).set(r.whole.get(client).add(1)));
      }
      m.assert(
        io.restart.isNonZero().implies(io.begins.or(io.ends.isNonZero()).not()),
        'a ring restarts while nothing is under way',
      );
    },
    { documentation: "The clients' rings.", parameters: { ...p } },
  );

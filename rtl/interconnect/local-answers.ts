import { all, bit, bits, concat, input, lit, module, output } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { decodeError } from './interface.ts';
import { type Geometry, response } from './shapes.ts';

/** Reads of what no subordinate owns. To the cycle: `docs/systems/interconnect.md`, "Responses". */
export const localRead = (p: Geometry) =>
  module(
    'local_read',
    {
      enter: input(bit),
      id: input(bits<number>(p.idWidth)),
      len: input(bits(8)),
      free: output(bit),
      offers: output(bit),
      response: output(response(p, 'read')),
      taken: input(bit),
    },
    (io, m) => {
      const active = register(m, 'active', bit);
      const id = register(m, 'identifier', bits<number>(p.idWidth));
      const left = register(m, 'left', bits(8));
      const { last } = m.named({ last: left.isZero() });
      io.free.set(active.not());
      io.offers.set(active);
      io.response.set({ id, content: concat(lit(p.dataWidth, 0), lit(2, decodeError), last) });
      m.when(io.taken, () => {
        left.set(left.subtract(1));
        m.when(last, () => active.set(0));
      });
      m.when(io.enter, () => {
        active.set(1);
        id.set(io.id);
        left.set(io.len);
      });
      m.assert(io.enter.and(active).not(), 'one read at a time');
      m.assert(io.taken.implies(active), 'only what is offered is taken');
    },
    { documentation: 'Reads that no subordinate answers.', parameters: { ...p } },
  );

/** Writes to what no subordinate owns. */
export const localWrite = (p: Geometry) =>
  module(
    'local_write',
    {
      enter: input(bit),
      id: input(bits<number>(p.idWidth)),
      /** The last beat is dropped in this cycle. */
      ends: input(bit),
      free: output(bit),
      offers: output(bit),
      response: output(response(p, 'write')),
      taken: input(bit),
    },
    (io, m) => {
      const active = register(m, 'active', bit);
      const done = register(m, 'done', bit);
      const id = register(m, 'identifier', bits<number>(p.idWidth));
      io.free.set(active.not());
      io.offers.set(all([active, done]));
      io.response.set({ id, content: lit<number>(2, decodeError) });
      m.when(io.ends, () => done.set(1));
      m.when(io.taken, () => {
        active.set(0);
        done.set(0);
      });
      m.when(io.enter, () => {
        active.set(1);
        id.set(io.id);
      });
      m.assert(io.enter.and(active).not(), 'one write at a time');
      m.assert(io.taken.implies(active.and(done)), 'only what is offered is taken');
    },
    { documentation: 'Writes that no subordinate answers.', parameters: { ...p } },
  );

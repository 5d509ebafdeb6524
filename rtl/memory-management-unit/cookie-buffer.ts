import { all, bit, bits, concat, input, module, mux, output, vector } from '../hdl/index.ts';
import type { KeeperGeometry } from './keeper-shapes.ts';

/**
 * The cookies of pages, and the bumps that take pages back. To the cycle: `docs/systems/memory-management-unit.md`, "Cookies" and "Keeper:
 * cookies, turns, status".
 */
export const cookieBuffer = (p: KeeperGeometry) => {
  const index = bits<number>(p.cookieIndexWidth);
  const cookie = bits<number>(p.cookieWidth);
  return module(
    'cookie_buffer',
    {
      indexes: input(vector(index, p.units)),
      values: output(vector(cookie, p.units)),
      start: input(bit),
      start_index: input(index),
      start_all: input(bit),
      /** Some unit still has writes of the page under way. */
      busy: input(bit),
      ready: output(bit),
      /** The write that started a bump is not to be answered yet. */
      active: output.reg(bit, { reset: 0 }),
      bump: output.reg(bit, { reset: 0 }),
      bump_index: output.reg(index, { reset: 0 }),
      bump_flush: output.reg(bit, { reset: 0 }),
    },
    (io, m) => {
      const { kept } = m.memories({
        kept: { type: cookie, depth: 2 ** p.cookieIndexWidth, readDuringWrite: 'old' },
      });
      const r = m.regs({
        /** Cookies that are cleared; the highest bit is 1 when all are. */
        cleared: { type: bits<number>(p.cookieIndexWidth + 1), reset: 0 },
        was_ready: { type: bit, reset: 0 },
        bump_all: { type: bit, reset: 0 },
        bump_done: { type: bit, reset: 0 },
      });
      const ready = r.cleared.bit(p.cookieIndexWidth);
      io.ready.set(ready);
      r.was_ready.set(ready);
      // What was fetched before all were cleared is nothing.
      const fetched = (at: (typeof io.indexes.elements)[0]) => mux(r.was_ready, kept.fetch(at), 0);
      io.values.set(io.indexes.elements.map((at) => fetched(at)));
      const { bumped } = m.named({ bumped: fetched(mux(io.start, io.start_index, io.bump_index)) });

      const { does } = m.named({ does: all([io.active, r.bump_done.not(), ready]) });
      m.when(ready.not(), () => {
        kept.write(r.cleared.truncate<number>(p.cookieIndexWidth), 0);
        r.cleared.set(r.cleared.add(1));
      }).elseWhen(does, () => kept.write(io.bump_index, bumped.add(1)));
      io.bump.set(does);
      io.bump_flush.set(does.and(r.bump_all.or(bumped.reduceAnd())));
      m.when(does, () => r.bump_done.set(1));
      m.when(all([io.active, r.bump_done, io.bump.not(), io.busy.not()]), () => io.active.set(0));
      m.when(io.start, () => {
        io.active.set(1);
        io.bump_index.set(io.start_index);
        r.bump_all.set(io.start_all);
        r.bump_done.set(0);
      });
      m.assert(all([io.start, io.active]).not(), 'one page is taken back at a time');
      m.assert(concat(io.bump, io.active).ne(2), 'a bump is of a write that waits');
    },
    { documentation: 'The cookies of pages.', parameters: { ...p } },
  );
};

import { bit, bits, input, log2Ceil, module, output, type Shape, stream } from '../../hdl/index.ts';
import { incrementModulo } from '../counters.ts';
import { checkParameters, parameters } from '../parameters.ts';

export const shallowQueueParameters = parameters({
  entries: { kind: 'integer', minimum: 2, maximum: 256, default: 16, description: 'Items that it holds.' },
});

/**
 * A first-in first-out in a memory read in the same cycle, as small memories made of logic cells are. As a `buffer` of
 * as many entries: with c items held, `push.ready` = (c is not `entries`), `pop.valid` = (c is not 0), nothing passes
 * in the same cycle. But `pop.data` comes from the memory, not from a register, and is of no meaning while nothing is
 * held.
 *
 * Latency 1 cycle, one item a cycle.
 *
 * @throws ParameterError
 */
export const shallowQueue = <S extends Shape>(p: { readonly type: S; readonly entries?: number }) => {
  const { entries } = checkParameters(shallowQueueParameters, { entries: p.entries }, 'the shallow queue');
  const addressWidth = log2Ceil(entries);
  return module(
    'shallow_queue',
    { push: input(stream(p.type)), pop: output(stream(p.type)) },
    (io, m) => {
      const { items } = m.memories({ items: { type: p.type, depth: 2 ** addressWidth } });
      const { head, tail, full, occupied } = m.regs({
        head: { type: bits<number>(addressWidth), reset: 0 },
        tail: { type: bits<number>(addressWidth), reset: 0 },
        full: { type: bit, reset: 0 },
        occupied: { type: bit, reset: 0 },
      });
      const { push, pop } = m.named({ push: io.push.fire(), pop: io.pop.fire() });
      const { next_head, next_tail } = m.named({
        next_head: incrementModulo(head, entries),
        next_tail: incrementModulo(tail, entries),
      });
      io.push.ready.set(full.not());
      io.pop.valid.set(occupied);
      io.pop.data.set(items.read(head));

      m.when(push, () => {
        items.write(tail, io.push.data);
        tail.set(next_tail);
      });
      m.when(pop, () => head.set(next_head));
      m.when(push.and(pop.not()), () => {
        occupied.set(1);
        full.set(next_tail.eq(head));
      }).elseWhen(pop.and(push.not()), () => {
        full.set(0);
        occupied.set(next_head.ne(tail));
      });

      m.assert(full.implies(occupied), 'a full queue holds something');
      m.assert(full.or(occupied.not()).eq(head.eq(tail)), 'the two ends meet when it is full or empty');
    },
    { documentation: `A first-in first-out of ${entries} items in a small memory.`, parameters: { entries } },
  );
};

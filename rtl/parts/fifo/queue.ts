import { bit, bits, input, log2Ceil, module, output, type Shape, stream } from '../../hdl/index.ts';
import { incrementModulo } from '../counters.ts';
import { checkParameters, parameters } from '../parameters.ts';

export const queueParameters = parameters({
  entries: { kind: 'integer', minimum: 2, maximum: 65536, default: 16, description: 'Items that the memory holds.' },
});

/**
 * A first-in first-out in a memory with synchronous reads, behind an output register. `push.ready` = the memory holds
 * fewer than `entries`; `pop.valid` = the output register is full. In each cycle in which the register is empty or
 * popped, and the memory holds something (as of this cycle), the oldest item moves to the register. The register keeps
 * its data when it becomes empty, and has no reset. `count` is the number of items in the memory, without the
 * register's.
 *
 * Latency 2 cycles: pushed at the edge of cycle t, an item is at `pop` in t+2 at the earliest. One item a cycle. Holds
 * `entries` + 1. All outputs come from registers (`push.ready` and `pop.valid` straight from one each). `entries` need
 * not be a power of two.
 *
 * @throws ParameterError
 */
export const queue = <S extends Shape>(p: { readonly type: S; readonly entries?: number }) => {
  const { entries } = checkParameters(queueParameters, { entries: p.entries }, 'the queue');
  const addressWidth = log2Ceil(entries);
  const countWidth = log2Ceil(entries + 1);
  return module(
    'queue',
    { push: input(stream(p.type)), pop: output(stream(p.type)), count: output.reg(bits(countWidth), { reset: 0 }) },
    (io, m) => {
      // A power of two of words: a depth that the address can overrun would put a comparison between the memory and its register.
      const { items } = m.memories({ items: { type: p.type, depth: 2 ** addressWidth, readDuringWrite: 'undefined' } });
      const { count } = io;
      const { head, tail, full, occupied, data } = m.regs({
        head: { type: bits(addressWidth), reset: 0 },
        tail: { type: bits(addressWidth), reset: 0 },
        full: { type: bit, reset: 0 },
        occupied: { type: bit, reset: 0 },
        data: { type: p.type, reset: 'none' },
      });
      const { push, load } = m.named({
        push: io.push.fire(),
        load: occupied.not().or(io.pop.ready).and(count.isNonZero()),
      });
      io.push.ready.set(full.not());
      io.pop.valid.set(occupied);
      io.pop.data.set(data);

      m.when(push, () => {
        items.write(tail, io.push.data);
        tail.set(incrementModulo(tail, entries));
      });
      m.when(load, () => {
        data.set(items.read(head));
        head.set(incrementModulo(head, entries));
        occupied.set(1);
      }).elseWhen(io.pop.ready, () => occupied.set(0));
      m.when(push.and(load.not()), () => {
        count.set(count.add(1));
        full.set(count.eq(entries - 1));
      }).elseWhen(load.and(push.not()), () => {
        count.set(count.subtract(1));
        full.set(0);
      });

      m.assert(push.and(load).implies(head.ne(tail)), 'no word is read in the cycle that writes it');
      m.assert(full.eq(count.eq(entries)), 'full says that the memory holds all its entries');
      m.assert(count.le(entries), 'the memory never holds more than its entries');
    },
    {
      documentation: `A first-in first-out of ${entries} items in a memory and one in the output register.`,
      parameters: { entries },
    },
  );
};

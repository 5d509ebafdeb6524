import { bit, bits, concat, input, log2Ceil, module, mux, output, vector } from '../hdl/index.ts';
import { firstOne } from './cyclic-choice.ts';
import { type Geometry, slot } from './shapes.ts';
import { word } from './slots.ts';

/**
 * Counts the beats of read data that a port's devices have been asked for and have not given: up by the length of a burst, down by one. To the cycle:
 * `docs/systems/resource-access-controller.md`, "An isolated port".
 */
export const owedBeats = (p: { readonly outstanding: number }) => {
  const most = 256 * p.outstanding;
  const width = log2Ceil(most + 1);
  return module(
    'owed_beats',
    {
      up: input(bit),
      /** Beats of the burst less one. */
      length: input(bits(8)),
      down: input(bit),
      clear: input(bit),
      owes: output(bit),
    },
    (io, m) => {
      const { still_owed } = m.regs({ still_owed: { type: bits<number>(width), reset: 0 } });
      // One adder: the burst's beats less one and one more, or none and one less.
      const change = mux(io.up, io.length.extend<number>(width), io.down.repeat<number>(width));
      const one = io.up.and(io.down.not());
      const sum = concat(still_owed, one).add(concat(change, one)).slice<number, number>(width, 1);
      still_owed.set(mux(io.clear, 0, sum));
      io.owes.set(still_owed.isNonZero());
      m.assert(still_owed.le(most), 'no more is owed than the slots can ask for');
      m.assert(io.down.and(io.up.not()).implies(still_owed.isNonZero()), 'only what is owed is paid');
    },
    { documentation: 'Counts beats owed.', parameters: { outstanding: p.outstanding } },
  );
};

/**
 * The transactions that an isolated port's devices owe, by slot number and identifier: taken down from the slots in the first cycle, and paid one by one. `payable`:
 * one of them has the identifier and may be answered. To the cycle: `docs/systems/resource-access-controller.md`, "An isolated port".
 */
export const owedTransactions = (p: Geometry) =>
  module(
    'owed_transactions',
    {
      take: input(bit),
      /** The slots whose transactions are the port's. */
      ours: input(bits<number>(p.outstanding)),
      slots: input(vector(slot(p), p.outstanding)),
      /** The device has all that it needs for an answer. */
      asked: input(bits<number>(p.outstanding)),
      id: input(bits<number>(p.idWidth)),
      /** What is payable is answered in full. */
      ends: input(bit),
      clear: input(bit),
      payable: output(bit),
      owes: output(bit),
    },
    (io, m) => {
      const r = m.regs({
        present: { type: bits<number>(p.outstanding), reset: 0 },
        ids: { type: vector(bits<number>(p.idWidth), p.outstanding), reset: 'none' },
      });
      const { matching } = m.named({
        matching: r.present.and(io.asked).and(word(r.ids.elements.map((one) => one.eq(io.id)))),
      });
      io.payable.set(matching.isNonZero());
      io.owes.set(r.present.isNonZero());
      m.when(io.clear, () => r.present.set(0))
        .elseWhen(io.take, () => r.present.set(io.ours))
        .elseWhen(io.ends, () => r.present.set(r.present.and(firstOne(matching).not())));
      m.when(io.take, () => r.ids.set(io.slots.elements.map((one) => one.id)));
      m.assert(io.take.and(io.ends).not(), 'nothing is paid while it is taken down');
    },
    { documentation: 'Transactions owed.', parameters: { ...p } },
  );

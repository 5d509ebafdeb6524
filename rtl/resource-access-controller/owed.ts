import { bit, bits, concat, input, log2Ceil, module, mux, output } from '../hdl/index.ts';

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

/** Counts the writes of which a port's devices have been given a part, the addresses or the data, and which they have not answered. */
export const owedAnswers = (p: { readonly outstanding: number }) =>
  module(
    'owed_answers',
    { up: input(bit), down: input(bit), clear: input(bit), owes: output(bit) },
    (io, m) => {
      const { still_owed } = m.regs({ still_owed: { type: bits<number>(log2Ceil(p.outstanding + 1)), reset: 0 } });
      m.when(io.clear, () => still_owed.set(0))
        .elseWhen(io.up.and(io.down.not()), () => still_owed.set(still_owed.add(1)))
        .elseWhen(io.down.and(io.up.not()), () => still_owed.set(still_owed.subtract(1)));
      io.owes.set(still_owed.isNonZero());
      m.assert(still_owed.le(p.outstanding), 'no more is owed than there are slots');
      m.assert(io.down.and(io.up.not()).implies(still_owed.isNonZero()), 'only what is owed is paid');
    },
    { documentation: 'Counts answers owed.', parameters: { outstanding: p.outstanding } },
  );

import { bit, bits, input, log2Ceil, module, output } from '../hdl/index.ts';

/** Counts the responses that a port's devices owe. */
export const owedCounter = (p: { readonly outstanding: number }) =>
  module(
    'owed_counter',
    { up: input(bit), down: input(bit), clear: input(bit), count: output(bits<number>(log2Ceil(p.outstanding + 1))) },
    (io, m) => {
      const { still_owed } = m.regs({ still_owed: { type: bits<number>(log2Ceil(p.outstanding + 1)), reset: 0 } });
      m.when(io.clear, () => still_owed.set(0))
        .elseWhen(io.up.and(io.down.not()), () => still_owed.set(still_owed.add(1)))
        .elseWhen(io.down.and(io.up.not()), () => still_owed.set(still_owed.subtract(1)));
      io.count.set(still_owed);
      m.assert(still_owed.le(p.outstanding), 'no more is still_owed than there are slots');
      m.assert(io.down.implies(still_owed.isNonZero()), 'only what is still_owed is paid');
    },
    { documentation: 'Counts the responses still_owed.', parameters: { outstanding: p.outstanding } },
  );

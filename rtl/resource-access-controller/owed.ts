import { bit, bits, input, log2Ceil, module, output } from '../hdl/index.ts';

/** Counts the responses that a port's devices owe. */
export const owedCounter = (p: { readonly outstanding: number }) =>
  module(
    'owed_counter',
    { up: input(bit), down: input(bit), clear: input(bit), count: output(bits<number>(log2Ceil(p.outstanding + 1))) },
    (io, m) => {
      const { owed } = m.regs({ owed: { type: bits<number>(log2Ceil(p.outstanding + 1)), reset: 0 } });
      m.when(io.clear, () => owed.set(0))
        .elseWhen(io.up.and(io.down.not()), () => owed.set(owed.add(1)))
        .elseWhen(io.down.and(io.up.not()), () => owed.set(owed.subtract(1)));
      io.count.set(owed);
      m.assert(owed.le(p.outstanding), 'no more is owed than there are slots');
      m.assert(io.down.implies(owed.isNonZero()), 'only what is owed is paid');
    },
    { documentation: 'Counts the responses owed.', parameters: { outstanding: p.outstanding } },
  );

import { bit, bits, input, module, mux, output, record } from '../hdl/index.ts';

const failure = record({ fails: bit, cause: bits(3), unit: bits(3) });

/** The log of the first failure of a memory. To the cycle: `docs/systems/memory-management-unit.md`, "Log". */
export const failureLog = module(
  'failure_log',
  {
    first: input(failure),
    second: input(failure),
    clear: input(bit),
    cycle: output.reg(bits(32), { reset: 0 }),
    log: output.reg(record({ logged: bit, memory: bit, cause: bits(3), unit: bits(3) }), { reset: 0 as never }),
    log_cycle: output.reg(bits(32), { reset: 0 }),
  },
  (io, m) => {
    io.cycle.set(io.cycle.add(1));
    const { fails, cause, unit } = mux(io.first.fails, io.first, io.second);
    m.when(io.clear, () => io.log.logged.set(0));
    m.when(fails.and(io.log.logged.not()), () => {
      io.log.set({ logged: 1, memory: io.first.fails.not(), cause, unit });
      io.log_cycle.set(io.cycle);
    });
  },
  { documentation: 'The log of the first failure of a memory.' },
);

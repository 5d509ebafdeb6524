import { bit, bits, input, module, mux, output, record } from '../hdl/index.ts';
import { type Geometry, notedFault } from './shapes.ts';

/** The record of the first fault. To the cycle: `docs/systems/memory-management-unit.md`, "Faults". */
export const faultRecord = (p: Geometry) =>
  module(
    'fault_record',
    {
      read: input(notedFault(p)),
      write: input(notedFault(p)),
      clear: input(bit),
      noted: output(bit),
      recorded: output.reg(
        record({
          recorded: bit,
          write: bit,
          cause: bits(3),
          domain: bits<number>(p.domainWidth),
          identifier: bits<number>(p.idWidth),
          address: bits<number>(p.virtualWidth),
        }),
        { reset: 0 as never },
      ),
    },
    (io, m) => {
      const { recorded } = io;
      const noted = io.read.valid.or(io.write.valid);
      const own = mux(io.read.valid, io.read, io.write);
      io.noted.set(noted);
      m.when(io.clear, () => recorded.recorded.set(0));
      m.when(noted.and(recorded.recorded.not().or(io.clear)), () => {
        const { cause, domain, id, addr } = own;
        recorded.set({ recorded: 1, write: io.read.valid.not(), cause, domain, identifier: id, address: addr });
      });
    },
    { documentation: 'The record of the first fault.', parameters: { ...p } },
  );

import { bit, bits, input, module, output, record } from '../hdl/index.ts';
import type { Geometry } from './shapes.ts';

/** Where two memories gave different data: the access, and the beat of it. */
export const notedDifference = (p: Geometry) =>
  record({
    valid: bit,
    beat: bits(8),
    domain: bits<number>(p.domainWidth),
    identifier: bits<number>(p.idWidth),
    address: bits<number>(p.virtualWidth),
  });

/** The record of the first difference that software has not seen. To the cycle: `docs/systems/memory-management-unit.md`, "Offered". */
export const differenceRecord = (p: Geometry) => {
  const { valid: _, ...place } = notedDifference(p).fields;
  return module(
    'difference_record',
    {
      noted: input(notedDifference(p)),
      /** The interrupt status: software has not seen the last one. */
      raised: input(bit),
      recorded: output.reg(record(place), { reset: 0 as never }),
    },
    (io, m) => {
      const { valid, beat, domain, identifier, address } = io.noted;
      m.when(valid.and(io.raised.not()), () => io.recorded.set({ beat, domain, identifier, address }));
    },
    { documentation: 'The record of the first difference.', parameters: { ...p } },
  );
};

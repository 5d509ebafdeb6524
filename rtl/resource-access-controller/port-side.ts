import { bit, bits, input, output, vector } from '../hdl/index.ts';
import { resourceWidth, slotWidth } from './interface.ts';
import { disguise, type Geometry, note, overdue, requestSignals, slot } from './shapes.ts';

/** What the read side and the write side of a port have alike. */
export const portSide = (p: Geometry) => ({
  load: input(bit),
  request: input(requestSignals(p)),
  request_slot: input(bits<number>(slotWidth(p))),
  slots: input(vector(slot(p), p.outstanding)),
  faulted: input(bits<number>(p.resources)),
  brink: input(bits<number>(p.resources)),
  overdue: input(overdue(p)),
  suspect: input(bits<number>(resourceWidth(p))),
  suspected: input(bit),
  isolated: input(bit),
  /** The first cycle of an isolation. */
  isolates: input(bit),
  resetting: input(bit),
  clear: input(bit),
  /** What is offered is taken into the processor's register. */
  taken: input(bit),
  /** The register of requests can be loaded. */
  free: output(bit),
  offer: output(bit),
  match: output(bits<number>(p.outstanding)),
  /** A bit for each slot: its transaction goes on. */
  moves: output(bits<number>(p.outstanding)),
  /** A bit for each slot: the device keeps it waiting. */
  charged: output(bits<number>(p.outstanding)),
  disguise: output(disguise(p)),
  /** A fault is found in this cycle. */
  finds: output(bit),
  /** Of a payload or a beat. */
  finds_wrong: output(bit),
  note: output.reg(note(p), { reset: 0 }),
  spoils: output(bit),
  /** Nothing is owed, held or to be filled. */
  quiet: output(bit),
});

import { all, any, type Bits, bit, bits, concat, input, module, mux, output, record, vector } from '../hdl/index.ts';
import { decodeOneHot } from '../parts/arbiter/one-hot.ts';
import { saturatingIncrement } from '../parts/counters.ts';
import { errorWidth, fakedWidth, resourceWidth } from './interface.ts';
import { type Geometry, note } from './shapes.ts';
import { word } from './slots.ts';

/**
 * Counts error responses of each resource, finds those that have had too many, and keeps which ones are faulty. To the cycle:
 * `docs/systems/resource-access-controller.md`, "Errors", "Faults", "Re-admission".
 */
export const resourceFaults = (p: Geometry) =>
  module(
    'resource_faults',
    {
      notes: input(vector(note(p), 2 * p.ports)),
      limits: input(vector(bits(errorWidth), p.resources)),
      readmit: input(bits<number>(p.resources)),
      busy: input(bits<number>(p.resources)),
      errors: output.reg(vector(bits(errorWidth), p.resources), { reset: 0 }),
      faulted: output.reg(bits<number>(p.resources), { reset: 0 }),
      /** One more error is one too many. */
      brink: output(bits<number>(p.resources)),
      /** There was one too many. */
      limit: output(bits<number>(p.resources)),
    },
    (io, m) => {
      const notes = io.notes.elements;
      const of = notes.map((one) => decodeOneHot(one.resource, p.resources));
      const gather = (condition: (one: (typeof notes)[number]) => Bits<1>): Bits =>
        notes
          .map((one, place) => (of[place] as Bits).and(condition(one).repeat<number>(p.resources)))
          .reduce((left, right) => left.or(right));
      const { found, erring } = m.named({
        found: gather((one) => one.fault.and(one.blames)),
        erring: gather((one) => one.error),
      });
      const { at_brink } = m.named({
        at_brink: word(
          io.errors.elements.map((count, resource) => {
            const limit = io.limits.get(resource);
            // For limits that are not 0: less one, against what has been counted.
            return limit.isNonZero().and(count.ge(limit.subtract(1)));
          }),
        ),
      });
      io.brink.set(at_brink);
      io.limit.set(erring.and(at_brink));
      for (const [resource, count] of io.errors.elements.entries()) {
        const faulted = io.faulted.bit(resource);
        const fails = any([found.bit(resource), erring.and(at_brink).bit(resource)]);
        const admits = all([io.readmit.bit(resource), io.busy.bit(resource).not(), fails.not()]);
        m.when(admits, () => count.set(0)).elseWhen(erring.bit(resource), () => count.set(saturatingIncrement(count)));
        faulted.set(all([faulted.or(fails), admits.not()]));
      }
    },
    { documentation: 'Error responses and faults of the resources.', parameters: { ...p } },
  );

/** A transaction of a resource that was faked. */
export const fakedOne = (p: Geometry) => record({ valid: bit, resource: bits<number>(resourceWidth(p)) });

/** Counts transactions that were faked, by resource, in the cycle after; they wrap. */
export const fakedCounters = (p: Geometry) =>
  module(
    'faked_counters',
    {
      read: input(fakedOne(p)),
      write: input(fakedOne(p)),
      counts: output.reg(vector(bits(fakedWidth), p.resources), { reset: 0 }),
    },
    (io, m) => {
      const r = m.regs({ read_was: { type: fakedOne(p), reset: 0 }, write_was: { type: fakedOne(p), reset: 0 } });
      r.read_was.set(io.read);
      r.write_was.set(io.write);
      for (const [resource, count] of io.counts.elements.entries()) {
        const read = r.read_was.valid.and(r.read_was.resource.eq(resource));
        const write = r.write_was.valid.and(r.write_was.resource.eq(resource));
        // One adds to the lowest bit; what that carries, or two, to the others.
        const carry = mux(count.bit(0), read.or(write), read.and(write));
        const upper = count.slice(fakedWidth - 1, 1);
        count.set(concat(upper.add(carry.extend(fakedWidth - 1)), count.bit(0).xor(read).xor(write)));
      }
    },
    { documentation: 'Counts faked transactions.', parameters: { resources: p.resources } },
  );

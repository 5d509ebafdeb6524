import { all, bit, bits, concat, input, lit, module, mux, output, vector } from '../hdl/index.ts';
import { errorWidth, resourceWidth } from './interface.ts';
import type { Geometry } from './shapes.ts';
import { word } from './slots.ts';

/**
 * Counts error responses of each resource, finds those that have had too many, and keeps which ones are faulty. To the cycle:
 * `docs/systems/resource-access-controller.md`, "Errors", "Faults", "Re-admission".
 */
export const resourceFaults = (p: Geometry) =>
  module(
    'resource_faults',
    {
      read_error: input(bit),
      read_resource: input(bits<number>(resourceWidth(p))),
      write_error: input(bit),
      write_resource: input(bits<number>(resourceWidth(p))),
      limits: input(vector(bits(errorWidth), p.resources)),
      /** Faults that ports have found, a bit for each resource. */
      found: input(bits<number>(p.resources)),
      readmit: input(bits<number>(p.resources)),
      busy: input(bits<number>(p.resources)),
      errors: output.reg(vector(bits(errorWidth), p.resources), { reset: 0 }),
      faulted: output.reg(bits<number>(p.resources), { reset: 0 }),
      /** One more error is one too many. */
      brink: output(bits<number>(p.resources)),
      /** There was one too many in this cycle. */
      limit: output(bits<number>(p.resources)),
    },
    (io, m) => {
      const perResource = io.errors.elements.map((count, resource) => {
        const limit = io.limits.get(resource);
        const read = io.read_error.and(io.read_resource.eq(resource));
        const write = io.write_error.and(io.write_resource.eq(resource));
        const both = read.and(write);
        const either = read.or(write);
        // One subtraction serves both comparisons: one error to go, or two.
        const left = limit.subtractWide(count);
        const counted = limit.isNonZero();
        const none = left.bit(errorWidth);
        const reaches_one = counted.and(none.or(left.slice(errorWidth - 1, 1).isZero()));
        const reaches_two = counted.and(
          none.or(
            left
              .slice(errorWidth - 1, 2)
              .isZero()
              .and(left.slice(1, 0).reduceAnd().not()),
          ),
        );
        const sum = count.addWide(concat(both, both.not()).extend(errorWidth));
        const exceeds = mux(both, reaches_two, either.and(reaches_one));
        const admits = all([
          io.readmit.bit(resource),
          io.busy.bit(resource).not(),
          io.found.bit(resource).or(exceeds).not(),
        ]);
        m.when(admits, () => count.set(0)).elseWhen(either, () =>
          count.set(mux(sum.bit(errorWidth), lit(errorWidth, 2 ** errorWidth - 1), sum.slice(errorWidth - 1, 0))),
        );
        const faulted = io.faulted.bit(resource);
        faulted.set(all([faulted.or(io.found.bit(resource)).or(exceeds), admits.not()]));
        return { brink: reaches_one, exceeds };
      });
      io.brink.set(word(perResource.map((one) => one.brink)));
      io.limit.set(concat(word(perResource.map((one) => one.exceeds))).resize<number>(p.resources));
    },
    { documentation: 'Error responses and faults of the resources.', parameters: { resources: p.resources } },
  );

/** Counts transactions that were faked, by resource; they wrap. */
export const fakedCounters = (p: Geometry) =>
  module(
    'faked_counters',
    {
      read: input(bit),
      read_resource: input(bits<number>(resourceWidth(p))),
      write: input(bit),
      write_resource: input(bits<number>(resourceWidth(p))),
      counts: output.reg(vector(bits(32), p.resources), { reset: 0 }),
    },
    (io) => {
      for (const [resource, count] of io.counts.elements.entries()) {
        const read = io.read.and(io.read_resource.eq(resource));
        const write = io.write.and(io.write_resource.eq(resource));
        // One adds to the lowest bit; what that carries, or two, to the others.
        const carry = mux(count.bit(0), read.or(write), read.and(write));
        const upper = count.slice(31, 1);
        count.set(concat(upper.add(carry.extend(31)), count.bit(0).xor(read).xor(write)));
      }
    },
    { documentation: 'Counts faked transactions.', parameters: { resources: p.resources } },
  );

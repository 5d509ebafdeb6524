import { all, any, type Bits, bit, bits, input, lit, module, mux, output, record, vector } from '../hdl/index.ts';
import { priorityEncode } from '../parts/arbiter/one-hot.ts';
import { cycleWidth, faultCauses, portWidth, resourceWidth, slotWidth } from './interface.ts';
import { fault, type Geometry, origin } from './shapes.ts';

/** A slot's device address, as it is written when the slot's request is sent. */
export const addressNote = (p: Geometry) =>
  record({ write: bit, slot: bits<number>(slotWidth(p)), address: bits<number>(p.addressWidth) });

/** An error response that counts, and the port that it came from. */
export const errorNote = (p: Geometry) => record({ valid: bit, port: bits<number>(portWidth(p)), origin: origin(p) });

/** The log as software reads it. */
export const logged = (p: Geometry) =>
  record({
    logged: bit,
    write: bit,
    has_address: bit,
    cause: bits(4),
    port: bits<number>(portWidth(p)),
    resource: bits<number>(resourceWidth(p)),
    identifier: bits<number>(p.idWidth),
  });

/**
 * Keeps the first fault: its cause, transaction, address and cycle. Faults come in their order of precedence, reads and writes of a port by
 * turns. To the cycle: `docs/systems/resource-access-controller.md`, "Faults".
 */
export const faultLog = (p: Geometry) =>
  module(
    'fault_log',
    {
      faults: input(vector(fault(p), 2 * p.ports)),
      limit: input(bits<number>(p.resources)),
      read_error: input(errorNote(p)),
      write_error: input(errorNote(p)),
      read_address: input(addressNote(p)),
      write_address: input(addressNote(p)),
      clear: input(bit),
      log: output(logged(p)),
      address: output(bits<number>(p.addressWidth)),
      fault_cycle: output.reg(bits(cycleWidth), { reset: 0 }),
      cycle: output.reg(bits(cycleWidth), { reset: 0 }),
      any_fault: output(bit),
    },
    (io, m) => {
      io.cycle.set(io.cycle.add(1));
      const { found } = m.named({
        found: any([...io.faults.elements.map((one) => one.valid), io.limit.isNonZero()]),
      });
      io.any_fault.set(found);

      // What is found late in a cycle is kept as it is and sorted out in the next: `fresh` is that cycle.
      const type = record({
        write: bit,
        has_address: bit,
        cause: bits(4),
        port: bits<number>(portWidth(p)),
        resource: bits<number>(resourceWidth(p)),
        identifier: bits<number>(p.idWidth),
      });
      const number = bits<number>(slotWidth(p));
      const r = m.regs({
        seen: { type: vector(fault(p), 2 * p.ports), reset: 'none' },
        seen_limit: { type: bits<number>(p.resources), reset: 'none' },
        seen_read: { type: errorNote(p), reset: 'none' },
        seen_write: { type: errorNote(p), reset: 'none' },
        is_logged: { type: bit, reset: 0 },
        fresh: { type: bit, reset: 0 },
        kept: { type, reset: 0 },
        shown: { type: bit, reset: 0 },
        shown_write: { type: bit, reset: 0 },
      });
      r.seen.set(io.faults);
      r.seen_limit.set(io.limit);
      r.seen_read.set(io.read_error);
      r.seen_write.set(io.write_error);
      const { logs } = m.named({ logs: found.and(r.is_logged.not()) });
      r.fresh.set(logs);
      m.when(logs, () => {
        r.is_logged.set(1);
        io.fault_cycle.set(io.cycle);
      }).elseWhen(io.clear, () => r.is_logged.set(0));

      const over = priorityEncode(r.seen_limit);
      const resource: Bits = over.number.resize<number>(resourceWidth(p));
      const byRead = r.seen_read.valid.and(r.seen_read.origin.resource.eq(resource));
      const note = mux(byRead, r.seen_read, r.seen_write);
      const { first, slot } = m.wires({ first: { type }, slot: { type: number } });
      const limitFirst = () => {
        slot.set(note.origin.slot);
        first.set({
          write: byRead.not(),
          has_address: 1,
          cause: faultCauses.limit,
          port: note.port,
          resource,
          identifier: note.origin.id,
        });
      };
      const sideFirst = (place: number) => () => {
        const one = r.seen.get(place);
        slot.set(one.slot);
        first.set({
          write: lit(1, place % 2),
          has_address: one.known,
          cause: one.cause,
          port: lit<number>(portWidth(p), Math.floor(place / 2)),
          resource: one.resource,
          identifier: one.id,
        });
      };
      let chain = m.when(r.seen.get(0).valid, sideFirst(0));
      for (let place = 1; place < 2 * p.ports; place += 1)
        chain = chain.elseWhen(r.seen.get(place).valid, sideFirst(place));
      chain.otherwise(limitFirst);
      const told = mux(r.fresh, first, r.kept);
      io.log.set({
        logged: r.is_logged,
        write: told.write,
        has_address: told.has_address,
        cause: told.cause,
        port: told.port,
        resource: told.resource,
        identifier: told.identifier,
      });
      m.when(r.fresh, () => {
        r.kept.set(first);
        r.shown.set(first.has_address);
        r.shown_write.set(first.write);
      });

      const words = { type: bits<number>(p.addressWidth), depth: p.outstanding };
      const { read_addresses, write_addresses } = m.memories({ read_addresses: words, write_addresses: words });
      m.when(io.read_address.write, () => read_addresses.write(io.read_address.slot, io.read_address.address));
      m.when(io.write_address.write, () => write_addresses.write(io.write_address.slot, io.write_address.address));
      // In the cycle after the fault: what a new request writes to the slot at its edge is not yet seen.
      const read = read_addresses.fetch(slot, r.fresh);
      const write = write_addresses.fetch(slot, r.fresh);
      io.address.set(mux(r.shown, mux(r.shown_write, write, read), 0));
      m.assert(all([r.fresh, logs]).not(), 'the log is not overwritten while its address is fetched');
    },
    { documentation: 'Keeps the first fault.', parameters: { ...p } },
  );

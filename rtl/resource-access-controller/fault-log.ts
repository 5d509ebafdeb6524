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
      log: output.reg(logged(p), { reset: 0 }),
      address: output(bits<number>(p.addressWidth)),
      fault_cycle: output.reg(bits(cycleWidth), { reset: 0 }),
      cycle: output.reg(bits(cycleWidth), { reset: 0 }),
      any_fault: output(bit),
    },
    (io, m) => {
      const faults = io.faults.elements;
      io.cycle.set(io.cycle.add(1));
      const { found } = m.named({ found: any([...faults.map((one) => one.valid), io.limit.isNonZero()]) });
      io.any_fault.set(found);

      const over = priorityEncode(io.limit);
      const resource: Bits = over.number.resize<number>(resourceWidth(p));
      const byRead = io.read_error.valid.and(io.read_error.origin.resource.eq(resource));
      const note = mux(byRead, io.read_error, io.write_error);
      const type = record({
        write: bit,
        known: bit,
        cause: bits(4),
        port: bits<number>(portWidth(p)),
        slot: bits<number>(slotWidth(p)),
        resource: bits<number>(resourceWidth(p)),
        id: bits<number>(p.idWidth),
      });
      const { first } = m.wires({ first: { type } });
      const chain = faults.reduce(
        (chosen, one, place) => {
          const here = () =>
            first.set({
              write: lit(1, place % 2),
              known: one.known,
              cause: one.cause,
              port: lit<number>(portWidth(p), Math.floor(place / 2)),
              slot: one.slot,
              resource: one.resource,
              id: one.id,
            });
          return chosen === undefined ? m.when(one.valid, here) : chosen.elseWhen(one.valid, here);
        },
        undefined as ReturnType<typeof m.when> | undefined,
      );
      chain?.otherwise(() =>
        first.set({
          write: byRead.not(),
          known: 1,
          cause: faultCauses.limit,
          port: note.port,
          slot: note.origin.slot,
          resource,
          id: note.origin.id,
        }),
      );

      const { logs } = m.named({ logs: found.and(io.log.logged.not()) });
      m.when(logs, () => {
        io.log.set({
          logged: 1,
          write: first.write,
          has_address: first.known,
          cause: first.cause,
          port: first.port,
          resource: first.resource,
          identifier: first.id,
        });
        io.fault_cycle.set(io.cycle);
      }).elseWhen(io.clear, () => io.log.logged.set(0));

      const words = { type: bits<number>(p.addressWidth), depth: p.outstanding };
      const { read_addresses, write_addresses } = m.memories({ read_addresses: words, write_addresses: words });
      m.when(io.read_address.write, () => read_addresses.write(io.read_address.slot, io.read_address.address));
      m.when(io.write_address.write, () => write_addresses.write(io.write_address.slot, io.write_address.address));
      // The words are fetched in the cycle after the event, before a new request in the slot can be seen in them.
      const r = m.regs({
        fetching: { type: bit, reset: 0 },
        slot: { type: bits<number>(slotWidth(p)), reset: 0 },
        shown: { type: bit, reset: 0 },
        shown_write: { type: bit, reset: 0 },
      });
      r.fetching.set(logs);
      r.slot.set(first.slot);
      m.when(r.fetching, () => {
        r.shown.set(io.log.has_address);
        r.shown_write.set(io.log.write);
      });
      const read = read_addresses.fetch(r.slot, r.fetching);
      const write = write_addresses.fetch(r.slot, r.fetching);
      io.address.set(mux(r.shown, mux(r.shown_write, write, read), 0));
      m.assert(all([r.fetching, logs]).not(), 'the log is not overwritten while its address is fetched');
    },
    { documentation: 'Keeps the first fault.', parameters: { ...p } },
  );

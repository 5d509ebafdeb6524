import {
  all,
  any,
  type Bits,
  bit,
  bits,
  input,
  lit,
  module,
  mux,
  oneHotSelect,
  output,
  record,
  vector,
} from '../hdl/index.ts';
import { cycleWidth, faultCauses, portWidth, resourceWidth, slotWidth } from './interface.ts';
import { type Geometry, note } from './shapes.ts';

/** A slot's device address, as it is written when the slot's request is sent. */
export const addressNote = (p: Geometry) =>
  record({ write: bit, slot: bits<number>(slotWidth(p)), address: bits<number>(p.addressWidth) });

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
 * Keeps the first fault: its cause, transaction, address and cycle. Notes come in their order of precedence, reads and writes of a port by
 * turns. To the cycle: `docs/systems/resource-access-controller.md`, "Faults".
 */
export const faultLog = (p: Geometry) =>
  module(
    'fault_log',
    {
      notes: input(vector(note(p), 2 * p.ports)),
      limit: input(bits<number>(p.resources)),
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
      const notes = io.notes.elements;
      const { found } = m.named({
        found: any([...notes.map((one) => one.fault), io.limit.isNonZero()]),
      });
      io.any_fault.set(found);

      const kept = record({
        write: bit,
        has_address: bit,
        cause: bits(4),
        port: bits<number>(portWidth(p)),
        resource: bits<number>(resourceWidth(p)),
        identifier: bits<number>(p.idWidth),
      });
      const r = m.regs({ is_logged: { type: bit, reset: 0 }, kept: { type: kept, reset: 0 } });
      const { logs } = m.named({ logs: found.and(r.is_logged.not()) });

      // Of the errors noted at most one is a read's and one a write's.
      const errorOf = (side: 0 | 1) => {
        const own = notes.flatMap((one, place) => (place % 2 === side ? [{ one, port: (place - side) / 2 }] : []));
        const pick = (of: (each: (typeof own)[number]) => Bits): Bits =>
          oneHotSelect(own.map((each) => [each.one.error, of(each)] as const));
        const resource = pick(({ one }) => one.resource);
        return {
          resource,
          reaches: any(own.map(({ one }) => one.error)).and(io.limit.at(resource)),
          port: pick(({ port }) => lit<number>(portWidth(p), port)),
          slot: pick(({ one }) => one.slot),
          id: pick(({ one }) => one.id),
        };
      };
      const read = errorOf(0);
      const write = errorOf(1);
      const { by_read } = m.named({ by_read: read.reaches });
      const { first, slot } = m.wires({ first: { type: kept }, slot: { type: bits<number>(slotWidth(p)) } });
      const sideFirst = (place: number) => () => {
        const one = io.notes.get(place);
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
      let chain = m.when(io.notes.get(0).fault, sideFirst(0));
      for (let place = 1; place < 2 * p.ports; place += 1)
        chain = chain.elseWhen(io.notes.get(place).fault, sideFirst(place));
      chain.otherwise(() => {
        slot.set(mux(by_read, read.slot, write.slot));
        first.set({
          write: by_read.not(),
          has_address: 1,
          cause: faultCauses.limit,
          port: mux(by_read, read.port, write.port),
          resource: mux(by_read, read.resource, write.resource),
          identifier: mux(by_read, read.id, write.id),
        });
      });
      m.when(logs, () => {
        r.is_logged.set(1);
        r.kept.set(first);
        io.fault_cycle.set(io.cycle);
      }).elseWhen(io.clear, () => r.is_logged.set(0));
      io.log.set({
        logged: r.is_logged,
        write: r.kept.write,
        has_address: r.kept.has_address,
        cause: r.kept.cause,
        port: r.kept.port,
        resource: r.kept.resource,
        identifier: r.kept.identifier,
      });

      const words = { type: bits<number>(p.addressWidth), depth: p.outstanding };
      const { read_addresses, write_addresses } = m.memories({ read_addresses: words, write_addresses: words });
      m.when(io.read_address.write, () => read_addresses.write(io.read_address.slot, io.read_address.address));
      m.when(io.write_address.write, () => write_addresses.write(io.write_address.slot, io.write_address.address));
      // What a new request writes to the slot at the same edge is not yet seen.
      const reads = read_addresses.fetch(slot, logs);
      const writes = write_addresses.fetch(slot, logs);
      io.address.set(mux(r.kept.has_address, mux(r.kept.write, writes, reads), 0));
      m.assert(
        all([io.limit.isNonZero(), read.reaches.or(write.reaches).not()]).not(),
        'a limit is reached by an error',
      );
    },
    { documentation: 'Keeps the first fault.', parameters: { ...p } },
  );

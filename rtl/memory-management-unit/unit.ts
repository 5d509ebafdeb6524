import {
  any,
  type Bits,
  bit,
  bits,
  concat,
  type Inside,
  input,
  lit,
  type ModuleBody,
  module,
  mux,
  output,
} from '../hdl/index.ts';
import { axi4, axiLite } from '../parts/axi/bundles.ts';
import { registerPort } from '../parts/register-map/port.ts';
import { register } from '../parts/rings.ts';
import { driveRequest, requestOf } from './axi-signals.ts';
import { differenceRecord } from './difference-record.ts';
import { faultRecord } from './fault-record.ts';
import {
  frameWidth,
  memoryIdWidth,
  memoryManagementUnitRegisters,
  physicalWidth,
  registerAddressWidth,
} from './interface.ts';
import { lookup } from './lookup.ts';
import { memoryPort } from './memory-port.ts';
import { readSlots } from './read-slots.ts';
import type { Geometry } from './shapes.ts';
import { tablesOf } from './tables.ts';
import { turns } from './turns.ts';
import { walker } from './walker.ts';
import { writeSlots } from './write-slots.ts';

const bus = (p: Geometry, addressWidth: number, idWidth: number) =>
  axi4({ addressWidth, idWidth, dataWidth: p.dataWidth as 64 | 128 });
const zeroed = { reset: 0 };

/** The ports of a unit, in the specified order. */
const unitPorts = (p: Geometry) => ({
  s_axi: input(bus(p, p.virtualWidth, p.idWidth)),
  // Whether they are there follows from the parameters, which the type cannot follow: `domainOf` reads them.
  ...(p.sideband
    ? { s_axi_awuser: input(bits<number>(p.domainWidth)), s_axi_aruser: input(bits<number>(p.domainWidth)) }
    : {}),
  m0_axi: output(bus(p, physicalWidth(p), memoryIdWidth(p))),
  m1_axi: output(bus(p, physicalWidth(p), memoryIdWidth(p))),
  cookie_index: output(bits<number>(p.cookieIndexWidth)),
  cookie_value: input(bits<number>(p.cookieWidth)),
  bump: input(bit),
  bump_index: input(bits<number>(p.cookieIndexWidth)),
  bump_flush: input(bit),
  bump_busy: output(bit),
  turn_request: output(bit),
  turn: input(bit),
  turn_contended: input(bit),
  failed: input(bits(2)),
  restoring: input(bits(2)),
  port_clear: input(bits(2)),
  event_error: output.reg(bits(2), zeroed),
  event_failure: output.reg(bits(2), zeroed),
  event_timeout: output(bits(2)),
  claim: input(bit),
  claim_memory: input(bit),
  claim_frame: input(bits<number>(frameWidth(p))),
  claim_busy: output(bit),
  irq: output.reg(bit, zeroed),
  s_axil: input(axiLite({ addressWidth: registerAddressWidth as number })),
});
type Sides = Inside<ReturnType<typeof unitPorts>>;

const instances = (m: ModuleBody, p: Geometry) =>
  m.instances({
    registers: registerPort(memoryManagementUnitRegisters(p)),
    port_0: memoryPort(p),
    port_1: memoryPort(p),
    lookup: lookup(p),
    walker: walker(p),
    reads: readSlots(p),
    writes: writeSlots(p),
    turns,
    faults: faultRecord(p),
    difference: differenceRecord(p),
  });
type Parts = ReturnType<typeof instances>;

/** The processor's side. */
const connectProcessor = (io: Sides, u: Parts, p: Geometry): void => {
  const { s_axi } = io;
  const { reads, writes } = u;
  const requestFrom = (channel: 'aw' | 'ar') => ({
    ...requestOf(s_axi, channel),
    domain: p.sideband ? (Reflect.get(io, `s_axi_${channel}user`) as Bits) : u.registers.settings.domain.number,
  });
  reads.channel.valid.set(s_axi.arvalid);
  reads.channel.data.set(requestFrom('ar') as never);
  s_axi.arready.set(reads.channel.ready);
  writes.channel.valid.set(s_axi.awvalid);
  writes.channel.data.set(requestFrom('aw') as never);
  s_axi.awready.set(writes.channel.ready);
  writes.data.valid.set(s_axi.wvalid);
  writes.data.data.set({ data: s_axi.wdata, strb: s_axi.wstrb, last: s_axi.wlast });
  s_axi.wready.set(writes.data.ready);
  s_axi.rvalid.set(reads.answer.valid);
  s_axi.rid.set(reads.answer.data.id);
  s_axi.rdata.set(reads.answer.data.data);
  s_axi.rresp.set(reads.answer.data.resp);
  s_axi.rlast.set(reads.answer.data.last);
  reads.answer.ready.set(s_axi.rready);
  s_axi.bvalid.set(writes.answer.valid);
  s_axi.bid.set(writes.answer.data.id);
  s_axi.bresp.set(writes.answer.data.resp);
  writes.answer.ready.set(s_axi.bready);
};

/** A memory's side. */
const connectMemory = (io: Sides, u: Parts, p: Geometry, memory: 0 | 1): void => {
  const axi = io[`m${memory}_axi`];
  const port = u[`port_${memory}`];
  const { reads, writes, walker } = u;
  driveRequest(axi, 'ar', port.ar.data);
  axi.arvalid.set(port.ar.valid);
  port.ar.ready.set(axi.arready);
  driveRequest(axi, 'aw', port.aw.data);
  axi.awvalid.set(port.aw.valid);
  port.aw.ready.set(axi.awready);
  axi.wdata.set(port.w.data.data);
  axi.wstrb.set(port.w.data.strb);
  axi.wlast.set(port.w.data.last);
  axi.wvalid.set(port.w.valid);
  port.w.ready.set(axi.wready);
  port.r.valid.set(axi.rvalid);
  port.r.data.set({ id: axi.rid, data: axi.rdata, resp: axi.rresp, last: axi.rlast });
  axi.rready.set(port.r.ready);
  port.b.valid.set(axi.bvalid);
  port.b.data.set({ id: axi.bid, resp: axi.bresp });
  axi.bready.set(port.b.ready);

  port.failed.set(io.failed.bit(memory));
  port.clear.set(io.port_clear.bit(memory));
  port.timeout.set(u.registers.settings.timeout.cycles);
  port.open_on_both.set(u.turns.open);
  // A walk goes before requests.
  const walks = walker.asks.bit(memory).and(port.ar_state.free);
  port.ar_load.set(walks.or(reads.loads.bit(memory)));
  port.ar_request.set(mux(walks, walker.request, reads.requests.get(memory)));
  port.ar_owner.set(mux(walks, lit<number>(p.reads, 0), reads.enters));
  port.aw_load.set(writes.launches.bit(memory));
  port.aw_request.set(writes.requests.get(memory));
  port.aw_owner.set(writes.launched);
  port.w_load.set(writes.loads.bit(memory));
  port.w_beat.set(writes.beat);
  port.w_owner.set(writes.current);
  port.held_moves.set(reads.held_moves.bit(memory));
  port.owed_reads.set(reads.owed.get(memory));
  port.moves_of.set(reads.moves.get(memory));
  port.walker_waits.set(walker.waits.bit(memory));
  port.walker_takes.set(reads.walker_takes.bit(memory));
  port.owed_writes.set(writes.owed.get(memory));
  port.sent_writes.set(writes.sent_all);
};

/** What the slots, the lookup and the walker tell each other. */
const connectParts = (io: Sides, u: Parts, p: Geometry): void => {
  const { lookup, walker, reads, writes, turns } = u;
  const ports = [u.port_0, u.port_1] as const;
  const { settings } = u.registers;
  const memory = { failed: io.failed, readable: io.failed.or(io.restoring).not() };
  const bump = { now: io.bump, index: io.bump_index, flush: io.bump_flush };
  for (const part of [reads, writes, walker]) part.memory.set(memory);
  for (const part of [reads, writes, walker, lookup]) part.bump.set(bump);
  writes.claim.set({ now: io.claim, memory: io.claim_memory, frame: io.claim_frame });
  for (const part of [reads, writes]) {
    part.found.set(lookup.found);
    part.patience.set(settings.timeout.cycles.slice<number, number>(p.timerWidth - 1, 1));
  }
  reads.turn_allowed.set(turns.reads_allowed);
  writes.turn_allowed.set(turns.writes_allowed);
  lookup.read.set(reads.lookup);
  reads.looks.set(lookup.read_looks);
  lookup.read_enters.set(reads.enters);
  reads.compared.set(lookup.read_compared);
  lookup.write.set(writes.lookup);
  writes.looks.set(lookup.write_looks);
  lookup.write_enters.set(writes.enters);
  writes.compared.set(lookup.write_compared);

  lookup.fault.set(walker.fault);
  lookup.idle.set(walker.idle);
  lookup.busy.set(walker.busy);
  lookup.sets_index.set(walker.sets_index);
  lookup.index.set(walker.index);
  lookup.fills.set(walker.fills);
  lookup.filled.set(walker.filled);
  lookup.cookie_value.set(io.cookie_value);
  walker.fault_taken.set(lookup.fault_taken);
  walker.start.set(lookup.starts);
  walker.start_write.set(lookup.start_write);
  walker.start_of.set(lookup.start_of);
  walker.cookie_value.set(io.cookie_value);
  walker.direct.set(settings.control.direct);
  walker.tables_valid.set(settings.tables.valid);
  walker.tables.set(tablesOf(p, settings));
  walker.free.set(concat(ports[1].ar_state.free, ports[0].ar_state.free));
  walker.takes.set(reads.walker_takes);
  walker.held.set(ports.map(({ held }) => held));
  reads.walker_asks.set(walker.asks);
  reads.walker_waits.set(walker.waits);
  reads.walker_last.set(walker.last);
  reads.held.set(ports.map(({ held }) => held));
  reads.request_states.set(ports.map(({ ar_state }) => ar_state));
  writes.request_states.set(ports.map(({ aw_state }) => aw_state));
  writes.beat_states.set(ports.map(({ w_state }) => w_state));
  writes.answers.set(ports.map(({ answer }) => answer));

  turns.turn.set(io.turn);
  turns.contended.set(io.turn_contended);
  turns.compare_wanted.set(reads.compare_wanted);
  turns.reads_open.set(reads.open);
  turns.writes_want.set(writes.wants_both);
  turns.writes_open.set(writes.open);
};

/**
 * A memory management unit with two translations for each page, so that either memory may die. To the cycle:
 * `docs/systems/memory-management-unit.md`. Sources: US 6,732,250 and US 7,234,038.
 */
export const memoryManagementUnit = (p: Geometry) =>
  module(
    'memory_management_unit',
    unitPorts(p),
    (io, m) => {
      const u = instances(m, p);
      const { settings, status } = u.registers;
      const { lookup, walker, reads, writes, turns, faults, difference } = u;
      u.registers.s_axil.connect(io.s_axil);
      connectProcessor(io, u, p);
      connectMemory(io, u, p, 0);
      connectMemory(io, u, p, 1);
      connectParts(io, u, p);

      io.cookie_index.set(lookup.cookie_index);
      io.bump_busy.set(writes.bump_busy);
      io.turn_request.set(turns.turn_request);
      io.claim_busy.set(writes.claim_busy);
      io.event_error.set(walker.event_error.or(reads.event_error).or(writes.event_error));
      io.event_failure.set(reads.event_failure.or(writes.event_failure));
      io.event_timeout.set(concat(u.port_1.event_timeout, u.port_0.event_timeout));

      faults.read.set(reads.noted);
      faults.write.set(writes.noted);
      faults.clear.set(settings.fault_clear.clear);
      const { recorded, write, cause, domain, identifier, address } = faults.recorded;
      status.fault.set({ recorded, write, cause, domain, identifier });
      const tellsAddress = (of: 'fault' | 'difference', place: Bits): void => {
        status[`${of}_address_low`].address.set(place.slice<number, number>(31, 0));
        const upper = Reflect.get(status, `${of}_address_high`) as
          | { readonly address: { set(value: Bits): void } }
          | undefined;
        upper?.address.set(place.slice<number, number>(p.virtualWidth - 1, 32));
      };
      tellsAddress('fault', address);

      difference.noted.set(reads.differs);
      difference.raised.set(settings.interrupt_status.difference);
      const { recorded: place } = difference;
      status.difference.set({ beat: place.beat, domain: place.domain, identifier: place.identifier });
      tellsAddress('difference', place.address);

      status.interrupt_status.set({ fault: faults.noted, difference: reads.differs.valid });
      const { interrupt_status: raised, interrupt_enable: enabled } = settings;
      io.irq.set(any([raised.fault.and(enabled.fault), raised.difference.and(enabled.difference)]));
      const counter = (name: string, up: Bits): Bits => {
        const count = register(m, name, bits<number>(32));
        count.set(count.add(up.resize<number>(32)));
        return count;
      };
      status.hits.set(counter('hits', reads.hit_enters.or(writes.hit_enters)));
      status.misses.set(counter('misses', lookup.starts));
      status.restarts.set(counter('restarts', lookup.restarts));
      const [one, other] = [reads.fails_over.bit(0), reads.fails_over.bit(1)];
      status.failovers.set(counter('failovers', concat(one.and(other), one.xor(other))));
      status.differences.set(counter('differences', reads.differs.valid));
    },
    { documentation: 'Memory management unit with two translations for each page.', parameters: { ...p } },
  );

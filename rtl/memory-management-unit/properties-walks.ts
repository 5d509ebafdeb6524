/** What the walker asks a memory for keeps AXI4's rules for requests (IHI 0022, A3.4.1, A4.4, A7.2.4), whatever the processor does. */
import { all, type Bits } from '../hdl/index.ts';
import { addressRules } from '../parts/axi/address-properties.ts';
import { walkStates } from './properties-pages.ts';
import { noWrites, type ProvenUnit } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/** There are no accesses; what is looked up, and when, is anything. */
export const withoutAccesses: readonly string[] = [
  ...['registers', 'lookup', 'turns', 'faults', 'difference'],
  ...['reads', 'writes'],
];

export const walkPaths: readonly string[] = [
  'walker.state',
  'walker.request_id',
  'port_0.ar_state_free',
  'port_1.ar_state_free',
];

export const walkProperties = (p: Geometry, unit: ProvenUnit): void => {
  const { m, io, given, seen } = unit;
  noWrites(unit);
  const state = seen('walker.state');
  m.assume(
    given('lookup.starts')
      .bit(0)
      .implies(state.eq(walkStates.idle).or(state.eq(walkStates.fault))),
    'one walk at a time',
  );
  m.assert(seen('walker.request_id').eq(2 ** p.idWidth), 'a walk has an identifier of its own');
  for (const memory of [0, 1] as const) {
    const edge = `m${memory}_axi`;
    const bus = memory === 0 ? io.m0_axi : io.m1_axi;
    // Proved beside the reads: "reads at the memories".
    const read = given(`reads.loads`).bit(memory);
    m.assume(read.implies(seen(`port_${memory}.ar_state_free`).bit(0)), `${edge}: a read comes when there is room`);
    m.assume(
      given(`reads.requests_${memory}_id`).bit(p.idWidth).not(),
      `${edge}: a read has the processor's identifier`,
    );
    const valid = all([bus.arvalid, bus.arid.bit(p.idWidth)]);
    const fields = {
      addr: bus.araddr.resize<number>(4).eq(0),
      len: bus.arlen.eq(128 / p.dataWidth - 1),
      size: bus.arsize.eq(Math.log2(p.dataWidth / 8)),
      burst: bus.arburst.eq(1),
      lock: bus.arlock.eq(0),
      cache: bus.arcache.eq(3),
    };
    for (const [field, holds] of Object.entries(fields))
      m.assert(valid.implies(holds), `${edge}: a walk's ${field} is as it must be`);
    const request = {
      valid,
      addr: bus.araddr as Bits,
      len: bus.arlen,
      size: bus.arsize,
      burst: bus.arburst,
      lock: bus.arlock,
      cache: bus.arcache,
    };
    addressRules('ar', request, p.dataWidth / 8, (rule, broken) =>
      m.assert(broken.not(), `${edge}, of walks: ${rule}`),
    );
    m.cover(valid, `${edge}: a walk is offered`);
  }
};

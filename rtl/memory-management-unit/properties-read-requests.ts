/**
 * What a memory is asked to read for the processor is what the processor asked for, but for where its page is: so it keeps AXI4's rules for requests (IHI 0022,
 * A3.4.1, A4.4, A7.2.4) where the processor does, and crosses no 4 KiB boundary.
 */
import { all, any, type Bits, bit } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { followedRead, followedReadPaths } from './followed-read.ts';
import { assertRequest, everyField } from './followed-request.ts';
import { noWrites, type ProvenUnit, trustLookups } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';
import { meets } from './slot-order.ts';

/** The other direction is not there; what is looked up, and when, and what is walked, is anything. */
export const withoutWalks: readonly string[] = [
  ...['registers', 'lookup', 'turns', 'faults', 'difference'],
  ...['writes', 'walker'],
];

export const readRequestPaths = (p: Geometry): readonly string[] => [
  ...followedReadPaths(p, everyField),
  ...[0, 1].flatMap((memory) => ['ar_load', 'ar_out_owner'].map((name) => `port_${memory}.${name}`)),
  'reads.loads',
];

export const readRequestProperties = (p: Geometry, unit: ProvenUnit): void => {
  const { m, io, given, seen } = unit;
  trustLookups(unit, ['read']);
  noWrites(unit);
  const walks = p.idWidth;
  // Proved beside the walker: "walks at the memories".
  m.assume(given('walker.request_id').eq(2 ** walks), 'a walk has an identifier of its own');
  const { request, at, asks } = followedRead(p, unit, everyField);
  for (const memory of [0, 1] as const) {
    const edge = `m${memory}_axi`;
    const bus = memory === 0 ? io.m0_axi : io.m1_axi;
    const [load, owner] = [seen(`port_${memory}.ar_load`).bit(0), seen(`port_${memory}.ar_out_owner`)];
    // The owner is a slot, whose read may be another when the memory takes the request.
    const isIts = register(m, `${edge}_is_its`, bit) as Bits<1> & { set(value: Bits<1>): void };
    m.when(load, () => isIts.set(all([seen('reads.loads').bit(memory), asks])));
    const loaded = register(m, `${edge}_was_loaded`, bit);
    loaded.set(load);
    m.assert(isIts.implies(request.was), `${edge}: what is its was chosen`);
    m.assert(
      all([bus.arvalid, bus.arid.bit(walks)]).implies(owner.isZero()),
      `${edge}: what has a walk's identifier is of no slot`,
    );
    m.assert(
      all([bus.arvalid, bus.arid.bit(walks).not()]).implies(
        all([owner.isNonZero(), owner.and(owner.subtract(1)).isZero()]),
      ),
      `${edge}: what is no walk's is of one slot`,
    );
    m.assert(
      loaded.implies(all([owner.and(seen('reads.valid').not()).isZero(), isIts.eq(meets(owner, at))])),
      `${edge}: it is of the read that is in the slot`,
    );
    assertRequest(m, edge, bus, 'ar', { offered: all([bus.arvalid, isIts]), request, fields: everyField });
  }
  m.cover(any([at.bit(0)]), 'a read is followed to a slot');
};

/** The rules of AXI4 at the processor: an answer that is offered stays, as it is (IHI 0022, A3.2.1), and none comes without a request (A3.3.1). */
import { all, any, type Bits, bit, bits, type ModuleBody } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { type ProvenUnit, trustLookups } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/** What is looked up, and what the memories say, is anything. */
export const withoutMemories: readonly string[] = [
  ...['registers', 'lookup', 'walker', 'turns', 'faults', 'difference'],
  ...['port_0', 'port_1'],
];

export const processorPaths: readonly string[] = [
  ...['valid', 'ar_full', 'r_out_full', 'r_out_payload_last', 'lookup_valid'].map((name) => `reads.${name}`),
  ...['valid', 'aw_full', 'b_out_full', 'lookup_valid', 'again', 'at_memory', 'sent', 'current_place'].map(
    (name) => `writes.${name}`,
  ),
];

const stays = (
  m: ModuleBody,
  channel: string,
  valid: Bits<1>,
  ready: Bits<1>,
  payload: Readonly<Record<string, Bits>>,
) => {
  const waits = register(m, `${channel}_waits`, bit);
  waits.set(all([valid, ready.not()]));
  m.assert(waits.implies(valid), `${channel}: what is offered stays offered`);
  for (const [name, value] of Object.entries(payload)) {
    const before = register(m, `${channel}_${name}_before`, bits<number>(value.width));
    before.set(value);
    m.assert(waits.implies(value.eq(before)), `${channel}: its ${name} stays as it is offered`);
  }
  m.cover(all([waits, ready]), `${channel}: what waited is taken`);
};

/** Requests under way: those taken, less those whose last answer was. */
const underWay = (m: ModuleBody, name: string, p: { readonly slots: number }, begins: Bits<1>, ends: Bits<1>): Bits => {
  const width = Math.ceil(Math.log2(p.slots + 3));
  const count = register(m, name, bits<number>(width));
  count.set(count.add(begins.extend<number>(width)).subtract(ends.extend<number>(width)));
  return count;
};

const ones = (values: readonly Bits<1>[], width: number): Bits =>
  values.map((value) => value.extend<number>(width) as Bits).reduce((sum, one) => sum.add(one));

export const processorProperties = (p: Geometry, unit: ProvenUnit): void => {
  const { m, io, seen } = unit;
  const { s_axi: bus } = io;
  stays(m, 'r', bus.rvalid, bus.rready, { id: bus.rid, data: bus.rdata, resp: bus.rresp, last: bus.rlast });
  stays(m, 'b', bus.bvalid, bus.bready, { id: bus.bid, resp: bus.bresp });
  trustLookups(unit, ['read', 'write']);
  const of = (name: string): Bits => seen(`writes.${name}`);
  const launched = of('valid').and(of('at_memory'));
  m.assert(launched.and(of('again')).isZero(), 'each write slot is in one state');
  m.assert(of('valid').and(of('sent')).and(launched.not()).isZero(), 'nothing is sent before it is at memory');
  m.assert(
    of('current_place')
      .and(launched.and(of('sent').not()).not())
      .isZero(),
    'what is current is at memory',
  );
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  const slots = (ring: 'reads' | 'writes'): readonly Bits<1>[] =>
    Array.from({ length: p[ring] }, (_, slot) => seen(`${ring}.valid`).bit(slot));

  const lastGoes = all([bus.rvalid, bus.rready, bus.rlast]);
  const reads = underWay(m, 'reads_under_way', { slots: p.reads }, all([bus.arvalid, bus.arready]), lastGoes);
  const lastHeld = all([flag('reads.r_out_full'), flag('reads.r_out_payload_last')]);
  m.assert(
    reads.eq(ones([flag('reads.ar_full'), lastHeld, ...slots('reads')], reads.width)),
    'a read under way is held, in a slot, or at its last beat',
  );
  m.assert(all([bus.rvalid, bus.rlast]).implies(reads.isNonZero()), 'no last beat comes without a read under way');

  const answered = all([bus.bvalid, bus.bready]);
  const writes = underWay(m, 'writes_under_way', { slots: p.writes }, all([bus.awvalid, bus.awready]), answered);
  m.assert(
    writes.eq(ones([flag('writes.aw_full'), flag('writes.b_out_full'), ...slots('writes')], writes.width)),
    'a write under way is held, in a slot, or answered',
  );
  m.assert(bus.bvalid.implies(writes.isNonZero()), 'no answer comes without a write under way');
  m.cover(any([bus.rvalid, bus.bvalid]), 'an answer comes');
};

/**
 * That a write is never answered with OKAY where no memory has it: of some memory that has not failed, the answer tells that it took the whole of the last
 * burst, and that it answered without an error.
 */
import { all, any, type Bits, bit, type ModuleBody } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { responses } from './interface.ts';
import type { ProvenUnit } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/** What has no part in it: what is looked up, and how it came to be known, is anything. */
export const withoutLookups: readonly string[] = [
  'registers',
  'lookup',
  'walker',
  'reads',
  'turns',
  'faults',
  'difference',
];

const named = (instance: string, names: readonly string[]): readonly string[] =>
  names.map((name) => `${instance}.${name}`);

export const writePaths = (): readonly string[] => [
  ...named('writes', ['valid', 'again', 'at_memory', 'sent', 'local_access', 'ending', 'launched', 'current_place']),
  ...[0, 1].flatMap((memory) =>
    named(
      'writes',
      ['route', 'pending', 'refused'].map((name) => `${name}_${memory}`),
    ),
  ),
  'writes.lookup_valid',
  ...[0, 1].flatMap((port) =>
    named(`port_${port}`, ['w_out_full', 'w_out_owner', 'w_out_payload_last', 'aw_out_full', 'ar_state_free']),
  ),
];

/** What the keeper is proved to keep: a memory that has failed comes back only after its ports were cleared. */
const keeperOf = (m: ModuleBody, io: ProvenUnit['io']): readonly Bits<1>[] =>
  [0, 1].map((memory) => {
    const [failed, clear] = [io.failed.bit(memory), io.port_clear.bit(memory)];
    const wasCleared = register(m, `was_cleared_${memory}`, bit);
    const hadFailed = register(m, `had_failed_${memory}`, bit);
    wasCleared.set(all([failed, any([wasCleared, clear])]));
    hadFailed.set(failed);
    m.assume(clear.implies(failed), `memory ${memory}: a port is cleared while it has failed`);
    m.assume(all([hadFailed, wasCleared.not()]).implies(failed), `memory ${memory}: it comes back after a reset`);
    return wasCleared as Bits<1>;
  });

interface Copy {
  /** Of its last burst, the memory has had the last data. */
  readonly taken: Bits<1>;
  /** Whether the memory has answered that burst without an error, and has not failed since. */
  readonly good: Bits<1>;
}

/** One slot's copy in one memory, as its pins tell. */
const copyOf = (unit: ProvenUnit, slot: number, memory: 0 | 1): Copy => {
  const { m, io, seen } = unit;
  const bus = memory === 0 ? io.m0_axi : io.m1_axi;
  const flag = (name: string): Bits<1> => seen(`writes.${name}`).bit(slot);
  const [pending, failed] = [flag(`pending_${memory}`), io.failed.bit(memory)];
  const holds = seen(`port_${memory}.w_out_owner`).bit(slot);
  const taken = register(m, `taken_${slot}_${memory}`, bit);
  taken.set(all([flag('launched').not(), any([taken, all([bus.wvalid, bus.wready, bus.wlast, holds])])]));
  // An answer without an error in the cycle before, by which the memory owes none any more.
  const was = register(m, `answered_${slot}_${memory}`, bit);
  was.set(all([pending, failed.not(), bus.bvalid, bus.bresp.lt(responses.subordinate_error)]));
  const { [`good_${slot}_${memory}`]: before } = m.regs({ [`good_${slot}_${memory}`]: { type: bit, reset: 0 } });
  const kept = before as Bits<1> & { set(value: Bits<1>): void };
  const good = any([kept, all([was, pending.not(), taken])]);
  kept.set(all([flag('launched').not(), failed.not(), good]));
  return { taken: taken as Bits<1>, good };
};

export const writeProperties = (p: Geometry, unit: ProvenUnit): void => {
  const { m, io, given, seen } = unit;
  const cleared = keeperOf(m, io);
  const flag = (name: string, slot: number): Bits<1> => seen(`writes.${name}`).bit(slot);
  m.assume(
    given('lookup.write_looks').bit(0).implies(seen('writes.lookup_valid').bit(0)),
    'only what asks is looked up',
  );
  for (const [memory, wasCleared] of cleared.entries()) {
    m.assume(
      given('reads.loads')
        .bit(memory)
        .implies(seen(`port_${memory}.ar_state_free`).bit(0)),
      `memory ${memory}: a read request comes when there is room`,
    );
    const empty = any([seen(`port_${memory}.w_out_full`).bit(0), seen(`port_${memory}.aw_out_full`).bit(0)]).not();
    m.assert(wasCleared.implies(empty), `memory ${memory}: nothing is offered after its port was cleared`);
  }
  const ended: Bits<1>[] = [];
  for (const slot of range(p.writes)) {
    const [valid, launched, current] = [flag('valid', slot), flag('at_memory', slot), flag('current_place', slot)];
    const [again, sent, local] = [flag('again', slot), flag('sent', slot), flag('local_access', slot)];
    const name = `write slot ${slot}`;
    // Proved beside the lookup: "nothing by a translation that was taken back".
    m.assume(
      all([given('lookup.write_compared_different').bit(slot), valid, launched]).implies(current),
      `${name}: what is launched and found different is current`,
    );
    m.assert(all([valid, again, launched]).not(), `${name}: it is in one state`);
    m.assert(all([valid, launched.not(), sent]).not(), `${name}: nothing is sent before it is at memory`);
    m.assert(current.implies(all([valid, launched, sent.not()])), `${name}: what is current is at memory`);
    const copies = ([0, 1] as const).map((memory) => {
      const copy = copyOf(unit, slot, memory);
      const [route, pending] = [flag(`route_${memory}`, slot), flag(`pending_${memory}`, slot)];
      const refused = flag(`refused_${memory}`, slot);
      const under = all([valid, launched, route]);
      const register = `port_${memory}.w_out`;
      const [full, last] = [seen(`${register}_full`).bit(0), seen(`${register}_payload_last`).bit(0)];
      const holds = all([full, seen(`${register}_owner`).bit(slot)]);
      const failed = io.failed.bit(memory);
      m.assert(
        all([under, sent.not()]).implies(pending),
        `${name}: memory ${memory} owes an answer while beats go there`,
      );
      m.assert(
        all([valid, pending]).implies(all([launched, route])),
        `${name}: memory ${memory} owes an answer to what goes there alone`,
      );
      m.assert(
        all([holds, failed.not()]).implies(all([under, pending, last.eq(sent)])),
        `${name}: what is offered to memory ${memory} is of its burst`,
      );
      m.assert(
        all([under, pending, sent]).implies(any([copy.taken, all([holds, last])])),
        `${name}: the last data is at memory ${memory} or offered`,
      );
      m.assert(
        all([under, pending.not(), refused.not(), failed.not()]).implies(copy.good),
        `${name}: memory ${memory} has a copy that was answered`,
      );
      return all([copy.good, failed.not()]);
    });
    const { [`lost_${slot}`]: lost } = m.regs({ [`lost_${slot}`]: { type: bit, reset: 0 } });
    const without = lost as Bits<1> & { set(value: Bits<1>): void };
    without.set(all([flag('ending', slot), local.not(), any(copies).not()]));
    ended.push(without);
    m.cover(
      all([flag('ending', slot), copies[0] as Bits<1>, (copies[1] as Bits<1>).not()]),
      `${name}: one copy is enough`,
    );
  }
  const okay = io.s_axi.bresp.lt(responses.subordinate_error);
  m.assert(all([any(ended), io.s_axi.bvalid, okay]).not(), 'no write is answered with OKAY without a good copy');
};

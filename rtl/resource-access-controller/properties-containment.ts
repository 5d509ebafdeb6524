import { all, any, type Bits, lit, mux, popCount } from '../hdl/index.ts';
import { watchAxi4 } from '../parts/axi/properties.ts';
import { type Direction, observations, range, type Seen, seenIn, slotsSeen } from './properties-seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';
import { word } from './slots.ts';

/**
 * That a port whose device keeps AXI4 and answers before its transactions are overdue is never isolated, whatever the devices at the other ports do; and what ties the
 * checker's lists of its transactions to the slots, without which no induction goes through.
 */

const followed = (p: Geometry): number => p.outstanding + 1;
const responseFields = { read: ['id', 'data', 'resp', 'last'], write: ['id', 'resp'] } as const;

const checkerPaths = (p: Geometry): readonly string[] => [
  ...range(followed(p)).flatMap((entry) => [
    ...['present', 'id', 'lock', 'left'].map((field) => `read_${entry}_${field}`),
    ...['present', 'id', 'lock'].map((field) => `write_${entry}_${field}`),
  ]),
  'delivered',
  'r_waiting',
  'b_waiting',
  ...responseFields.read.map((_, index) => `r_before_${index}`),
  ...responseFields.write.map((_, index) => `b_before_${index}`),
];

/** The signals inside the path that `containmentProperties` speaks of, beside those of `transactionPaths`. */
export const containmentPaths = (port: number): readonly string[] => [
  `port_${port}.isolate`,
  ...(['read', 'write'] as const).flatMap((direction) => [
    `port_${port}.${direction}_side.expired`,
    `port_${port}.${direction}_side.intake.waited`,
    ...responseFields[direction].flatMap((field) => [
      `port_${port}.${direction}_side.intake.held_${field}`,
      `port_${port}.${direction}_side.intake.before_${field}`,
    ]),
  ]),
];

export const containmentProperties = (
  p: Geometry,
  port: number,
  { m, io, managers, seen }: Pick<ProvenPath, 'm' | 'io' | 'managers' | 'seen'>,
): void => {
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  const checker = seenIn(
    watchAxi4(
      m,
      'device',
      managers[port] as object,
      {
        addressWidth: p.addressWidth,
        dataWidth: p.dataWidth as 32 | 64 | 128,
        idWidth: p.idWidth,
        maxOutstanding: followed(p),
        dataAhead: 1,
        role: 'trust subordinate',
      },
      observations(checkerPaths(p)),
    ),
  );
  m.assume(io.settings.port_isolate.bit(port).not(), `software leaves port ${port} in service`);
  m.assert(flag(`port_${port}.control.isolated`).not(), `port ${port} is never isolated`);
  m.assert(flag(`port_${port}.isolate`).not(), `port ${port} has no fault`);
  for (const direction of ['read', 'write'] as const) {
    m.assume(flag(`port_${port}.${direction}_side.expired`).not(), `its ${direction}s move before they are overdue`);
    const intake = `port_${port}.${direction}_side.intake`;
    const channel = direction === 'read' ? 'r' : 'b';
    const same = responseFields[direction].map((field, index) =>
      seen(`${intake}.before_${field}`).eq(checker(`${channel}_before_${index}`)),
    );
    m.assert(
      flag(`${intake}.waited`).implies(all([checker(`${channel}_waiting`).bit(0), ...same])),
      `${direction}s: what waits is what the checker saw wait`,
    );
    listProperties(p, port, direction, m, seen, checker);
  }
};

const listProperties = (
  p: Geometry,
  port: number,
  direction: Direction,
  m: ProvenPath['m'],
  seen: Seen,
  checker: Seen,
): void => {
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  const side = `port_${port}.${direction}_side`;
  const count = (flags: readonly Bits<1>[]): Bits => popCount(word([...flags, lit(1, 0)])).resize<number>(8);
  const slots = slotsSeen(p, seen, direction);
  const ours = slots.map((one) => all([one.valid, one.routeLocal.not(), one.port.eq(port)]));
  const isOurs = (slot: number): Bits<1> => ours[slot] ?? lit(1, 0);
  const asking = flag(`${side}.address_register.held`);
  const asks = (slot: number): Bits<1> => all([asking, seen(`${side}.address_register.held_slot`).eq(slot)]);
  const held = flag(`${side}.intake.full`);
  const heldId = seen(`${side}.intake.held_id`);
  const heldLast = direction === 'read' ? held.and(flag(`${side}.intake.held_last`)) : held;
  const entries = range(followed(p)).map((entry) => ({
    present: checker(`${direction}_${entry}_present`).bit(0),
    id: checker(`${direction}_${entry}_id`),
    lock: checker(`${direction}_${entry}_lock`).bit(0),
  }));
  m.assert(
    count(entries.map((one) => one.present))
      .add(count([heldLast]))
      .add(count([asking]))
      .eq(count(ours)),
    `${direction}s: the checker counts what the device owes`,
  );
  const delivered = checker('delivered').resize<number>(8);
  const deliveredSlots = seen('write_progress.delivered');
  const received = seen('write_progress.received');
  if (direction === 'write')
    m.assert(
      delivered.add(count([held])).eq(count(ours.map((one, slot) => one.and(deliveredSlots.bit(slot))))),
      'writes: the checker counts the data that the device has',
    );
  const register = `port_${port}.write_side.data_register`;
  for (const [entry, one] of entries.entries()) {
    if (entry > 0)
      m.assert(
        one.present.implies(entries[entry - 1]?.present ?? held),
        `${direction}s: entry ${entry} at the device follows another`,
      );
    const before = count(entries.slice(0, entry).map((other) => all([other.present, other.id.eq(one.id)])));
    const place = before.add(count([all([heldLast, heldId.eq(one.id)])]));
    const inSlot = slots.map((slot, index) => {
      const here = all([
        isOurs(index),
        asks(index).not(),
        slot.id.eq(one.id),
        slot.lock.eq(one.lock),
        popCount(slot.waits).resize<number>(8).eq(place),
      ]);
      if (direction === 'read') {
        const begun = all([held, heldLast.not(), heldId.eq(one.id), slot.waits.isZero()]);
        const left = checker(`read_${entry}_left`).add(begun.extend<number>(8));
        return here.and(left.eq(seen(`read_progress.beats_${index}`)));
      }
      const other = all([flag(`${register}.held`), seen(`${register}.held_slot`).ne(index)]);
      const position = mux(
        deliveredSlots.bit(index),
        lit(8, entry).lt(delivered),
        mux(received.bit(index), delivered.eq(entry), delivered.add(count([other])).eq(entry)),
      );
      return here.and(position);
    });
    m.assert(
      one.present.implies(any(inSlot)),
      `${direction}s: entry ${entry} at the device is a transaction in flight`,
    );
  }
};

import { all, type Bits, type ModuleBody, popCount } from '../hdl/index.ts';
import { owedPaths, owedProperties } from './properties-owed.ts';
import { type Direction, isBelow, isTakenDown, range, type Seen, slotPaths, slotsSeen } from './properties-seen.ts';
import type { Geometry } from './shapes.ts';
import { word } from './slots.ts';

/**
 * What ties the transactions in flight to the ports: each is in one place, and what a port holds or is owed is of a transaction that is there. A proof of
 * anything about the path by induction needs these.
 */

const directions: readonly Direction[] = ['read', 'write'];
const addressRegister = (port: number, direction: Direction): string =>
  `port_${port}.${direction}_side.address_register`;

/** The signals that `transactionProperties` speaks of. */
export const transactionPaths = (p: Geometry): readonly string[] => [
  ...directions.flatMap((direction) => [
    ...slotPaths(p, direction),
    `${direction}_path.full`,
    `${direction}_path.held_plan_code`,
    `${direction}_path.held_plan_port`,
  ]),
  ...range(p.outstanding).map((slot) => `read_progress.beats_${slot}`),
  'write_progress.received',
  'write_progress.delivered',
  'write_data.active',
  'write_data.current_slot',
  'write_data.current_target',
  'read_faker.fake_slot',
  'write_faker.fake_slot',
  'read_choice.last_source',
  'write_choice.last_source',
  ...range(p.ports).flatMap((port) => [
    ...owedPaths(p, port),
    `port_${port}.control.isolated`,
    `port_${port}.control.was_isolated`,
    `port_${port}.write_side.data_register.held`,
    `port_${port}.write_side.data_register.held_slot`,
    `port_${port}.write_side.data_register.held_beat_last`,
    `port_${port}.write_side.data_register.promising`,
    ...directions.flatMap((direction) => [
      `${addressRegister(port, direction)}.held`,
      `${addressRegister(port, direction)}.held_slot`,
      `${addressRegister(port, direction)}.signals_id`,
      `${addressRegister(port, direction)}.signals_len`,
      `${addressRegister(port, direction)}.signals_lock`,
      `port_${port}.${direction}_side.intake.full`,
      `port_${port}.${direction}_side.intake.held_id`,
      `port_${port}.${direction}_side.good`,
    ]),
  ]),
];

const oneHot = (value: Bits): Bits<1> => popCount(value).eq(1);

export const transactionProperties = (p: Geometry, m: ModuleBody, seen: Seen): void => {
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  const isolated = (port: number): Bits<1> => flag(`port_${port}.control.isolated`);
  for (const direction of directions) {
    const slots = slotsSeen(p, seen, direction);
    for (const [index, one] of slots.entries()) {
      m.assert(one.valid.implies(one.code.ne(1)), `${direction} slot ${index}: no faked answer is EXOKAY`);
      m.assert(one.valid.implies(isBelow(one.port, p.ports)), `${direction} slot ${index}: its port exists`);
      for (const [other, two] of slots.entries()) {
        if (other <= index) continue;
        const together = all([one.valid, two.valid, one.id.eq(two.id)]);
        const samePlace = one.routeLocal.eq(two.routeLocal).and(one.routeLocal.or(one.port.eq(two.port)));
        m.assert(together.implies(samePlace), `${direction} slots ${index} and ${other}: one identifier, one route`);
      }
      for (const [other, two] of slots.entries())
        if (other !== index)
          m.assert(
            one.waits.bit(other).implies(two.waits.and(one.waits.not()).isZero()),
            `${direction} slot ${index} waits for what slot ${other} waits for`,
          );
    }
    m.assert(
      flag(`${direction}_path.full`).implies(seen(`${direction}_path.held_plan_code`).ne(1)),
      `a held ${direction}: no faked answer is EXOKAY`,
    );
    m.assert(
      flag(`${direction}_path.full`).implies(isBelow(seen(`${direction}_path.held_plan_port`), p.ports)),
      `a held ${direction}: its port exists`,
    );
    for (const port of range(p.ports)) {
      const register = addressRegister(port, direction);
      const ours = slots.map((one) => all([one.valid, one.local.not(), one.port.eq(port)]));
      const healthy = isolated(port).not();
      const inSlots = isTakenDown(seen, port).not();
      for (const [index, one] of slots.entries()) {
        const holds = all([inSlots, flag(`${register}.held`), seen(`${register}.held_slot`).eq(index)]);
        const there = all([
          ours[index] ?? healthy,
          one.id.eq(seen(`${register}.signals_id`)),
          one.lock.eq(flag(`${register}.signals_lock`)),
        ]);
        const answered = all([
          flag(`port_${port}.${direction}_side.intake.full`),
          seen(`port_${port}.${direction}_side.intake.held_id`).eq(one.id),
          one.waits.isZero(),
        ]);
        m.assert(
          holds.and(answered).not(),
          `port ${port}: ${direction} slot ${index} has no answer before its request left`,
        );
        m.assert(holds.implies(there), `port ${port}: its ${direction} request is slot ${index}'s`);
        if (direction === 'read') {
          const whole = seen(`read_progress.beats_${index}`).eq(seen(`${register}.signals_len`));
          m.assert(holds.implies(whole), `port ${port}: no beat of slot ${index} came before its request left`);
        }
      }
      m.assert(
        all([healthy, flag(`port_${port}.${direction}_side.intake.full`)]).implies(
          flag(`port_${port}.${direction}_side.good`),
        ),
        `port ${port}: a held ${direction} response stays good`,
      );
    }
    m.assert(oneHot(seen(`${direction}_faker.fake_slot`)), `${direction}s: the faker remembers one slot`);
    m.assert(oneHot(seen(`${direction}_choice.last_source`)), `${direction}s: the last response had one source`);
  }
  writeDataProperties(p, m, seen);
  owedProperties(p, m, seen);
};

const writeDataProperties = (p: Geometry, m: ModuleBody, seen: Seen): void => {
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  const slots = slotsSeen(p, seen, 'write');
  const isolated = word(range(p.ports).map((port) => flag(`port_${port}.control.isolated`)));
  const route = seen('write_data.current_target').and(isolated.not());
  for (const [index, one] of slots.entries()) {
    const received = seen('write_progress.received').bit(index);
    const delivered = seen('write_progress.delivered').bit(index);
    const current = flag('write_data.active').and(seen('write_data.current_slot').eq(index));
    m.assert(one.valid.and(received.not()).eq(current), `write slot ${index}: it is current until its data came`);
    m.assert(
      all([one.valid, one.waits.and(seen('write_progress.received').not()).isNonZero()]).not(),
      `write slot ${index}: it waits for none whose data have not come`,
    );
    m.assert(one.valid.and(delivered).implies(received), `write slot ${index}: what was sent on has come`);
    for (const port of range(p.ports)) {
      const there = all([one.valid, one.local.not(), one.port.eq(port)]);
      const goesThere = all([one.valid, one.routeLocal.not(), one.port.eq(port)]);
      m.assert(
        current.implies(route.bit(port).eq(goesThere)),
        `write slot ${index}: its data go to port ${port} if it does`,
      );
      const register = `port_${port}.write_side.data_register`;
      const inSlots = isTakenDown(seen, port).not();
      const holds = all([inSlots, flag(`${register}.held`), seen(`${register}.held_slot`).eq(index)]);
      const last = flag(`${register}.held_beat_last`);
      m.assert(
        holds.implies(all([there, delivered.not(), last.eq(received)])),
        `port ${port}: its data are slot ${index}'s`,
      );
      m.assert(
        all([goesThere, received, delivered.not()]).implies(holds),
        `port ${port}: the last data of slot ${index} are on their way`,
      );
    }
  }
  const exists = (number: Bits): Bits<1> => number.le(p.outstanding - 1);
  m.assert(flag('write_data.active').implies(exists(seen('write_data.current_slot'))), 'the current write has a slot');
  for (const port of range(p.ports)) {
    for (const register of [
      ...directions.map((direction) => addressRegister(port, direction)),
      `port_${port}.write_side.data_register`,
    ])
      m.assert(
        all([isTakenDown(seen, port).not(), flag(`${register}.held`)]).implies(exists(seen(`${register}.held_slot`))),
        `port ${port}: what ${register.split('.').slice(1).join(' ')} holds has a slot`,
      );
    m.assert(
      flag(`port_${port}.write_side.data_register.promising`).implies(isolated.bit(port)),
      `port ${port}: only an isolated port is filled`,
    );
  }
};

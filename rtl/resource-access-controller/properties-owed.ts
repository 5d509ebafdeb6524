import { all, any, type Bits, bits, lit, type ModuleBody, mux, popCount, select } from '../hdl/index.ts';
import { type Direction, isTakenDown, range, type Seen, slotsSeen } from './properties-seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';
import { word } from './slots.ts';

/** What is owed at a port, and that a port is put back into service only where nothing is. */

const directions: readonly Direction[] = ['read', 'write'];
const owedOf = (port: number, direction: Direction): string => `port_${port}.${direction}_side.owed_${direction}s`;

/** The signals that `owedProperties` speaks of, of those that `transactionPaths` does not name anyway. */
export const owedPaths = (p: Geometry, port: number): readonly string[] => [
  `port_${port}.read_side.owed.still_owed`,
  `port_${port}.write_side.whole`,
  `port_${port}.write_side.data_register.promised_slot`,
  ...directions.flatMap((direction) => [
    `${owedOf(port, direction)}.present`,
    ...range(p.outstanding).map((slot) => `${owedOf(port, direction)}.ids_${slot}`),
  ]),
];

/** Bits in which the beats that all slots can ask for are summed: 4,096 for the 16 slots that there are at most. */
const width = 13;

const sum = (terms: readonly Bits[]): Bits =>
  terms.reduce<Bits>((left, right) => left.add(right.extend<number>(width)), lit<number>(width, 0));
const count = (flags: readonly Bits<1>[]): Bits => popCount(word([...flags, lit(1, 0)])).extend<number>(width);

/**
 * While a port is in service, the beats owed are what its slots say; what is owed and what is on its way is never more than all slots can ask for. Of an isolated port, what
 * its registers hold is of transactions that are taken down.
 */
export const owedProperties = (p: Geometry, m: ModuleBody, seen: Seen): void => {
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  for (const port of range(p.ports)) {
    const at = (path: string): string => `port_${port}.${path}`;
    const healthy = flag(at('control.isolated')).not();
    const beats = seen(at('read_side.owed.still_owed'));
    const waiting = flag(at('read_side.address_register.held'));
    const asks = (slot: number): Bits<1> => all([waiting, seen(at('read_side.address_register.held_slot')).eq(slot)]);
    const length = (value: Bits): Bits => value.extend<number>(width).add(1);
    const nothing = lit<number>(width, 0);
    const open = slotsSeen(p, seen, 'read').map((one, slot) =>
      mux(
        all([one.valid, one.routeLocal.not(), one.port.eq(port), asks(slot).not()]),
        length(seen(`read_progress.beats_${slot}`)),
        nothing,
      ),
    );
    m.assert(
      healthy.implies(beats.extend<number>(width).eq(sum(open))),
      `port ${port}: owed are the beats of the reads that its device has`,
    );
    const toCome = mux(waiting, length(seen(at('read_side.address_register.signals_len'))), nothing);
    m.assert(sum([beats, toCome]).le(256 * p.outstanding), `port ${port}: the slots ask for so many beats at the most`);

    const down = isTakenDown(seen, port);
    for (const direction of directions) {
      const register = at(`${direction}_side.address_register`);
      const slot = seen(`${register}.held_slot`);
      const ids = range(p.outstanding).map((index) => seen(`${owedOf(port, direction)}.ids_${index}`));
      m.assert(
        all([down, flag(`${register}.held`)]).implies(
          all([
            seen(`${owedOf(port, direction)}.present`).at(slot),
            select(slot, ids).eq(seen(`${register}.signals_id`)),
          ]),
        ),
        `port ${port}: the ${direction} on its way to the device is among what is owed`,
      );
    }
    const register = at('write_side.data_register');
    const owes = seen(`${owedOf(port, 'write')}.present`).and(seen(at('write_side.whole')).not());
    const last = flag(`${register}.held`).and(flag(`${register}.held_beat_last`));
    const promised = seen(`${register}.promised_slot`);
    const promising = flag(`${register}.promising`);
    m.assert(
      all([down, last]).implies(owes.at(seen(`${register}.held_slot`))),
      `port ${port}: the last data on their way are of a write that is owed, and not whole`,
    );
    m.assert(
      all([down, promising]).implies(owes.at(promised)),
      `port ${port}: data to be filled up are of a write that is owed, and not whole`,
    );
    m.assert(
      all([promising, last]).implies(seen(`${register}.held_slot`).ne(promised)),
      `port ${port}: the last data on their way are not those to be filled up`,
    );
    const writes = slotsSeen(p, seen, 'write').map((one, index) =>
      all([one.valid, one.local.not(), one.port.eq(port), seen('write_progress.delivered').bit(index).not()]),
    );
    m.assert(
      all([promising, down.not()]).implies(select(promised, writes)),
      `port ${port}: data to be filled up are of a write in flight`,
    );
  }
};

/** The signals that `balanceProperties` speaks of, beside those of `transactionPaths`. */
export const balancePaths = (p: Geometry): readonly string[] =>
  range(p.ports).flatMap((port) => [
    ...['spoiled', 'requesting', 'releasing', 'clears', 'drained'].map((name) => `port_${port}.control.${name}`),
    `port_${port}.read_side.intake.held_last`,
  ]);

/**
 * That what is asked for and what is given balance: whatever its devices do, a port comes back into service only when they have given, since power-on or their
 * last reset, as many beats as they were asked for, and, of every identifier, as many last beats as bursts, and as many responses as writes, each of which they had whole.
 * Counted at the port's pins.
 */
export const balanceProperties = (p: Geometry, path: Pick<ProvenPath, 'm' | 'managers' | 'seen'>): void => {
  const { some_id: someId } = path.m.regs({ some_id: { type: bits<number>(p.idWidth), reset: 'none' } });
  someId.set(someId);
  for (const port of range(p.ports)) portBalance(p, port, someId, path);
};

const portBalance = (
  p: Geometry,
  port: number,
  someId: Bits,
  { m, managers, seen }: Pick<ProvenPath, 'm' | 'managers' | 'seen'>,
): void => {
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  const at = (path: string): string => `port_${port}.${path}`;
  const isolated = flag(at('control.isolated'));
  const down = isTakenDown(seen, port);
  const readmitted = all([flag(at('control.was_isolated')), isolated.not()]);
  const resetting = flag(at('control.releasing'));
  const clears = flag(at('control.clears'));
  const inStep = resetting.or(flag(at('control.spoiled'))).not();
  const pin = (name: string): Bits => Reflect.get(managers[port] as object, name) as Bits;
  const handshake = (channel: 'aw' | 'ar' | 'w' | 'r' | 'b'): Bits<1> =>
    all([pin(`${channel}valid`).bit(0), pin(`${channel}ready`).bit(0)]);
  /** Counts at the pins what was asked for and not given, and compares it with what is `kept`; `held` is given and not yet seen. */
  const balance = (what: string, asked: Bits, given: Bits<1>, held: Bits<1>, kept: Bits): void => {
    const name = `${what.replaceAll(' ', '_')}_asked_${port}`;
    const { [name]: open } = m.regs({ [name]: { type: bits<number>(width), reset: 0 } });
    const register = open as Bits & { set(value: Bits | number): void };
    register.set(
      mux(
        resetting.or(clears),
        lit<number>(width, 0),
        register.add(asked).subtract(given.extend<number>(width)),
      ) as Bits,
    );
    m.assert(
      inStep.implies(register.add(held.extend<number>(width)).eq(kept)),
      `port ${port}: the count of ${what} is what is seen at its pins`,
    );
    m.assert(
      readmitted.implies(register.isZero()),
      `port ${port} comes back into service when all ${what} are answered`,
    );
  };
  const once = (flags: readonly Bits<1>[]): Bits => all(flags).extend<number>(width);
  const burst = pin('arlen').extend<number>(width).add(1);
  balance(
    'beats',
    mux(handshake('ar'), burst, lit<number>(width, 0)) as Bits,
    handshake('r'),
    flag(at('read_side.intake.full')),
    seen(at('read_side.owed.still_owed')).extend<number>(width),
  );
  const inFlight = (direction: Direction) =>
    slotsSeen(p, seen, direction).map((one) => ({
      ours: all([one.valid, one.local.not(), one.port.eq(port)]),
      id: one.id,
    }));
  for (const [direction, asks, gives] of [
    ['read', 'ar', 'r'],
    ['write', 'aw', 'b'],
  ] as const) {
    const register = at(`${direction}_side.address_register`);
    const asking = (slot: number): Bits<1> => all([flag(`${register}.held`), seen(`${register}.held_slot`).eq(slot)]);
    const present = seen(`${owedOf(port, direction)}.present`);
    const open = inFlight(direction).map(({ ours, id }, slot) =>
      all([
        mux(down, present.bit(slot), ours),
        (mux(down, seen(`${owedOf(port, direction)}.ids_${slot}`), id) as Bits).eq(someId),
        asking(slot).not(),
      ]),
    );
    const intake = at(`${direction}_side.intake`);
    const last = (path: () => Bits): readonly Bits<1>[] => (direction === 'read' ? [path().bit(0)] : []);
    balance(
      `${direction}s of an identifier`,
      once([handshake(asks), pin(`${asks}id`).eq(someId)]),
      all([handshake(gives), pin(`${gives}id`).eq(someId), ...last(() => pin('rlast'))]),
      all([flag(`${intake}.full`), seen(`${intake}.held_id`).eq(someId), ...last(() => seen(`${intake}.held_last`))]),
      count(open),
    );
  }
  const whole = seen(`${owedOf(port, 'write')}.present`).and(seen(at('write_side.whole')));
  balance(
    'data of writes',
    once([handshake('w'), pin('wlast').bit(0)]),
    handshake('b'),
    flag(at('write_side.intake.full')),
    count(
      inFlight('write').map(({ ours }, slot) =>
        mux(down, whole.bit(slot), ours.and(seen('write_progress.delivered').bit(slot))),
      ),
    ),
  );
  m.assert(
    flag(at('control.releasing')).implies(
      any([
        seen(at('read_side.owed.still_owed')).isNonZero(),
        ...directions.map((direction) => seen(`${owedOf(port, direction)}.present`).isNonZero()),
        ...['read_side.address_register', 'write_side.address_register', 'write_side.data_register'].map((register) =>
          flag(at(`${register}.held`)),
        ),
        flag(at('write_side.data_register.promising')),
        ...directions.map((direction) => flag(at(`${direction}_side.intake.full`))),
      ]).not(),
    ),
    `port ${port}: a reset leaves nothing there`,
  );
  m.assert(
    resetting.or(flag(at('control.requesting'))).implies(down),
    `port ${port}: it is taken down before it is reset`,
  );
  m.cover(readmitted, `port ${port} comes back into service`);
};

import { all, any, type Bits, bits, lit, type ModuleBody, mux, popCount } from '../hdl/index.ts';
import { range, type Seen, slotsSeen } from './properties-seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';
import { word } from './slots.ts';

/** What is owed at a port, and that a port is put back into service only where nothing is. */

const counters = ['read_side.owed', 'write_side.addresses_owed', 'write_side.data_owed'] as const;

/** The signals that `owedProperties` speaks of, of those that `transactionPaths` does not name anyway. */
export const owedPaths = (port: number): readonly string[] =>
  counters.map((counter) => `port_${port}.${counter}.still_owed`);

/** Bits in which the beats that all slots can ask for are summed. */
const width = 13;

const sum = (terms: readonly Bits[]): Bits =>
  terms.reduce<Bits>((left, right) => left.add(right.extend<number>(width)), lit<number>(width, 0));

/** While a port is in service, its counts are what its slots say; later, they and what is on its way are never more than all slots can ask for. */
export const owedProperties = (p: Geometry, m: ModuleBody, seen: Seen): void => {
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  for (const port of range(p.ports)) {
    const at = (path: string): string => `port_${port}.${path}`;
    const healthy = flag(at('control.isolated')).not();
    const [beats, addresses, data] = counters.map((counter) => seen(at(`${counter}.still_owed`))) as [Bits, Bits, Bits];
    const here = (direction: 'read' | 'write'): readonly Bits<1>[] =>
      slotsSeen(p, seen, direction).map((one) => all([one.valid, one.routeLocal.not(), one.port.eq(port)]));
    const asks = (direction: 'read' | 'write', slot: number): Bits<1> =>
      all([
        flag(at(`${direction}_side.address_register.held`)),
        seen(at(`${direction}_side.address_register.held_slot`)).eq(slot),
      ]);
    const length = (value: Bits): Bits => value.extend<number>(width).add(1);
    const nothing = lit<number>(width, 0);
    const reads = here('read');
    m.assert(
      healthy.implies(
        beats
          .extend<number>(width)
          .eq(
            sum(
              reads.map((ours, slot) =>
                mux(ours.and(asks('read', slot).not()), length(seen(`read_progress.beats_${slot}`)), nothing),
              ),
            ),
          ),
      ),
      `port ${port}: owed are the beats of the reads that its device has`,
    );
    const writes = here('write');
    const count = (flags: readonly Bits<1>[]): Bits => popCount(word([...flags, lit(1, 0)])).extend<number>(width);
    m.assert(
      healthy.implies(
        addresses.extend<number>(width).eq(count(writes.map((ours, slot) => ours.and(asks('write', slot).not())))),
      ),
      `port ${port}: owed are the writes whose addresses its device has`,
    );
    m.assert(
      healthy.implies(
        data
          .extend<number>(width)
          .eq(count(writes.map((ours, slot) => ours.and(seen('write_progress.delivered').bit(slot))))),
      ),
      `port ${port}: owed are the writes whose data its device has`,
    );
    const waiting = (direction: 'read' | 'write'): Bits<1> => flag(at(`${direction}_side.address_register.held`));
    const toCome = mux(waiting('read'), length(seen(at('read_side.address_register.signals_len'))), nothing);
    m.assert(sum([beats, toCome]).le(256 * p.outstanding), `port ${port}: the slots ask for so many beats at the most`);
    m.assert(
      sum([addresses, waiting('write')]).le(p.outstanding),
      `port ${port}: there are so many writes at the most`,
    );
    const register = at('write_side.data_register');
    m.assert(
      sum([data, flag(`${register}.held`).and(flag(`${register}.held_beat_last`)), flag(`${register}.promising`)]).le(
        p.outstanding,
      ),
      `port ${port}: there are data of so many writes at the most`,
    );
  }
};

/** The signals that `balanceProperties` speaks of, beside those of `transactionPaths`. */
export const balancePaths = (p: Geometry): readonly string[] =>
  range(p.ports).flatMap((port) =>
    ['control.spoiled', 'control.requesting', 'control.releasing', 'control.drained'].map(
      (name) => `port_${port}.${name}`,
    ),
  );

/**
 * That what is asked for and what is given balance: whatever its devices do, a port comes back into service only when they have given, since power-on or
 * their last reset, as many beats as they were asked for, and as many responses as writes that they were given whole. Counted at the port's pins. Beats that were wrong count as given.
 */
export const balanceProperties = ({ m, managers, seen }: Pick<ProvenPath, 'm' | 'managers' | 'seen'>): void => {
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  for (const [port, bus] of managers.entries()) {
    const at = (path: string): string => `port_${port}.${path}`;
    const names = { was: `was_isolated_${port}` };
    const { [names.was]: was } = m.regs({ [names.was]: { type: bits<number>(1), reset: 0 } });
    const isolated = flag(at('control.isolated'));
    (was as Bits & { set(value: Bits): void }).set(isolated);
    const readmitted = all([(was as Bits).bit(0), isolated.not()]);
    const resetting = flag(at('control.requesting')).or(flag(at('control.releasing')));
    const inStep = resetting.or(flag(at('control.spoiled'))).not();
    const handshake = (channel: 'aw' | 'ar' | 'w' | 'r' | 'b'): Bits<1> =>
      (Reflect.get(bus, `${channel}valid`) as Bits<1>).and(Reflect.get(bus, `${channel}ready`) as Bits<1>);
    const balance = (
      what: string,
      asked: Bits,
      given: Bits<1>,
      counter: (typeof counters)[number],
      intake: 'read' | 'write',
    ): void => {
      const name = `${what}_asked_${port}`;
      const { [name]: open } = m.regs({ [name]: { type: bits<number>(width), reset: 0 } });
      const register = open as Bits & { set(value: Bits | number): void };
      register.set(
        mux(resetting, lit<number>(width, 0), register.add(asked).subtract(given.extend<number>(width))) as Bits,
      );
      const held = flag(at(`${intake}_side.intake.full`)).extend<number>(width);
      m.assert(
        inStep.implies(register.add(held).eq(seen(at(`${counter}.still_owed`)).extend<number>(width))),
        `port ${port}: the count of ${what} is what is seen at its pins`,
      );
      m.assert(
        readmitted.implies(register.isZero()),
        `port ${port} comes back into service when all ${what} are answered`,
      );
    };
    const burst = (Reflect.get(bus, 'arlen') as Bits).extend<number>(width).add(1);
    balance(
      'beats',
      mux(handshake('ar'), burst, lit<number>(width, 0)) as Bits,
      handshake('r'),
      'read_side.owed',
      'read',
    );
    balance('addresses', handshake('aw').extend<number>(width), handshake('b'), 'write_side.addresses_owed', 'write');
    balance(
      'data',
      handshake('w')
        .and(Reflect.get(bus, 'wlast') as Bits<1>)
        .extend<number>(width),
      handshake('b'),
      'write_side.data_owed',
      'write',
    );
    m.assert(
      flag(at('control.releasing')).implies(
        any([
          ...counters.map((counter) => seen(at(`${counter}.still_owed`)).isNonZero()),
          ...['read_side.address_register', 'write_side.address_register', 'write_side.data_register'].map((register) =>
            flag(at(`${register}.held`)),
          ),
          flag(at('write_side.data_register.promising')),
        ]).not(),
      ),
      `port ${port}: a reset leaves nothing there`,
    );
    m.cover(readmitted, `port ${port} comes back into service`);
  }
};

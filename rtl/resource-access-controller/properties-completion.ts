import { all, any, type Bits, bits, lit, select } from '../hdl/index.ts';
import { agePaths, ageProperties } from './properties-ages.ts';
import { type Direction, range, type Seen, slotsSeen } from './properties-seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/**
 * That every transaction goes on within the time that is programmed for it. Whichever slot is chosen, it moves, or its port is isolated, when its device has
 * kept it waiting for `longest` + N cycles at the most, and for no fault of time before `shortest`; these are the timeouts that its resource has meanwhile. Of the time for which its device does not
 * keep it waiting, what it waits for instead is shown: its turn at the processor, or data of the processor. How long a response waits for its turn is the matter
 * of `checkedReadChoice`.
 */

const directions: readonly Direction[] = ['read', 'write'];

/** The signals that `completionProperties` speaks of, beside those of `transactionPaths`. */
export const completionPaths = (p: Geometry): readonly string[] => [
  ...directions.flatMap((direction) => [
    `${direction}_choice.offers`,
    `${direction}s.entering`,
    ...agePaths(p).map((path) => `${direction}_ages.${path}`),
    ...range(p.outstanding).map((slot) => `${direction}s.kept_${slot}_resource`),
    ...range(p.ports).flatMap((port) => [
      `port_${port}.${direction}_side.going_on`,
      `port_${port}.${direction}_side.intake.full`,
    ]),
  ]),
  'write_data.full',
];

export const completionProperties = (p: Geometry, { m, io, seen }: Pick<ProvenPath, 'm' | 'io' | 'seen'>): void => {
  const { longest, shortest } = m.regs({
    longest: { type: bits<number>(p.timerWidth), reset: 'none' },
    shortest: { type: bits<number>(p.timerWidth), reset: 'none' },
  });
  longest.set(longest);
  shortest.set(shortest);
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  for (const direction of directions) {
    const slots = slotsSeen(p, seen, direction);
    const name = `chosen_${direction}`;
    const slotWidth = Math.max(1, Math.ceil(Math.log2(p.outstanding)));
    const { [name]: register } = m.regs({ [name]: { type: bits<number>(slotWidth), reset: 'none' } });
    const chosen = register as Bits & { set(value: Bits): void };
    chosen.set(chosen);
    m.assume(chosen.le(p.outstanding - 1), `the chosen ${direction} slot exists`);
    const here = (value: (index: number) => Bits<1>): Bits<1> =>
      any(slots.map((_, index) => chosen.eq(index).and(value(index))));
    const valid = here((index) => slots[index]?.valid ?? lit(1, 0));
    const local = here((index) => slots[index]?.routeLocal ?? lit(1, 0));
    const active = valid.and(local.not());
    const at = range(p.ports).map((port) => active.and(here((index) => slots[index]?.port.eq(port) ?? lit(1, 0))));
    const atPort = (path: string): Bits<1> =>
      any(at.map((there, port) => there.and(flag(`port_${port}.${direction}_side.${path}`))));
    const moves = any([
      seen(`${direction}s.entering`).at(chosen),
      ...at.map((_, port) => seen(`port_${port}.${direction}_side.going_on`).at(chosen)),
    ]);
    const answered = atPort('intake.full');
    const delivered = direction === 'write' ? seen('write_progress.delivered').at(chosen) : lit(1, 1);
    const received = direction === 'write' ? seen('write_progress.received').at(chosen) : lit(1, 1);
    const hasData = direction === 'write' ? delivered.or(atPort('data_register.held')) : lit(1, 1);
    ageProperties(p, m, under(seen, `${direction}_ages`), {
      name: direction,
      chosen,
      longest,
      shortest,
      active,
      moves,
      charged: all([active, answered.not(), hasData]),
      timeout: select(
        select(
          chosen,
          range(p.outstanding).map((index) => seen(`${direction}s.kept_${index}_resource`)),
        ),
        io.settings.timeout.elements,
      ),
    });
    const offers = seen(`${direction}_choice.offers`);
    m.assert(
      answered.implies(any(at.map((there, port) => there.and(offers.bit(port))))),
      `a ${direction} whose device cannot answer waits for a response of its port to be taken`,
    );
    m.assert(
      all([valid, local, received]).implies(offers.bit(p.ports)),
      `a ${direction} that the controller answers is on offer, or one before it`,
    );
    if (direction === 'write')
      m.assert(
        all([valid, local.not(), hasData.not()]).implies(received.not()),
        'a write of whose data its device has not all, and none waits there, waits for data of the processor',
      );
  }
};

const under =
  (seen: Seen, instance: string): Seen =>
  (path) =>
    seen(`${instance}.${path}`);

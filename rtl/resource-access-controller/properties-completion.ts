import { all, any, type Bits, bits, lit } from '../hdl/index.ts';
import { type Direction, range, type Seen, slotsSeen, stepsToNext } from './properties-seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';
import { word } from './slots.ts';

/**
 * That a transaction in flight goes on within the programmed time. Whichever slot is chosen: while it is in use, what answers it (its port, or the faker)
 * has a response for the processor, or its port takes something, at least once in `longest` + N cycles; `longest` is the longest timeout that is programmed.
 * Cycles do not count in which the processor leaves a response waiting or gives no data. How long a response waits for its turn is the matter of `choiceProperties`.
 */

const watchdog = (port: number, direction: Direction): string => `port_${port}.${direction}_side.watchdog`;

/** The signals that `completionProperties` speaks of, beside those of `transactionPaths`. */
export const completionPaths = (p: Geometry): readonly string[] => [
  ...(['read', 'write'] as const).flatMap((direction) => [
    `${direction}_choice.full`,
    `${direction}_choice.offers`,
    `${direction}_choice.taken`,
    ...range(p.ports).flatMap((port) => [
      `${watchdog(port, direction)}.watch`,
      `${watchdog(port, direction)}.timer`,
      `port_${port}.${direction}_side.address_register.leaves`,
    ]),
  ]),
  ...range(p.ports).map((port) => `port_${port}.write_side.data_register.leaves`),
];

export const completionProperties = (p: Geometry, { m, io, seen }: Pick<ProvenPath, 'm' | 'io' | 'seen'>): void => {
  const { longest } = m.regs({ longest: { type: bits<number>(p.timerWidth), reset: 'none' } });
  longest.set(longest);
  for (const [resource, timeout] of io.settings.timeout.elements.entries())
    m.assume(timeout.isNonZero().and(timeout.le(longest)), `resource ${resource} has a timeout, none longer`);
  for (const direction of ['read', 'write'] as const) {
    const slots = slotsSeen(p, seen, direction);
    const slotWidth = Math.max(1, Math.ceil(Math.log2(p.outstanding)));
    const names = { chosen: `chosen_${direction}`, waited: `waited_${direction}` };
    const width = p.timerWidth + 4;
    const r = m.regs({
      [names.chosen]: { type: bits<number>(slotWidth), reset: 'none' },
      [names.waited]: { type: bits<number>(width), reset: 0 },
    });
    const chosen = r[names.chosen] as (typeof r)[string];
    const waited = r[names.waited] as (typeof r)[string];
    chosen.set(chosen);
    m.assume(chosen.le(p.outstanding - 1), `the chosen ${direction} slot exists`);
    const flag = (path: string): Bits<1> => seen(path).bit(0);
    const here = (value: (index: number) => Bits<1>): Bits<1> =>
      any(slots.map((_, index) => chosen.eq(index).and(value(index))));
    const inUse = here((index) => slots[index]?.valid ?? lit(1, 0));
    const at = (port: number): Bits<1> =>
      here((index) => {
        const one = slots[index];
        return one === undefined ? lit(1, 0) : all([one.valid, one.routeLocal.not(), one.port.eq(port)]);
      });
    const ready = direction === 'read' ? io.s_axi.rready : io.s_axi.bready;
    const stalled = flag(`${direction}_choice.full`).and(ready.not());
    const moves = any(
      range(p.ports).map((port) =>
        at(port).and(
          any([
            flag(`port_${port}.${direction}_side.address_register.leaves`),
            ...(direction === 'write' ? [flag(`port_${port}.write_side.data_register.leaves`)] : []),
          ]),
        ),
      ),
    );
    const source = (word: Bits): Bits<1> =>
      any([
        here((index) => slots[index]?.routeLocal ?? lit(1, 0)).and(word.bit(p.ports)),
        ...range(p.ports).map((port) => at(port).and(word.bit(port))),
      ]);
    const offered = source(seen(`${direction}_choice.offers`));
    const answered = source(seen(`${direction}_choice.taken`));
    const excused = direction === 'read' ? lit(1, 0) : missingData(p, seen, at, here);
    m.when(any([inUse.not(), answered, moves]), () => waited.set(0)).elseWhen(
      any([stalled, offered, excused]).not(),
      () => waited.set(waited.add(1)),
    );
    const limit = longest.extend<number>(width).add(p.outstanding);
    m.assert(waited.le(limit), `a ${direction} in flight has an answer within the longest timeout and N cycles more`);
    m.cover(waited.eq(limit), `a ${direction} waits as long as it may`);
    for (const port of range(p.ports)) {
      const ours = slots.map((one) => all([one.valid, one.routeLocal.not(), one.port.eq(port)]));
      const watch = seen(`${watchdog(port, direction)}.watch`);
      const timer = seen(`${watchdog(port, direction)}.timer`);
      const steps = stepsToNext(ours, watch, width);
      m.assert(
        at(port).implies(waited.add(steps).le(timer.extend<number>(width).add(p.outstanding - 1))),
        `port ${port}: the ${direction} watchdog is as far as the chosen slot has waited`,
      );
      m.assert(timer.le(longest), `port ${port}: the ${direction} timer stops at the longest timeout`);
      m.assert(
        any([flag(`port_${port}.control.isolated`), word(ours).at(watch), timer.isZero()]),
        `port ${port}: the ${direction} timer starts anew with another slot`,
      );
      m.assert(watch.le(p.outstanding - 1), `port ${port}: the watched ${direction} slot exists`);
    }
  }
};

/** A write's port waits for data of the processor: its registers are empty, and not all data of its writes came. */
const missingData = (
  p: Geometry,
  seen: Seen,
  at: (port: number) => Bits<1>,
  here: (value: (index: number) => Bits<1>) => Bits<1>,
): Bits<1> => {
  const slots = slotsSeen(p, seen, 'write');
  const received = seen('write_progress.received');
  const delivered = seen('write_progress.delivered');
  const atPort = range(p.ports).map((port) => {
    const register = (name: string): Bits<1> => seen(`port_${port}.write_side.${name}_register.held`).bit(0);
    const some = any(
      slots.map((one, index) => all([one.valid, one.routeLocal.not(), one.port.eq(port), delivered.bit(index).not()])),
    );
    return all([at(port), some, register('address').not(), register('data').not()]);
  });
  return any([...atPort, here((index) => (slots[index]?.routeLocal ?? lit(1, 0)).and(received.bit(index).not()))]);
};

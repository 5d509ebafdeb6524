import { all, any, type Bits, bits, log2Ceil } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { managerPort, subordinatePort } from './interface.ts';
import type { Proven } from './properties-surroundings.ts';
import type { Direction, Geometry } from './shapes.ts';

/** Nobody is passed over: `docs/systems/interconnect.md`, "Constants". And one write at a time on each W side. */

const directions: readonly Direction[] = ['read', 'write'];

export const turnPaths = (p: Geometry): readonly string[] => [
  ...directions.flatMap((direction) => [
    ...range(p.subordinates).flatMap((port) =>
      ['asks', 'granted', 'takes', 'last'].map((name) => `${direction}_choice_${port}.${name}`),
    ),
    ...range(p.managers).flatMap((port) => [
      ...['offers', 'taken', 'full', 'channel_ready', 'last'].map((name) => `${direction}_output_${port}.${name}`),
      `${direction}_intake_${port}.asks`,
    ]),
  ]),
  ...range(p.managers).flatMap((port) => [`data_intake_${port}.active`, `data_intake_${port}.target`]),
  ...range(p.subordinates).flatMap((port) => ['full', 'payload_last'].map((name) => `data_output_${port}.${name}`)),
  ...range(p.subordinates).map((port) => `write_choice_${port}.full`),
  ...range(p.managers).flatMap((port) => [
    `data_intake_${port}.beat_full`,
    `data_intake_${port}.beat_held_last`,
    `write_intake_${port}.request_full`,
    `local_write_${port}.active`,
    `local_write_${port}.done`,
  ]),
];

/** Of requests that stay until they are served, none waits for more than each other once; and where one asks and can be served, one is. */
const patience = (
  { m }: Proven,
  name: string,
  label: string,
  at: { readonly asks: Bits; readonly served: Bits; readonly last: Bits; readonly can: Bits<1> },
): void => {
  const most = at.asks.width - 1;
  m.assert(at.last.and(at.last.subtract(1)).isZero().and(at.last.isNonZero()), `${name}: the last is one`);
  m.assert(at.served.and(at.asks.not()).isZero(), `${name}: only who asks is served`);
  m.assert(
    all([at.can, at.asks.isNonZero()]).eq(at.served.isNonZero()),
    `${name}: where one asks and can be served, one is`,
  );
  for (const index of range(at.asks.width)) {
    const [asks, served] = [at.asks.bit(index), at.served.bit(index)];
    const waited = register(m, `${label}_waited_${index}`, bits<number>(log2Ceil(most + 2)));
    const before = register(m, `${label}_asked_${index}`, bits(1));
    before.set(asks.and(served.not()));
    m.assert(before.implies(asks), `${name}: ${index} asks until it is served`);
    m.when(asks.not().or(served), () => waited.set(0)).elseWhen(at.served.isNonZero(), () => waited.set(waited.add(1)));
    m.assert(waited.le(most), `${name}: ${index} waits for no more than ${most} others`);
    // How far the turn is from it: so many at least are still before it.
    const distance = range(at.asks.width).map((last) =>
      at.last.bit(last).implies(
        waited
          .resize<number>(8)
          .add((index - last - 1 + 2 * at.asks.width) % at.asks.width)
          .le(most),
      ),
    );
    m.assert(all(distance), `${name}: ${index} has as many before it as are left of its turn`);
  }
};

export const turnProperties = (p: Geometry, proven: Proven): void => {
  const { seen } = proven;
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  for (const direction of directions) {
    for (const port of range(p.subordinates)) {
      const path = `${direction}_choice_${port}`;
      patience(proven, `${direction}s at ${subordinatePort(port)}`, path, {
        asks: seen(`${path}.asks`),
        served: seen(`${path}.granted`),
        last: seen(`${path}.last`),
        can: flag(`${path}.takes`),
      });
    }
    for (const port of range(p.managers)) {
      const path = `${direction}_output_${port}`;
      patience(proven, `responses of ${direction}s at ${managerPort(port)}`, path, {
        asks: seen(`${path}.offers`),
        served: seen(`${path}.taken`),
        last: seen(`${path}.last`),
        can: flag(`${path}.full`)
          .not()
          .or(flag(`${path}.channel_ready`)),
      });
    }
  }
  dataProperties(p, proven);
};

/** Data at a subordinate come in the order of the addresses there, and those of a manager go in the order of its own. */
const dataProperties = (p: Geometry, { m, managers, subordinates, seen }: Proven): void => {
  const wide = 5;
  const flag = (path: string): Bits<1> => seen(path).bit(0);
  const current = range(p.managers).map((port) => ({
    active: flag(`data_intake_${port}.active`),
    target: seen(`data_intake_${port}.target`),
  }));
  for (const [port, { active, target }] of current.entries()) {
    m.assert(
      active.implies(target.isNonZero().and(target.and(target.subtract(1)).isZero())),
      `${managerPort(port)}: a current write has one target`,
    );
    for (const [other, second] of current.entries())
      if (other > port)
        m.assert(
          all([
            active,
            second.active,
            target
              .and(second.target)
              .slice<number, number>(p.subordinates - 1, 0)
              .isNonZero(),
          ]).not(),
          `${managerPort(port)} and ${managerPort(other)}: no W side is held twice`,
        );
    const local = all([active, target.bit(p.subordinates)]);
    const [answers, done] = [flag(`local_write_${port}.active`), flag(`local_write_${port}.done`)];
    m.assert(local.eq(answers.and(done.not())), `${managerPort(port)}: a local write is answered after its data`);
    m.assert(done.implies(answers), `${managerPort(port)}: a local write is done while it is there`);
    const bus = managers[port] as (typeof managers)[number];
    const owed = register(m, `owed_by_${port}`, bits<number>(wide));
    owed.set(
      owed
        .add(all([bus.awvalid, bus.awready]).extend<number>(wide))
        .subtract(all([bus.wvalid, bus.wready, bus.wlast]).extend<number>(wide)),
    );
    const early = all([flag(`data_intake_${port}.beat_full`), flag(`data_intake_${port}.beat_held_last`)]);
    m.assert(
      owed
        .add(early.extend<number>(wide))
        .eq(flag(`write_intake_${port}.request_full`).extend<number>(wide).add(active.extend<number>(wide))),
      `${managerPort(port)}: data are owed for the writes that have not had them`,
    );
  }
  for (const [port, bus] of subordinates.entries()) {
    const owed = register(m, `owed_to_${port}`, bits<number>(wide));
    owed.set(
      owed
        .add(all([bus.awvalid, bus.awready]).extend<number>(wide))
        .subtract(all([bus.wvalid, bus.wready, bus.wlast]).extend<number>(wide)),
    );
    const shown = flag(`write_choice_${port}.full`).extend<number>(wide);
    const last = all([flag(`data_output_${port}.full`), flag(`data_output_${port}.payload_last`)]).extend<number>(wide);
    const one = any(current.map(({ active, target }) => active.and(target.bit(port)))).extend<number>(wide);
    m.assert(
      owed.add(shown).eq(one.add(last)),
      `${subordinatePort(port)}: as many last data come as addresses, in their order`,
    );
  }
};

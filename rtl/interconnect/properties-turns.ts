import { all, type Bits, bits, log2Ceil } from '../hdl/index.ts';
import { register } from '../parts/rings.ts';
import { range } from '../parts/seen.ts';
import { managerPort, subordinatePort } from './interface.ts';
import { dataPaths, dataProperties } from './properties-data.ts';
import type { Proven } from './properties-surroundings.ts';
import type { Direction, Geometry } from './shapes.ts';

/** Nobody is passed over: `docs/systems/interconnect.md`, "Constants". */

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
  ...dataPaths(p),
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

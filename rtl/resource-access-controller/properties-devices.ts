import type { Bits } from '../hdl/index.ts';
import { addressRules } from '../parts/axi/address-properties.ts';
import { watchAxi4 } from '../parts/axi/properties.ts';
import { type Direction, range } from './properties-seen.ts';
import type { ProvenPath } from './properties-surroundings.ts';
import type { Geometry } from './shapes.ts';

/** That devices see AXI4 where the processor keeps it, whatever they do themselves. */

const fields = ['addr', 'len', 'size', 'burst', 'lock', 'cache'] as const;
const channels = { read: 'ar', write: 'aw' } as const;
const directions: readonly Direction[] = ['read', 'write'];

/** Where requests are held, by what is before the names of their fields, and whether one is there. */
const places = (p: Geometry, direction: Direction) => [
  { name: `the held ${direction}`, prefix: `${direction}_path.held_signals_`, full: `${direction}_path.full` },
  ...range(p.ports).map((port) => {
    const register = `port_${port}.${direction}_side.address_register`;
    return { name: `the ${direction} at port ${port}`, prefix: `${register}.signals_`, full: `${register}.held` };
  }),
];

/** The signals inside the path that `requestProperties` speaks of. */
export const requestPaths = (p: Geometry): readonly string[] =>
  directions.flatMap((direction) =>
    places(p, direction).flatMap(({ prefix, full }) => [full, ...fields.map((field) => `${prefix}${field}`)]),
  );

/** What is taken of the processor: the rules of managers. The checker has room for all that can be in flight (`processorProperties`). */
const trustProcessor = (p: Geometry, { m, io }: Pick<ProvenPath, 'm' | 'io'>): void => {
  watchAxi4(m, 'processor', io.s_axi, {
    addressWidth: p.addressWidth,
    dataWidth: p.dataWidth as 32 | 64 | 128,
    idWidth: p.idWidth,
    maxOutstanding: p.outstanding + 3,
    dataAhead: 2,
    role: 'trust manager',
  });
};

/** Every request on its way to a device is one that AXI4 allows: burst, size, length, alignment, boundary, cache, exclusive access. */
export const requestProperties = (p: Geometry, path: Pick<ProvenPath, 'm' | 'io' | 'seen'>): void => {
  const { m, seen } = path;
  trustProcessor(p, path);
  for (const direction of directions)
    for (const { name, prefix, full } of places(p, direction)) {
      const of = (field: (typeof fields)[number]): Bits => seen(`${prefix}${field}`);
      const request = {
        valid: seen(full).bit(0),
        addr: of('addr'),
        len: of('len'),
        size: of('size'),
        burst: of('burst'),
        lock: of('lock').bit(0),
        cache: of('cache'),
      };
      addressRules(channels[direction], request, p.dataWidth / 8, (rule, broken) =>
        m.assert(broken.not(), `${name}: ${rule}`),
      );
    }
};

/** All rules of managers at every port, until a device is reset: what it was promised before is void then. */
export const deviceSideProperties = (p: Geometry, path: Pick<ProvenPath, 'm' | 'io' | 'managers'>): void => {
  const { m, io, managers } = path;
  trustProcessor(p, path);
  m.assume(io.reset_acknowledge.isZero(), 'no device is reset');
  for (const [port, manager] of managers.entries())
    watchAxi4(m, `device_${port}`, manager, {
      addressWidth: p.addressWidth,
      dataWidth: p.dataWidth as 32 | 64 | 128,
      idWidth: p.idWidth,
      maxOutstanding: p.outstanding + 4,
      dataAhead: 1,
      role: 'assert manager',
    });
};

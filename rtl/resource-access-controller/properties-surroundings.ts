import { all, bits, concat, type Inside, input, type ModuleBody, module } from '../hdl/index.ts';
import { managerPrefix, pageBits } from './interface.ts';
import { accessPath } from './path.ts';
import { type DeviceSide, dataPorts, managersOf, pathSettings, sidePorts } from './ports.ts';
import { isBelow, type Seen, seenInstance } from './properties-seen.ts';
import { type Geometry, plan } from './shapes.ts';
import { word } from './slots.ts';

/**
 * What is around the path in a proof. The table is anything that a table could say, another one in each cycle; so are the settings and the
 * pulses of software. The devices are not here: what they do is free.
 */
const surroundings = (p: Geometry) => ({
  ...dataPorts(p),
  device_interrupt: sidePorts(p).device_interrupt,
  reset_acknowledge: sidePorts(p).reset_acknowledge,
  read_plan: input(plan(p)),
  read_page: input(bits<number>(p.addressWidth - pageBits)),
  write_plan: input(plan(p)),
  write_page: input(bits<number>(p.addressWidth - pageBits)),
  settings: input(pathSettings(p)),
});

export type Surroundings = Inside<ReturnType<typeof surroundings>>;

/** What properties around the path speak of. */
export interface ProvenPath {
  readonly m: ModuleBody;
  readonly io: Surroundings;
  readonly managers: readonly DeviceSide[];
  readonly seen: Seen;
}

/**
 * The path of all transactions with properties around it, and nothing in its way but what the table's decoder and the register port are
 * proved to keep. `paths` are the signals inside it that the properties speak of.
 */
export const provenPath = (p: Geometry, name: string, paths: readonly string[], state: (path: ProvenPath) => void) =>
  module(
    name,
    surroundings(p),
    (io, m) => {
      const { instance: path, seen } = seenInstance(m, 'path', accessPath(p), paths);
      path.s_axi.connect(io.s_axi);
      const outside = managersOf(p, io);
      for (const [port, manager] of outside.entries())
        manager.connect(Reflect.get(path, managerPrefix(port)) as typeof path.m0_axi);
      path.device_interrupt.set(io.device_interrupt);
      path.reset_acknowledge.set(io.reset_acknowledge);
      path.settings.set(io.settings);
      for (const [direction, told, given, page, address] of [
        ['read', path.read, io.read_plan, io.read_page, io.s_axi.araddr],
        ['write', path.write, io.write_plan, io.write_page, io.s_axi.awaddr],
      ] as const) {
        m.assume(isBelow(given.port, p.ports), `${direction}s: a plan's port exists`);
        m.assume(isBelow(given.resource, p.resources), `${direction}s: a plan's resource exists`);
        m.assume(given.code.ne(1), `${direction}s: a plan does not answer EXOKAY`);
        told.plan.set(given);
        told.device_address.set(concat(page, address.slice<number, number>(pageBits - 1, 0)));
        told.target.set(
          word(
            Array.from({ length: p.ports }, (_, port) =>
              all([
                given.forward,
                given.port.eq(port),
                path.status.faulted.at(given.resource).not(),
                path.status.isolated.bit(port).not(),
              ]),
            ),
          ),
        );
      }
      state({ m, io, managers: outside, seen });
    },
    { documentation: 'The path of all transactions with properties around it.', parameters: { ...p } },
  );

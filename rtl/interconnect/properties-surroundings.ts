import { type Inside, type ModuleBody, module } from '../hdl/index.ts';
import { type Seen, seenInstance } from '../parts/seen.ts';
import { interconnect } from './interconnect.ts';
import { managerPort, subordinatePort } from './interface.ts';
import { interconnectPorts, type ManagerSide, managerSides, type SubordinateSide, subordinateSides } from './ports.ts';
import type { Geometry } from './shapes.ts';

/** What properties around the interconnect speak of. */
export interface Proven {
  readonly m: ModuleBody;
  readonly io: Inside<ReturnType<typeof interconnectPorts>>;
  readonly managers: readonly ManagerSide[];
  readonly subordinates: readonly SubordinateSide[];
  readonly seen: Seen;
}

/** The interconnect with properties around it, and nothing in its way. `paths` are the signals inside it that the properties speak of. */
export const provenInterconnect = (
  p: Geometry,
  name: string,
  paths: readonly string[],
  state: (proven: Proven) => void,
) =>
  module(
    name,
    interconnectPorts(p),
    (io, m) => {
      const { instance, seen } = seenInstance(m, 'crossbar', interconnect(p), paths);
      const outside = (port: string) => Reflect.get(instance, port) as typeof instance.s0_axi;
      const [managers, subordinates] = [managerSides(p, io), subordinateSides(p, io)];
      for (const [port, manager] of managers.entries()) outside(managerPort(port)).connect(manager);
      for (const [port, subordinate] of subordinates.entries())
        subordinate.connect(outside(subordinatePort(port)) as never);
      state({ m, io, managers, subordinates, seen });
    },
    { documentation: 'The interconnect with properties around it.', parameters: { ...p } },
  );

import { type Bits, bit, type Inside, input, type ModuleBody, module, type Ports } from '../hdl/index.ts';
import { cutModule } from '../parts/cut-instance.ts';
import { range, type Seen } from '../parts/seen.ts';
import { interconnect } from './interconnect.ts';
import { managerPort, subordinatePort } from './interface.ts';
import { interconnectPorts, type ManagerSide, managerSides, type SubordinateSide, subordinateSides } from './ports.ts';
import type { Direction, Geometry } from './shapes.ts';

/** What properties around the interconnect speak of. */
export interface Proven {
  readonly m: ModuleBody;
  readonly io: Inside<ReturnType<typeof interconnectPorts>>;
  readonly managers: readonly ManagerSide[];
  readonly subordinates: readonly SubordinateSide[];
  readonly seen: Seen;
  /** Anything, in every cycle: picks what is followed. */
  readonly chosen: Bits<1>;
}

/** The hardware of one direction. The other has none in common with it, and is taken out where it is not looked at. */
export const partsOf = (p: Geometry, direction: Direction): readonly string[] => [
  ...range(p.managers).flatMap((port) => [
    ...['intake', 'output'].map((part) => `${direction}_${part}_${port}`),
    `local_${direction}_${port}`,
    ...(direction === 'write' ? [`data_intake_${port}`] : []),
  ]),
  ...range(p.subordinates).flatMap((port) => [
    ...['choice', 'answer'].map((part) => `${direction}_${part}_${port}`),
    ...(direction === 'write' ? [`data_output_${port}`] : []),
  ]),
];

/**
 * The interconnect with properties around it, and nothing in its way; what instances give that are taken out is anything, in every cycle. `paths` are the
 * signals inside it that the properties speak of.
 */
export const provenInterconnect = (
  p: Geometry,
  name: string,
  of: { readonly without: readonly string[]; readonly paths: readonly string[] },
  state: (proven: Proven) => void,
) => {
  const left = cutModule(interconnect(p), of.without);
  const ports = interconnectPorts(p);
  return module(
    name,
    { ...ports, ...left.ports, chosen: input(bit) } as typeof ports & Ports,
    (outer, m) => {
      const io = outer as unknown as Proven['io'];
      const { instance, seen } = left.within(m, 'crossbar', io, of.paths);
      const outside = (port: string) => Reflect.get(instance, port) as typeof instance.s0_axi;
      const [managers, subordinates] = [managerSides(p, io), subordinateSides(p, io)];
      for (const [port, manager] of managers.entries()) outside(managerPort(port)).connect(manager);
      for (const [port, subordinate] of subordinates.entries())
        subordinate.connect(outside(subordinatePort(port)) as never);
      state({ m, io, managers, subordinates, seen, chosen: Reflect.get(io, 'chosen') as Bits<1> });
    },
    { documentation: 'The interconnect with properties around it.', parameters: { ...p } },
  );
};

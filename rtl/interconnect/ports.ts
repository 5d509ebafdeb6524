import { type Bits, concat, type InputPort, type Inside, input, type OutputPort, output } from '../hdl/index.ts';
import { type Axi4, axi4 } from '../parts/axi/bundles.ts';
import { managerPort, subordinateIdWidth, subordinatePort } from './interface.ts';
import { contentWidth, type Direction, type Geometry, request } from './shapes.ts';

type Bus = Axi4<{
  readonly addressWidth: number;
  readonly dataWidth: 32 | 64 | 128 | 256 | 512;
  readonly idWidth: number;
}>;

const bus = (p: Geometry, idWidth: number): Bus =>
  axi4({
    addressWidth: p.addressWidth as number,
    dataWidth: p.dataWidth as 32 | 64,
    idWidth: idWidth as number,
  }) as Bus;

const numbered = <T>(count: number, name: (index: number) => string, port: () => T): Readonly<Record<string, T>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), port()]));

/** The ports of the interconnect, in the specified order. Their keys are of the parameters, which the type cannot follow: `managerSides` and `subordinateSides` read them. */
export const interconnectPorts = (p: Geometry) =>
  ({
    ...numbered(p.managers, managerPort, () => input(bus(p, p.idWidth))),
    ...numbered(p.subordinates, subordinatePort, () => output(bus(p, subordinateIdWidth(p)))),
  }) as unknown as { readonly s0_axi: InputPort<Bus>; readonly m0_axi: OutputPort<Bus> };

type Sides = Inside<ReturnType<typeof interconnectPorts>>;
export type ManagerSide = Sides['s0_axi'];
export type SubordinateSide = Sides['m0_axi'];

export const managerSides = (p: Geometry, io: object): readonly ManagerSide[] =>
  Array.from({ length: p.managers }, (_, manager) => Reflect.get(io, managerPort(manager)) as ManagerSide);
export const subordinateSides = (p: Geometry, io: object): readonly SubordinateSide[] =>
  Array.from(
    { length: p.subordinates },
    (_, subordinate) => Reflect.get(io, subordinatePort(subordinate)) as SubordinateSide,
  );

export const addressChannel = (direction: Direction): 'ar' | 'aw' => (direction === 'read' ? 'ar' : 'aw');

/** The payload of an address channel as a record. */
export const requestOf = (p: Geometry, from: ManagerSide, direction: Direction): Readonly<Record<string, Bits>> =>
  Object.fromEntries(
    Object.keys(request(p).fields).map((name) => [
      name,
      Reflect.get(from, `${addressChannel(direction)}${name}`) as Bits,
    ]),
  );

/** Drives an address channel from a record. */
export const driveRequest = (p: Geometry, to: SubordinateSide, direction: Direction, data: object): void => {
  for (const name of Object.keys(request(p).fields))
    (Reflect.get(to, `${addressChannel(direction)}${name}`) as { set(value: unknown): void }).set(
      Reflect.get(data, name),
    );
};

/** A response of a subordinate, and the same towards a manager: `contentWidth`. */
export const contentOf = (from: SubordinateSide, direction: Direction): Bits =>
  direction === 'read' ? concat(from.rdata, from.rresp, from.rlast) : from.bresp;
export const driveContent = (p: Geometry, to: ManagerSide, direction: Direction, content: Bits): void => {
  if (direction === 'write') {
    to.bresp.set(content.truncate(2));
    return;
  }
  to.rlast.set(content.bit(0));
  to.rresp.set(content.slice(2, 1));
  to.rdata.set(content.slice<number, number>(contentWidth(p, 'read') - 1, 3));
};

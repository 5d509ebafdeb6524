import { bit, bits, record } from '../hdl/index.ts';
import { type InterconnectParameters, managerWidth, subordinateIdWidth } from './interface.ts';

/** The parameters of the whole interconnect: its parts take what they need of them. */
export type Geometry = InterconnectParameters;

/** The two directions of transactions. */
export type Direction = 'read' | 'write';

const requestOfWidth = (p: Geometry, idWidth: number) =>
  record({
    id: bits<number>(idWidth),
    addr: bits<number>(p.addressWidth),
    len: bits(8),
    size: bits(3),
    burst: bits(2),
    lock: bit,
    cache: bits(4),
    prot: bits(3),
    qos: bits(4),
    region: bits(4),
  });

/** The payload of AW or AR, at a manager's port and at a subordinate's. */
export const request = (p: Geometry) => requestOfWidth(p, p.idWidth);
export const subordinateRequest = (p: Geometry) => requestOfWidth(p, subordinateIdWidth(p));

export const writeBeat = (p: Geometry) =>
  record({ data: bits<number>(p.dataWidth), strb: bits<number>(p.dataWidth / 8), last: bit });

/** Bits of a response beside its identifier: from bit 0 up `last`, `resp` and `data` of R; `resp` of B. */
export const contentWidth = (p: Geometry, direction: Direction): number => (direction === 'read' ? p.dataWidth + 3 : 2);

const responseOfWidth = (p: Geometry, direction: Direction, idWidth: number) =>
  record({ id: bits<number>(idWidth), content: bits<number>(contentWidth(p, direction)) });

/** The payload of R or B, at a manager's port and at a subordinate's. */
export const response = (p: Geometry, direction: Direction) => responseOfWidth(p, direction, p.idWidth);
export const subordinateResponse = (p: Geometry, direction: Direction) =>
  responseOfWidth(p, direction, subordinateIdWidth(p));

/** A bit for each subordinate, and the highest for the interconnect itself. */
export const targets = (p: Geometry) => bits<number>(p.subordinates + 1);
export const managers = (p: Geometry) => bits<number>(p.managers);
export const subordinates = (p: Geometry) => bits<number>(p.subordinates);

export { managerWidth };

import type { AnyOperand, Assignable, Bits, Value } from '../hdl/index.ts';
import { attributeNames } from './shapes.ts';

const names = ['id', 'addr', ...attributeNames];

/** The signals of an address channel of an AXI4 bundle, but for the handshake, as the fields of a request. */
export const requestOf = (bus: object, channel: 'aw' | 'ar'): Readonly<Record<string, Bits>> =>
  Object.fromEntries(names.map((name) => [name, Reflect.get(bus, `${channel}${name}`) as Bits]));

/** Drives the signals of an address channel from the fields of a request. */
export const driveRequest = (bus: object, channel: 'aw' | 'ar', request: Value): void => {
  for (const name of names)
    (Reflect.get(bus, `${channel}${name}`) as Assignable).set(Reflect.get(request, name) as AnyOperand);
};

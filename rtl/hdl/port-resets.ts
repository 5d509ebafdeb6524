import { leafPlaces } from './aggregate.ts';
import { directedInfo, type Flow, fieldName, opposite } from './bundle.ts';
import { resetValues } from './declarations.ts';
import type { SourceLocation } from './ir.ts';
import type { Port } from './ports.ts';
import { isShape, shapeInfo } from './shape.ts';
import type { Directed } from './types.ts';

type Resets = Map<string, bigint | null>;

/** Resets of the leaves that flow out, from one for everything or an object with one for each field. */
const noteResets = (
  resets: Resets,
  directed: Directed,
  name: string,
  flow: Flow,
  reset: unknown,
  location: SourceLocation,
): void => {
  if (isShape(directed)) {
    if (flow === 'in') return;
    const info = shapeInfo(directed);
    const values = resetValues(info, reset, name, location);
    for (const [index, place] of leafPlaces(info, name).entries()) resets.set(place.name, values[index] ?? null);
    return;
  }
  const info = directedInfo(directed);
  if (info.kind === 'flipped') {
    noteResets(resets, info.inner, name, opposite(flow), reset, location);
    return;
  }
  for (const [field, inner] of info.fields) {
    const given: unknown = typeof reset === 'object' && reset !== null ? Reflect.get(reset, field) : reset;
    noteResets(resets, inner, fieldName(info, name, field, inner), flow, given, location);
  }
};

/** The resets of the leaves of a registered output that flow out, by leaf name; null for none. */
export const portResets = (port: Port, name: string): ReadonlyMap<string, bigint | null> => {
  const resets: Resets = new Map();
  const { storage, directed, flow, location } = port;
  if (storage.kind === 'register') noteResets(resets, directed, name, flow, storage.reset, location);
  return resets;
};

import {
  type Bits,
  lit,
  type ModuleBody,
  type ModuleDefinition,
  type Outside,
  observed,
  type Ports,
} from '../hdl/index.ts';
import type { Geometry } from './shapes.ts';

/** Signals inside a block that properties around it speak of, by their paths. */
export type Seen = (path: string) => Bits;

const nameOf = (path: string): string => `seen_${path.replaceAll('.', '_')}`;

/** The outputs that show the signals of these paths. */
export const observations = (paths: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(paths.map((path) => [nameOf(path), path]));

/** Reads those outputs of an instance. */
export const seenIn =
  (instance: object): Seen =>
  (path) => {
    const signal = Reflect.get(instance, nameOf(path)) as Bits | undefined;
    if (signal === undefined) throw new Error(`'${path}' is not among the signals to be observed`);
    return signal;
  };

/** An instance of a module whose signals of these paths are seen. */
export const seenInstance = <P extends Ports>(
  m: ModuleBody,
  name: string,
  definition: ModuleDefinition<P>,
  paths: readonly string[],
): { readonly instance: Outside<P>; readonly seen: Seen } => {
  const { [name]: shown } = m.instances({ [name]: observed(definition, observations(paths)) });
  if (shown === undefined) throw new Error('the instance was just declared');
  // What is seen is beside the module's own ports.
  return { instance: shown as unknown as Outside<P>, seen: seenIn(shown) };
};

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Whether a number names one of `count` things. */
export const isBelow = (number: Bits, count: number): Bits<1> =>
  count >= 2 ** number.width ? lit(1, 1) : number.lt(count);

export type Direction = 'read' | 'write';

/** Whether what a port owes has been taken down: it is isolated, and not for the first cycle. Before that, the slots say what it owes. */
export const isTakenDown = (seen: Seen, port: number): Bits<1> =>
  seen(`port_${port}.control.isolated`)
    .bit(0)
    .and(seen(`port_${port}.control.was_isolated`).bit(0));

const slotFields = ['valid', 'local', 'id', 'port', 'code', 'lock'] as const;

export const slotPaths = (p: Geometry, direction: Direction): readonly string[] =>
  range(p.outstanding).flatMap((slot) => [
    ...slotFields.map((field) => `${direction}s.kept_${slot}_${field}`),
    `${direction}s.waits_for_${slot}`,
  ]);

export type SeenSlot = Readonly<Record<(typeof slotFields)[number], Bits>> & {
  readonly valid: Bits<1>;
  readonly local: Bits<1>;
  readonly lock: Bits<1>;
  /** The slots that this one waits for. */
  readonly waits: Bits;
  /** Whether the controller answers it, by what is known of its port in this cycle. */
  readonly routeLocal: Bits<1>;
};

/** The slots of a direction; `isolated` has a bit for each port. */
export const slotsSeen = (p: Geometry, seen: Seen, direction: Direction): readonly SeenSlot[] =>
  range(p.outstanding).map((slot) => {
    const of = (field: (typeof slotFields)[number]): Bits => seen(`${direction}s.kept_${slot}_${field}`);
    const one = (field: 'valid' | 'local' | 'lock'): Bits<1> => of(field).bit(0);
    const isolated = range(p.ports)
      .map((port) =>
        of('port')
          .eq(port)
          .and(seen(`port_${port}.control.isolated`).bit(0)),
      )
      .reduce((left, right) => left.or(right));
    return {
      valid: one('valid'),
      local: one('local'),
      id: of('id'),
      port: of('port'),
      code: of('code'),
      lock: one('lock'),
      waits: seen(`${direction}s.waits_for_${slot}`),
      routeLocal: one('local').or(isolated),
    };
  });

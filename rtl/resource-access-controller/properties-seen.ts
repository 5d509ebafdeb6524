import type { Bits } from '../hdl/index.ts';
import { range, type Seen } from '../parts/seen.ts';
import type { Geometry } from './shapes.ts';

export { isBelow, observations, range, type Seen, seenIn, seenInstance } from '../parts/seen.ts';

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

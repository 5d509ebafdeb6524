/**
 * What the hash engine takes in which step. An input is a list of 16-bit halfwords, its *route*; the engine takes `hashWidth` / 16 of them
 * a step. Steps of several routes that take the same halfwords share one state, and lanes that take the same halfword one multiplexer
 * input. Free of hardware.
 */

export interface Route {
  /** The halfwords, by name, that are always hashed. */
  readonly base: readonly string[];
  /** Those that follow where the ports are hashed too. */
  readonly ports: readonly string[];
}

export interface Step {
  /** By lane, first input bits first; null beyond the end. */
  readonly lanes: readonly (string | null)[];
}

export interface PlannedRoute {
  /** States visited, ports included. */
  readonly states: readonly number[];
  /** Steps made without and with ports. */
  readonly steps: number;
  readonly stepsWithPorts: number;
}

export interface Plan {
  readonly lanes: number;
  readonly states: readonly Step[];
  readonly routes: readonly PlannedRoute[];
  /** Most steps of any route. */
  readonly steps: number;
  /** Whether some step takes ports beside other halfwords, so that ports must be masked where they are not hashed. */
  readonly masksPorts: boolean;
}

const nameOf = (lanes: readonly (string | null)[]): string => lanes.join(' ');

export const planHash = (hashWidth: number, routes: readonly Route[]): Plan => {
  const lanes = hashWidth / 16;
  const states: Step[] = [];
  const known = new Map<string, number>();
  const ports = new Set(routes.flatMap((route) => route.ports));
  const stateOf = (step: readonly (string | null)[]): number => {
    const found = known.get(nameOf(step)) ?? states.length;
    if (found === states.length) states.push({ lanes: step });
    known.set(nameOf(step), found);
    return found;
  };
  const planned = routes.map((route): PlannedRoute => {
    const all = [...route.base, ...route.ports];
    const stepsWithPorts = Math.ceil(all.length / lanes);
    const visited = Array.from({ length: stepsWithPorts }, (_, step) =>
      stateOf(Array.from({ length: lanes }, (_unused, lane) => all[step * lanes + lane] ?? null)),
    );
    return { states: visited, steps: Math.ceil(route.base.length / lanes), stepsWithPorts };
  });
  const masksPorts = states.some((step) => {
    const taken = step.lanes.filter((name) => name !== null);
    return taken.some((name) => ports.has(name)) && taken.some((name) => !ports.has(name));
  });
  return {
    lanes,
    states,
    routes: planned,
    steps: Math.max(...planned.map((route) => route.stepsWithPorts)),
    masksPorts,
  };
};

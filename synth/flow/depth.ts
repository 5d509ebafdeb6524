/** The deepest chains of cells between registers, ports and memories. */
import type { NetlistBit, NetlistCell, NetlistModule } from '../yosys/netlist.ts';
import { arcsOf, directionsOf, isClockPort, kindOf } from './cell-kinds.ts';

/** Where a path ends: an input of a cell that holds state, or an output port. */
export interface EndPoint {
  readonly bit: number;
  /** Null for an output port. */
  readonly cell: { readonly name: string; readonly cell: NetlistCell; readonly port: string } | null;
  readonly port: { readonly name: string; readonly index: number } | null;
}

interface Driver {
  readonly cell: string;
  readonly inputs: { readonly bit: number; readonly levels: number }[];
}

export interface PathStep {
  readonly bit: number;
  /** The cell that drives the bit; null at the start. */
  readonly cell: string | null;
}

export interface Levels {
  readonly depth: number;
  readonly endPoints: readonly EndPoint[];
  /** Levels up to a bit; 0 at registers and input ports. */
  levelOf(bit: number): number;
  /** The deepest path to a bit, from its start; through `from` where that is given and reaches the bit, else null. */
  pathTo(bit: number, from?: number): readonly PathStep[] | null;
}

const isNet = (bit: NetlistBit): bit is number => typeof bit === 'number';

const driversOf = (module: NetlistModule): Map<number, Driver> => {
  const drivers = new Map<number, Driver>();
  for (const [name, cell] of Object.entries(module.cells)) {
    for (const arc of arcsOf(cell)) {
      const inputs = arc.inputs.filter(isNet).map((bit) => ({ bit, levels: arc.levels }));
      for (const output of arc.outputs) {
        if (!isNet(output)) continue;
        const driver = drivers.get(output);
        if (driver === undefined) drivers.set(output, { cell: name, inputs: [...inputs] });
        else driver.inputs.push(...inputs);
      }
    }
  }
  return drivers;
};

const endPointsOf = (module: NetlistModule): EndPoint[] => {
  const found: EndPoint[] = [];
  for (const [name, cell] of Object.entries(module.cells)) {
    const kind = kindOf(cell.type);
    if (kind !== 'register' && kind !== 'memory' && kind !== 'table memory' && kind !== 'instance') continue;
    for (const [port, direction] of Object.entries(directionsOf(cell))) {
      if (direction !== 'input' || isClockPort(port)) continue;
      for (const bit of cell.connections[port] ?? []) {
        if (isNet(bit)) found.push({ bit, cell: { name, cell, port }, port: null });
      }
    }
  }
  for (const [name, port] of Object.entries(module.ports)) {
    if (port.direction === 'input') continue;
    port.bits.forEach((bit, index) => {
      if (isNet(bit)) found.push({ bit, cell: null, port: { name, index } });
    });
  }
  return found;
};

const unreachable = Number.NEGATIVE_INFINITY;

/**
 * Levels of every bit, counted from `from`, or from all registers and inputs. Iterative, as chains run to thousands of cells; an
 * edge that closes a combinational loop is left out.
 */
const computeLevels = (drivers: ReadonlyMap<number, Driver>, from: number | null) => {
  const levels = new Map<number, number>();
  const under = new Set<number>();
  const startLevel = (bit: number): number => (from === null || bit === from ? 0 : unreachable);
  const visit = (root: number): number => {
    const stack = [root];
    while (stack.length > 0) {
      const bit = stack.at(-1) ?? root;
      const driver = drivers.get(bit);
      if (levels.has(bit)) {
        stack.pop();
        continue;
      }
      if (driver === undefined || bit === from) {
        levels.set(bit, startLevel(bit));
        stack.pop();
        continue;
      }
      if (!under.has(bit)) {
        under.add(bit);
        for (const input of driver.inputs) if (!levels.has(input.bit) && !under.has(input.bit)) stack.push(input.bit);
        continue;
      }
      let level = driver.inputs.length === 0 ? startLevel(bit) : unreachable;
      for (const input of driver.inputs) level = Math.max(level, (levels.get(input.bit) ?? unreachable) + input.levels);
      levels.set(bit, level);
      stack.pop();
    }
    return levels.get(root) ?? unreachable;
  };
  return visit;
};

export const levelsOf = (module: NetlistModule): Levels => {
  const drivers = driversOf(module);
  const endPoints = endPointsOf(module);
  const fromAnywhere = computeLevels(drivers, null);
  const finite = (level: number): number => Math.max(0, level);
  const pathTo = (bit: number, from?: number): readonly PathStep[] | null => {
    const level = from === undefined ? fromAnywhere : computeLevels(drivers, from);
    if (level(bit) === unreachable) return null;
    const steps: PathStep[] = [];
    const seen = new Set<number>();
    for (let at = bit; ; ) {
      const driver = at === from || seen.has(at) ? undefined : drivers.get(at);
      seen.add(at);
      let best: Driver['inputs'][number] | undefined;
      for (const input of driver?.inputs ?? []) {
        if (best === undefined || level(input.bit) + input.levels > level(best.bit) + best.levels) best = input;
      }
      steps.unshift({ bit: at, cell: best === undefined ? null : (driver?.cell ?? null) });
      if (best === undefined) return steps;
      at = best.bit;
    }
  };
  return {
    depth: endPoints.reduce((deepest, end) => Math.max(deepest, finite(fromAnywhere(end.bit))), 0),
    endPoints,
    levelOf: (bit) => finite(fromAnywhere(bit)),
    pathTo,
  };
};

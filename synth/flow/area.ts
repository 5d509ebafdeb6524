/** Counts of what a module became. */
import { type NetlistModule, netlistNumber, type YosysNetlist } from '../yosys/netlist.ts';
import { kindOf, tablesTaken } from './cell-kinds.ts';
import { designName } from './targets.ts';

export interface Area {
  /** Look-up tables, those inside carry cells and table memories included. */
  readonly luts: number;
  readonly registers: number;
  /** Memory blocks. 0 where memories became registers or table memories. */
  readonly memories: number;
  readonly cells: number;
  readonly cellsByType: Readonly<Record<string, number>>;
}

/** The cells of the module itself, without its instances' cells. */
export const areaOf = (module: NetlistModule): Area => {
  let luts = 0;
  let registers = 0;
  let memories = 0;
  let cells = 0;
  const byType = new Map<string, number>();
  for (const { type } of Object.values(module.cells)) {
    const kind = kindOf(type);
    if (kind === 'remark' || kind === 'instance') continue;
    cells += 1;
    luts += tablesTaken(type);
    if (kind === 'register') registers += 1;
    if (kind === 'memory') memories += 1;
    byType.set(type, (byType.get(type) ?? 0) + 1);
  }
  const cellsByType = Object.fromEntries([...byType].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { luts, registers, memories, cells, cellsByType };
};

/** A module's name as its author knows it: Yosys puts parameters before and after it. */
export const plainName = (name: string): string => {
  const parts = name.split('\\').filter((part) => part !== '');
  if (!name.startsWith('$paramod')) return name.replace(/^\\/, '');
  return (name.startsWith('$paramod$') ? parts.at(-1) : parts[1]) ?? name;
};

/** How often each module is in the design. */
export const instanceCounts = (netlist: YosysNetlist): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  const enter = (name: string): void => {
    const module = netlist.modules[name];
    if (module === undefined || netlistNumber(module.attributes.blackbox) === 1) return;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const { type } of Object.values(module.cells)) if (kindOf(type) === 'instance') enter(type);
  };
  enter(designName);
  return counts;
};

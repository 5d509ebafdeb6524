/** What each module of a design that was not flattened became, by itself and with all its instances. */
import type { YosysNetlist } from '../yosys/netlist.ts';
import { type Area, areaOf, instanceCounts, plainName } from './area.ts';
import { kindOf } from './cell-kinds.ts';
import { levelsOf } from './depth.ts';
import { designName } from './targets.ts';

/** One instance of a module with everything in it. */
export type WholeArea = Pick<Area, 'luts' | 'registers' | 'memories'>;

export interface ModuleReport extends Area {
  readonly module: string;
  readonly instances: number;
  /** Between its own registers, ports and instances. */
  readonly depth: number;
  readonly whole: WholeArea;
}

/** By the netlist's own names, largest first. @param top what the module of the whole design is called */
export const moduleReports = (netlist: YosysNetlist, top: string): ReadonlyMap<string, ModuleReport> => {
  const counts = instanceCounts(netlist);
  const reports = new Map<string, ModuleReport>();
  const reportOf = (name: string): ModuleReport | undefined => {
    const known = reports.get(name);
    const module = netlist.modules[name];
    const instances = counts.get(name);
    if (known !== undefined || module === undefined || instances === undefined) return known;
    const area = areaOf(module);
    const whole = { luts: area.luts, registers: area.registers, memories: area.memories };
    for (const { type } of Object.values(module.cells)) {
      const part = kindOf(type) === 'instance' ? reportOf(type)?.whole : undefined;
      if (part === undefined) continue;
      whole.luts += part.luts;
      whole.registers += part.registers;
      whole.memories += part.memories;
    }
    const called = name === designName ? top : plainName(name);
    const report = { module: called, instances, depth: levelsOf(module).depth, ...area, whole };
    reports.set(name, report);
    return report;
  };
  for (const name of counts.keys()) reportOf(name);
  const all = ({ luts, instances }: ModuleReport): number => luts * instances;
  return new Map([...reports].sort(([, a], [, b]) => all(b) - all(a) || (a.module < b.module ? -1 : 1)));
};
